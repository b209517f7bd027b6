// The page of one rule: its near misses are looked for once somebody sees it, for that takes seconds.
import { load, say } from "./live.js";
import { clock, makeTable, nameScope, share, signed } from "./rules.js";

const place = document.getElementById("near-misses");

async function look() {
  const words = document.createElement("p");
  words.className = "quiet";
  words.textContent = say("오늘의 기록에서 찾는 중 …", "Looking through today's journal …");
  place.replaceChildren(words);
  try {
    show(await load(place.dataset.path));
  } catch (error) {
    words.className = "mistake";
    words.textContent = `⚠ ${error.message}`;
  }
}

function show(found) {
  const words = document.createElement("p");
  words.className = "quiet";
  if (found.first_at === null) {
    words.textContent = say("오늘은 아직 아무 값도 오지 않았습니다.", "Nothing has come today yet.");
  } else {
    const blind = found.is_blind ? say(" · 규칙이 보지 못한 때가 있습니다", " · the rule did not see all of it") : "";
    const none = found.near_misses.length ? "" : say(" · 없습니다", " · none");
    words.textContent = `${clock(found.first_at)} – ${clock(found.last_at)}${blind}${none}`;
  }
  const table = makeTable(
    [say("시각", "Time"), say("범위", "Scope"), say("값", "Value"), say("모자란 만큼", "What was short")],
    found.near_misses.map((miss) => [clock(miss.at), nameScope(miss.scope), signed(miss.value), short(miss)]),
    [2],
  );
  place.replaceChildren(words, ...(found.near_misses.length ? [table] : []));
}

const short = (miss) =>
  miss.held === null
    ? share(miss.short)
    : say(`${miss.held}초 동안만 참, 시간의 ${share(miss.short)} 부족`, `true for ${miss.held} s only, ${share(miss.short)} of the time short`);

new IntersectionObserver((seen, observer) => {
  if (!seen.some((each) => each.isIntersecting)) return;
  observer.disconnect();
  look();
}).observe(place);
