// The editor: what is typed is checked after a pause, one check at a time, and an answer that comes too late is dropped.
import { say, send, speak } from "./live.js";
import { clock, fillDifference, make, makeExplanation, makeTable, nameScope, share, signed } from "./rules.js";

const PAUSE = 350;
const form = document.getElementById("editor");
const box = document.getElementById("text");
const gutter = document.getElementById("gutter");
const summary = document.getElementById("summary");
const list = document.getElementById("problems");
const explained = document.getElementById("explained");
const outcome = document.getElementById("outcome");
const digest = form.elements.digest;

let saved = box.value;
let found = null;
let timer = 0;
let isChecking = false;
let isStale = false;
let trying = null;

const typed = () => ({ file: form.dataset.file, text: box.value, digest: digest.value, line: lineAt(box.selectionStart) });
// Line feeds alone: a text box knows no other end of a line.
const lineAt = (offset) => box.value.slice(0, offset).split("\n").length;

function checkSoon() {
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

async function check() {
  if (isChecking) {
    isStale = true;
    return;
  }
  isChecking = true;
  isStale = false;
  const text = box.value;
  try {
    const answer = await send("/editor/check", typed());
    if (box.value === text) show(answer);
  } catch (error) {
    if (box.value === text) summary.textContent = `⚠ ${error.message}`;
  } finally {
    isChecking = false;
    if (isStale || box.value !== text) checkSoon();
  }
}

function show(answer) {
  found = answer;
  const words = sumUp(answer);
  // A reader of screens is told of what changed, and not at every key.
  if (summary.textContent !== words) summary.textContent = words;
  const own = answer.problems.filter((each) => each.start !== null);
  const others = answer.problems.filter((each) => each.start === null);
  list.replaceChildren(...[...own, ...others].map(makeProblem));
  if (answer.more) list.append(make("li", say(`외 ${answer.more}건`, `and ${answer.more} more`)));
  drawGutter();
  explained.replaceChildren();
  if (answer.explained) {
    const page = say(answer.explained.korean, answer.explained.english);
    explained.append(make("h3", page.rule), makeExplanation(page));
  }
}

function sumUp({ errors, warnings, rules }) {
  if (!errors && !warnings) return say(`✓ 잘못된 곳이 없습니다 (규칙 ${rules}개)`, `✓ nothing is wrong (${rules} rules)`);
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  return errors
    ? say(`✗ 오류 ${errors}건, 경고 ${warnings}건`, `✗ ${count(errors, "error")}, ${count(warnings, "warning")}`)
    : say(`⚠ 경고 ${warnings}건`, `⚠ ${count(warnings, "warning")}`);
}

function makeProblem(each) {
  const line = make("li", "", each.level);
  // A button holds phrases alone.
  const kind = each.level === "error" ? say("✗ 오류", "✗ error") : say("⚠ 경고", "⚠ warning");
  const head = make("span", "", "row");
  const where = `${each.start === null ? `${each.file}:` : ""}${each.line}:${each.column}`;
  head.append(make("strong", kind), " ", make("code", where), ` ${each.what}`);
  const inside = each.start === null ? line : make("button");
  inside.append(head);
  if (each.excerpt) inside.append(make("code", `${each.excerpt}\n${each.carets}`, "excerpt"));
  if (each.instead) inside.append(make("span", `→ ${each.instead}`, "row instead"));
  if (inside !== line) {
    inside.type = "button";
    inside.addEventListener("click", () => goTo(each));
    line.append(inside);
  }
  return line;
}

function goTo(problem) {
  box.focus();
  box.setSelectionRange(problem.start, problem.end);
  const height = parseFloat(getComputedStyle(box).lineHeight);
  box.scrollTop = Math.max(0, (problem.line - 1) * height - box.clientHeight / 2);
}

function drawGutter() {
  const marks = new Map();
  for (const each of found?.problems ?? []) {
    if (each.start !== null && marks.get(each.line) !== "error") marks.set(each.line, each.level);
  }
  const signs = { error: "✗", warning: "⚠" };
  const count = box.value.split("\n").length;
  gutter.replaceChildren(
    ...Array.from({ length: count }, (_, index) => {
      const level = marks.get(index + 1);
      return make("div", level ? `${signs[level]} ${index + 1}` : String(index + 1), level);
    }),
  );
  follow();
}

function follow() {
  gutter.style.height = `${box.offsetHeight}px`;
  gutter.scrollTop = box.scrollTop;
}

async function tryOut() {
  trying?.abort();
  const mine = (trying = new AbortController());
  const words = make("p", say("오늘의 기록으로 시험하는 중 …", "Trying it on today's journal …"), "quiet");
  outcome.replaceChildren(words);
  try {
    const answer = await send("/editor/try", typed(), mine.signal);
    if (mine === trying) showOutcome(answer);
  } catch (error) {
    if (mine === trying) outcome.replaceChildren(make("p", `⚠ ${error.message}`, "mistake"));
  }
}

function showOutcome(answer) {
  const parts = [make("h2", say("오늘이었다면", "What today would have been"))];
  if (answer.first_at === null) {
    parts.push(make("p", say("오늘은 아직 아무 값도 오지 않았습니다.", "Nothing has come today yet.")));
    outcome.replaceChildren(...parts);
    return;
  }
  const told = say(`경보 ${answer.told}건`, `${answer.told} alerts told`);
  parts.push(make("p", `${clock(answer.first_at)} – ${clock(answer.last_at)}: ${told}`));
  if (answer.silent.length) {
    parts.push(make("p", `⚠ ${say("오늘 기록에 없는 곳", "nothing came of")}: ${answer.silent.join(", ")}`, "mistake"));
  }
  const blind = say(" (일부를 보지 못함)", " (did not see all)");
  parts.push(
    makeTable(
      [say("규칙", "Rule"), say("발생", "Fired"), say("알림", "Told"), say("보류", "Held back")],
      answer.rules.map((rule) => [rule.name + (rule.is_blind ? blind : ""), rule.fired, rule.told, rule.held_back]),
      [1, 2, 3],
    ),
  );
  const rest = (count) => (count ? [make("p", say(`외 ${count}건`, `and ${count} more`))] : []);
  if (answer.alerts.length) {
    parts.push(
      make("h3", say("경보", "Alerts")),
      makeTable(
        [say("시각", "Time"), say("규칙", "Rule"), say("범위", "Scope"), say("값", "Value"), say("최대", "Peak")],
        answer.alerts.map((each) => [clock(each.at), each.rule, nameScope(each.scope), signed(each.value), signed(each.peak)]),
        [3, 4],
      ),
      ...rest(answer.more_alerts),
    );
  }
  if (answer.near_misses.length) {
    parts.push(
      make("h3", say("거의 울릴 뻔한 때", "Near misses")),
      makeTable(
        [say("시각", "Time"), say("규칙", "Rule"), say("범위", "Scope"), say("값", "Value"), say("모자란 만큼", "Short")],
        answer.near_misses.map((each) => [clock(each.at), each.rule, nameScope(each.scope), signed(each.value), share(each.short)]),
        [3, 4],
      ),
    );
  }
  if (answer.compared) parts.push(...compare(answer), ...rest(answer.more_changes));
  outcome.replaceChildren(...parts);
}

function compare({ edits, changes }) {
  const parts = [make("h3", say("지금 파일과 견주면", "Against the file as it is"))];
  if (!edits.length) return [...parts, make("p", say("규칙이 같습니다.", "The rules are the same."))];
  const signs = { added: "+", gone: "−", renamed: "→", changed: "~" };
  const rules = make("ul");
  for (const edit of edits) {
    rules.append(make("li", `${signs[edit.how]} ${edit.name}${edit.keys.length ? `: ${edit.keys.join(", ")}` : ""}`));
  }
  parts.push(rules);
  if (!changes.length) return [...parts, make("p", say("오늘의 경보는 같습니다.", "The same alerts would have been told today."))];
  const verdicts = { added: say("＋ 새로", "+ added"), gone: say("− 없어짐", "− gone"), moved: say("~ 옮겨짐", "~ moved") };
  const times = (each) => [each.old_at, each.new_at].filter((at) => at !== null).map(clock).join(" → ");
  parts.push(
    makeTable(
      ["", say("시각", "Time"), say("규칙", "Rule"), say("범위", "Scope"), say("값", "Value")],
      changes.map((each) => [verdicts[each.verdict], times(each), each.rule, nameScope(each.scope), signed(each.value)]),
      [4],
    ),
  );
  return parts;
}

const dialog = document.getElementById("saving");
const act = document.getElementById("saving-do");
const words = document.getElementById("saving-words");
const difference = document.getElementById("difference");
let agreed = null;

async function preview() {
  agreed = null;
  words.className = "";
  words.textContent = "";
  act.hidden = true;
  const text = box.value;
  try {
    const answer = await send("/editor/preview", typed());
    fillDifference(difference, answer.difference || say("달라지는 것이 없습니다.", "Nothing changes."));
    const why = {
      demo: say("데모에는 설정 파일이 없어 규칙을 저장할 수 없습니다.", "The demo has no settings, so rules cannot be saved here."),
      setting: say(
        "설정이 규칙 쓰기를 허락하지 않습니다 (web: write_rules: true).",
        "The settings do not let the pages write rules (web: write_rules: true).",
      ),
    }[answer.lock];
    if (why) words.textContent = why;
    else if (!form.dataset.may) words.textContent = say("보기만 할 수 있습니다.", "You may look, and not change anything.");
    else if (answer.is_stale) words.textContent = say("불러온 뒤로 파일이 바뀌었습니다. 다시 불러오세요.", "The file has changed since it was loaded; load it again.");
    else if (answer.difference) {
      agreed = text;
      act.hidden = false;
    }
  } catch (error) {
    difference.replaceChildren();
    complain(error);
  }
  if (!dialog.open) dialog.showModal();
}

function complain(error) {
  words.className = "mistake";
  words.textContent = `⚠ ${error.message}`;
  if (error.detail) fillDifference(difference, error.detail);
}

async function save() {
  if (agreed === null) return;
  act.disabled = true;
  words.className = "quiet";
  words.textContent = say("저장하고 다시 읽는 중 …", "Saving and reloading …");
  try {
    const answer = await send("/editor/save", { ...typed(), text: agreed });
    digest.value = answer.digest;
    saved = agreed;
    act.hidden = true;
    const { state, problems } = answer.reload;
    words.className = state === "reloaded" ? "good" : "mistake";
    words.textContent = {
      reloaded: say("✓ 저장했고, 새 규칙이 쓰이고 있습니다.", "✓ Saved: the new rules are in force."),
      refused: say("⚠ 저장했지만 다시 읽기가 거부되었습니다.", "⚠ Saved, and the reload was refused."),
      unanswered: say("저장했습니다. 다시 읽기는 아직 대답이 없습니다.", "Saved; the reload has not answered yet."),
      impossible: say("저장했습니다. 이 서비스는 다시 읽을 수 없습니다.", "Saved; this service cannot reload."),
    }[state];
    if (problems.length) fillDifference(difference, problems.join("\n"));
    speak(words.textContent);
  } catch (error) {
    complain(error);
  } finally {
    act.disabled = false;
  }
}

box.addEventListener("input", () => {
  drawGutter();
  checkSoon();
});
box.addEventListener("scroll", follow);
new ResizeObserver(follow).observe(box);
document.addEventListener("selectionchange", () => {
  if (document.activeElement !== box || !found) return;
  const line = lineAt(box.selectionStart);
  const ours = found.outlined.filter((each) => each.first <= line && line <= each.last);
  const here = ours.findLast((each) => each.own <= line) ?? ours[0];
  const shown = found.explained?.english.rule;
  if (here && here.name !== shown) checkSoon();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter?.id;
  if (button === "try") tryOut();
  else if (button === "save") preview();
  else check();
});
act.addEventListener("click", save);
document.getElementById("saving-leave").addEventListener("click", () => dialog.close());
addEventListener("beforeunload", (event) => {
  if (box.value !== saved) event.preventDefault();
});

const line = Number(form.dataset.line);
if (line > 1) {
  const start = box.value.split("\n").slice(0, line - 1).join("\n").length + 1;
  box.setSelectionRange(start, start);
  box.scrollTop = (line - 3) * parseFloat(getComputedStyle(box).lineHeight);
}
drawGutter();
check();
