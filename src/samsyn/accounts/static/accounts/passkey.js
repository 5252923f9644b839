// Passkeys: asks the browser to make or show one, and sends its answer with the form.
//
// On a form: data-samsyn-passkey="create" or "get", and either data-samsyn-passkey-options (what to ask, as JSON) or
// data-samsyn-passkey-url (where to fetch it). In it: data-samsyn-passkey-answer on the hidden field for the answer, and
// data-samsyn-passkey-fault on what is shown when nothing came of it. Beside it, optionally:
// data-samsyn-passkey-cannot, shown where the browser has no passkeys or no script runs.
(() => {
  "use strict";

  const toBytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };

  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");

  const withBytes = (credentials) => (credentials || []).map((one) => ({ ...one, id: toBytes(one.id) }));

  const create = async ({ publicKey }) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: toBytes(publicKey.challenge),
        user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
        excludeCredentials: withBytes(publicKey.excludeCredentials),
      },
    });
    return {
      response: {
        attestationObject: toText(made.response.attestationObject),
        clientDataJSON: toText(made.response.clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : [],
      },
      made,
    };
  };

  const get = async ({ publicKey }) => {
    const made = await navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: toBytes(publicKey.challenge),
        allowCredentials: withBytes(publicKey.allowCredentials),
      },
    });
    return {
      response: {
        authenticatorData: toText(made.response.authenticatorData),
        clientDataJSON: toText(made.response.clientDataJSON),
        signature: toText(made.response.signature),
        userHandle: made.response.userHandle ? toText(made.response.userHandle) : null,
      },
      made,
    };
  };

  const optionsFor = async (form) => {
    if (form.dataset.samsynPasskeyOptions) return JSON.parse(form.dataset.samsynPasskeyOptions);
    const answer = await fetch(form.dataset.samsynPasskeyUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The question could not be fetched: ${answer.status}`);
    return answer.json();
  };

  const send = async (form) => {
    const fault = form.querySelector("[data-samsyn-passkey-fault]");
    fault.hidden = true;
    try {
      const options = await optionsFor(form);
      const { response, made } = await (form.dataset.samsynPasskey === "create" ? create(options) : get(options));
      form.querySelector("[data-samsyn-passkey-answer]").value = JSON.stringify({
        type: made.type,
        id: made.id,
        rawId: toText(made.rawId),
        authenticatorAttachment: made.authenticatorAttachment,
        clientExtensionResults: made.getClientExtensionResults(),
        response,
      });
    } catch {
      // The person closed the question, or the device would not: said in the page, where it can be tried again.
      fault.hidden = false;
      return;
    }
    form.submit();
  };

  if (!window.PublicKeyCredential || !navigator.credentials) return;
  document.querySelectorAll("[data-samsyn-passkey-cannot]").forEach((told) => { told.hidden = true; });
  document.querySelectorAll("form[data-samsyn-passkey]").forEach((form) => {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  });
})();
