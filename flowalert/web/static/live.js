// What happens while a page is open, by server-sent events. The browser reconnects by itself, and says where it was.

// Milliseconds; a browser comes back by itself after a cut, but not after an answer that is no stream.
const AGAIN_AFTER = 5000;

/**
 * Calls `onNews` for each piece of news since the page was made, and `onAgain` where some are lost: what is shown is to
 * be loaded anew. `onState` is told "open" or "lost".
 */
export function follow({ onNews, onAgain, onState = () => {} }) {
  let place = document.body.dataset.place;
  let source = null;
  let timer = null;
  function tell(piece) {
    onNews(piece);
    // Another part of the page may hear it too, without a stream of its own.
    document.dispatchEvent(new CustomEvent("news", { detail: piece }));
  }
  function open() {
    close();
    source = new EventSource(`/api/v1/stream?since=${encodeURIComponent(place)}`);
    const take = (event, act) => {
      place = event.lastEventId || place;
      act();
    };
    source.addEventListener("news", (event) => take(event, () => tell(JSON.parse(event.data))));
    source.addEventListener("again", (event) => take(event, onAgain));
    source.addEventListener("open", () => onState("open"));
    source.addEventListener("error", () => {
      onState("lost");
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_AFTER);
    });
  }
  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }
  // A page that is left behind must not hold its stream: browsers have few for each address. It may be come back to.
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
  open();
}

/** Loads JSON from the API; throws an Error with the service's own words. */
export async function load(path) {
  const answer = await fetch(`/api/v1${path}`, { headers: { accept: "application/json" } });
  return read(answer);
}

/** Sends something to do to the API; throws an Error with the service's own words, and a `detail` of them. */
export async function send(path, body, signal) {
  const answer = await fetch(`/api/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-flowalert-proof": document.body.dataset.proof },
    body: JSON.stringify(body),
    signal,
  });
  return read(answer);
}

async function read(answer) {
  if (answer.status === 401) location.reload();
  const found = await answer.json();
  if (!answer.ok) {
    const words = found.instead ? `${found.what}; ${found.instead}` : found.what;
    throw Object.assign(new Error(words), { detail: found.detail });
  }
  return found;
}

/** Returns the one of two texts that is in the page's language. */
export const say = (korean, english) => (document.body.dataset.language === "ko" ? korean : english);

/** Lets a screen reader say something that changed. */
export function speak(words) {
  document.getElementById("spoken").textContent = words;
}
