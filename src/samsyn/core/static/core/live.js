// Parts of a page that show what has just happened.
//
//   <section id="meddelanden" data-samsyn-live="messages">…</section>
//
// When something happens on the topic, the page is asked for again and the element with the same id is put in its place.
// `data-samsyn-live-src` names another address that answers with the element. Without EventSource, or when the stream
// cannot be had, the page is asked every half minute. Without scripts the page is as it was when it came.
"use strict";
(() => {
  const POLL_MS = 30000;
  const FAILURES = 3;
  // Many things at once are shown as one.
  const CALM_MS = 150;

  function follow(element) {
    const topic = element.dataset.samsynLive;
    const address = element.dataset.samsynLiveSrc || window.location.pathname + window.location.search;
    const id = element.id;
    let waiting = null;
    let asking = false;
    let again = false;
    let polling = null;

    async function renew() {
      if (asking) {
        again = true;
        return;
      }
      asking = true;
      try {
        const answer = await fetch(address, { credentials: "same-origin", headers: { "X-Requested-With": "samsyn-live" } });
        if (!answer.ok || answer.redirected) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(id);
        const old = document.getElementById(id);
        // What somebody is about to press or write in is left alone until they have moved on.
        if (!fresh || !old || old.contains(document.activeElement)) return;
        if (fresh.isEqualNode(old)) return;
        old.replaceWith(document.adoptNode(fresh));
      } catch {
        // No connection: the next event, or the next turn, tries again.
      } finally {
        asking = false;
        if (again) {
          again = false;
          soon();
        }
      }
    }

    function soon() {
      if (waiting === null) {
        waiting = window.setTimeout(() => {
          waiting = null;
          renew();
        }, CALM_MS);
      }
    }

    function poll() {
      if (polling === null) polling = window.setInterval(renew, POLL_MS);
    }

    if (!("EventSource" in window)) {
      poll();
      return;
    }
    let failures = 0;
    const stream = new EventSource("/live/" + topic);
    stream.addEventListener("open", () => {
      failures = 0;
      // Something may have happened between the page and the stream.
      soon();
    });
    stream.addEventListener("change", soon);
    stream.addEventListener("reset", soon);
    stream.addEventListener("error", () => {
      failures += 1;
      if (stream.readyState === EventSource.CLOSED || failures >= FAILURES) {
        stream.close();
        poll();
      }
    });
    window.addEventListener("pagehide", () => stream.close());
  }

  document.querySelectorAll("[data-samsyn-live][id]").forEach(follow);
})();
