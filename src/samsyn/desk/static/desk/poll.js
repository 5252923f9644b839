// Fetches the state of a file again while it is under way. Without this script there is a link that does the same.
const place = document.querySelector("[data-samsyn-poll]");

async function look() {
  try {
    const answer = await fetch(place.dataset.samsynPoll, { headers: { "X-Samsyn-Part": "1" } });
    // Signed out in the meantime, or gone: the page is left as it stands.
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (place.contains(document.activeElement) && fresh.querySelector("[data-samsyn-under-way]")) {
      // Somebody stands on a button: only the words change.
      place.querySelector("[role=status]").textContent = fresh.querySelector("[role=status]").textContent;
    } else {
      place.replaceChildren(...fresh.childNodes);
    }
  } catch {
    // No connection just now; the next look may have one.
  }
  if (place.querySelector("[data-samsyn-under-way]")) setTimeout(look, 2000);
}

if (place && place.dataset.samsynPoll) setTimeout(look, 2000);
