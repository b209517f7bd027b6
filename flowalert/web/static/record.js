// Lists that stay as new as the service: what happens is loaded anew, row by row, and neither focus nor scroll moves.
import { follow, load, say, speak } from "./live.js";

// Milliseconds. So long it is waited for more to happen at once, and so much longer than a page took it is left alone:
// however many look on, the service has the rest of its time to itself.
const GATHER = 400;
const APART = 2_000;
const SHARE = 50;
const LONGEST = 60_000;

const regions = () => document.querySelectorAll("[data-live]");
const wanted = new Set();
let waiting = false;
let free = 0;

/** Notes that parts of the page that live by this kind of news are old, and loads them soon. */
function age(kind) {
  wanted.add(kind);
  if (waiting || document.hidden) return;
  waiting = true;
  setTimeout(renew, Math.max(GATHER, free - performance.now()));
}

async function renew() {
  waiting = false;
  const kinds = new Set(wanted);
  wanted.clear();
  const begun = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer.ok && !answer.redirected) replace(new DOMParser().parseFromString(await answer.text(), "text/html"), kinds);
  } catch {
    for (const kind of kinds) wanted.add(kind);
  }
  const took = performance.now() - begun;
  free = performance.now() + Math.min(LONGEST, Math.max(APART, took * SHARE));
  if (wanted.size) age([...wanted][0]);
}

/** Puts the new page's parts in the place of the old ones; what somebody is typing in is left as it is. */
function replace(page, kinds) {
  const focused = document.activeElement?.id;
  for (const old of regions()) {
    const fresh = page.getElementById(old.id);
    if (!fresh || !kinds.has(old.dataset.live) || isTypedIn(old)) continue;
    const before = count(old);
    renewIn(old, fresh);
    const more = count(old) - before;
    if (more > 0 && old.id === "open-alerts") speak(say(`새 경보 ${more}건`, more === 1 ? "one new alert" : `${more} new alerts`));
  }
  // What had it may stand in another list by now.
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

const count = (region) => region.querySelectorAll("tbody tr").length;
const isTypedIn = (region) => {
  const active = document.activeElement;
  return region.contains(active) && active.matches("input, select, textarea")
    || [...region.querySelectorAll("input:not([type=hidden])")].some((input) => input.value !== input.defaultValue)
    || [...region.querySelectorAll("select")].some((each) => each.selectedIndex !== usual(each));
};
const usual = (select) => Math.max(0, [...select.options].findIndex((option) => option.defaultSelected));

function renewIn(old, fresh) {
  const opened = new Set([...old.querySelectorAll("details[open][id]")].map((each) => each.id));
  const [body, rows] = [old.querySelectorAll("tbody"), fresh.querySelectorAll("tbody")];
  const keyed = body.length === 1 && rows.length === 1 && body[0].rows[0]?.id && rows[0].rows[0]?.id;
  if (keyed) {
    renewRows(body[0], rows[0]);
    // The caption counts, and the pager leads on.
    for (const part of ["caption", ".pager"]) {
      const [one, other] = [old.querySelector(part), fresh.querySelector(part)];
      if (one && other && one.innerHTML !== other.innerHTML) one.replaceWith(other);
    }
  } else if (old.innerHTML !== fresh.innerHTML) {
    old.replaceChildren(...fresh.childNodes);
  }
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
}

function renewRows(body, fresh) {
  const old = new Map([...body.rows].map((row) => [row.id, row]));
  let place = body.firstElementChild;
  for (const row of [...fresh.rows]) {
    const known = old.get(row.id);
    old.delete(row.id);
    if (known && known.innerHTML === row.innerHTML) {
      if (known === place) place = place.nextElementSibling;
      else body.insertBefore(known, place);
    } else if (known) {
      if (known === place) place = place.nextElementSibling;
      known.remove();
      body.insertBefore(row, place);
    } else {
      body.insertBefore(row, place);
    }
  }
  for (const row of old.values()) row.remove();
}

const kinds = () => new Set([...regions()].map((region) => region.dataset.live));

if (regions().length) {
  follow({
    onNews(piece) {
      const here = kinds();
      if (piece.happenings.length && here.has("happenings")) age("happenings");
      if (piece.points.length && here.has("points")) age("points");
      // A transition may bring deliveries that nobody has tried to send yet.
      if ((piece.deliveries || piece.happenings.length) && here.has("deliveries")) age("deliveries");
    },
    onAgain() {
      for (const kind of kinds()) age(kind);
    },
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && wanted.size) age([...wanted][0]); });
}

// What a silence would cover is shown as it is typed.
const form = document.getElementById("wish");
if (form) {
  let later = 0;
  let number = 0;
  const preview = async () => {
    const mine = ++number;
    const fields = new FormData(form);
    const parameters = new URLSearchParams([...fields].filter(([name, value]) => value && name !== "proof"));
    const region = document.getElementById("draft");
    if (!fields.get("matcher").trim()) { region.replaceChildren(); return; }
    try {
      const draft = await load(`/silences/draft?${parameters}`);
      if (mine === number) region.replaceChildren(...show(draft));
    } catch (error) {
      if (mine === number) region.replaceChildren(make("p", "mistake", `⚠ ${error.message}`));
    }
  };
  form.addEventListener("input", () => { clearTimeout(later); later = setTimeout(preview, 300); });
}

function make(tag, name, ...parts) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...parts);
  return made;
}

function show(draft) {
  if (draft.mistake) {
    const { what, instead } = draft.mistake;
    const shown = [make("p", "mistake", `⚠ ${instead ? `${what}; ${instead}` : what}`)];
    if (draft.before || draft.marked || draft.after) {
      shown.push(make("pre", "excerpt", draft.before, make("mark", "", draft.marked || " "), draft.after));
    }
    return shown;
  }
  const { silence } = draft;
  const shown = [
    make("p", "", say(silence.says_korean, silence.says_english)),
    make("p", "", make("b", "", `${say("지금 이어지는 경보", "Of the alerts open now it covers")} ${silence.covered}/${draft.open}`)),
    ...draft.warnings.map((each) => make("p", "quiet", `⚠ ${each}`)),
  ];
  if (silence.covers.length) {
    shown.push(make("ul", "", ...silence.covers.map((each) => {
      const link = make("a", "", each.rule);
      link.href = `/alerts/${each.id}`;
      const names = [each.scope.sector, each.scope.investor].filter(Boolean).map((of) => say(of.korean, of.english));
      return make("li", "", link, " ", names.join(" ") || each.scope.venue);
    })));
  }
  return shown;
}
