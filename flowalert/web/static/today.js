// The present day, while it goes on.

import { amount, clock, drawChart, signed } from "./chart.js";
import { follow, load, say, speak } from "./live.js";

const STEPS = 4;
const FIVE_MINUTES = 300;
const FEED_EVERY = 10_000;
const MOST_ALERTS = 100;
const GLYPHS = { info: ["●", "정보", "info"], warning: ["▲", "주의", "warning"], critical: ["◆", "긴급", "critical"] };

const asked = new URLSearchParams(location.search);
const field = document.getElementById("charts").dataset.field;
const charts = new Map();
const names = new Map();
let map = null;
let cells = new Map();
let trails = new Map();

const id = (name) => document.getElementById(name);
const element = (tag, text = "", name = "") => Object.assign(document.createElement(tag), { textContent: text, className: name });
const of = (named) => say(named.korean, named.english);

/** Shows a board: the charts and the map. */
function showBoard(board) {
  map = board.map;
  trails = new Map(Object.entries(map.trails));
  cells = new Map([...document.querySelectorAll("#map td[data-s]")].map((cell) => [cell.dataset.s, { cell, value: null }]));
  for (const row of map.rows) {
    names.set(row.sector.code, of(row.sector));
    row.cells.forEach(([value], index) => {
      const key = `${row.venue}/${row.sector.code}/${map.investors[index].code}`;
      names.set(map.investors[index].code, of(map.investors[index]));
      if (cells.has(key)) Object.assign(cells.get(key), { value, row, group: group(row) });
    });
  }
  const isOther = map.rows.length && [...cells.values()].filter((each) => each.row).length < map.rows.length * map.investors.length;
  // A sector or an investor of which nothing had come before.
  if (isOther || cells.size !== map.rows.length * map.investors.length) rebuildMap();
  paintCells(new Set([...cells.values()].map((each) => each.group)));
  for (const each of board.charts.charts) showChart(each);
}

const group = (row) => (map.against === "sector" ? `${row.venue}/${row.sector.code}` : map.figure === "quantity" ? row.unit : "");

function rebuildMap() {
  const table = id("map");
  const head = element("tr");
  head.append(Object.assign(element("th", say("섹터", "Sector")), { scope: "col" }));
  for (const each of map.investors) head.append(Object.assign(element("th", of(each), "number"), { scope: "col" }));
  table.tHead.replaceChildren(head);
  cells = new Map();
  table.tBodies[0].replaceChildren(
    ...map.rows.map((row) => {
      const line = element("tr");
      line.append(Object.assign(element("th", of(row.sector)), { scope: "row" }));
      row.cells.forEach(([value], index) => {
        const cell = element("td");
        cell.dataset.s = `${row.venue}/${row.sector.code}/${map.investors[index].code}`;
        cells.set(cell.dataset.s, { cell, value, row, group: group(row) });
        line.append(cell);
      });
      return line;
    }),
  );
}

function showChart(each) {
  const figure = document.querySelector(`figure[data-series="${CSS.escape(each.series.text)}"]`);
  if (!figure) return;
  const { levels: thresholds, marks, points } = each;
  const known = charts.get(each.series.text);
  if (known?.chart) known.chart.replace({ points, marks, thresholds });
  else {
    const chart = points.length ? drawChart(figure.querySelector(".chart"), { series: each, thresholds, marks, field }) : null;
    charts.set(each.series.text, { figure, chart, each });
  }
  tellLatest(each.series.text, points.at(-1));
}

function tellLatest(key, point) {
  const known = charts.get(key);
  const value = point?.[field === "msvol" ? 2 : 1];
  if (!known || value === null || value === undefined) return;
  const latest = known.figure.querySelector(".latest");
  const text = (value > 0 ? "▲" : value < 0 ? "▼" : "") + amount(value, field, known.each.series.unit);
  if (latest.textContent !== text) latest.textContent = text;
  latest.className = `latest ${value > 0 ? "buy" : value < 0 ? "sell" : ""}`;
}

/** Returns the figure that the map shows of a point [at, msval, msvol, p_msval, p_msvol]. */
function read(key, point) {
  const offset = map.figure === "quantity" ? 1 : 0;
  if (map.span === "slot") return point[3 + offset];
  const now = point[1 + offset];
  if (map.span === "day") return now;
  const trail = trails.get(key) ?? [];
  if (trail.length && trail.at(-1)[0] >= point[0]) trail.pop();
  trail.push([point[0], now]);
  while (trail.length > 1 && trail[1][0] <= point[0] - FIVE_MINUTES) trail.shift();
  trails.set(key, trail);
  const [then, before] = trail[0];
  return then <= point[0] - FIVE_MINUTES && now !== null && before !== null ? now - before : null;
}

function paintCells(groups) {
  const largest = new Map();
  for (const each of cells.values()) {
    if (groups.has(each.group)) largest.set(each.group, Math.max(largest.get(each.group) ?? 0, Math.abs(each.value ?? 0)));
  }
  for (const { cell, value, group: of } of cells.values()) {
    if (!groups.has(of)) continue;
    const share = value ? Math.min(STEPS, Math.ceil(STEPS * Math.sqrt(Math.abs(value) / largest.get(of)))) : 0;
    const name = `h${value < 0 ? -share : share}`;
    const text = (value > 0 ? "▲" : value < 0 ? "▼" : "") + signed(value);
    if (cell.className !== name) cell.className = name;
    if (cell.textContent !== text) cell.textContent = text;
  }
}

/** Takes a piece of news in. */
function take(piece) {
  if (!map) return;
  const byChart = new Map();
  const groups = new Set();
  let isNew = false;
  for (const [key, ...point] of piece.points) {
    const cell = cells.get(key);
    if (cell) {
      cell.value = read(key, point);
      groups.add(cell.group);
    } else if (!key.endsWith("/9999")) isNew = true;
    if (charts.has(key)) byChart.set(key, [...(byChart.get(key) ?? []), point]);
  }
  if (groups.size) paintCells(groups);
  for (const [key, points] of byChart) {
    charts.get(key).chart?.add(points);
    tellLatest(key, points.at(-1));
  }
  const newest = piece.points.at(-1)?.[1];
  if (newest) {
    tell("published", clock(newest, true));
    const top = document.querySelector("#feed time");
    if (top) top.textContent = clock(newest, true);
  }
  for (const each of piece.happenings) showHappening(each);
  if (piece.happenings.length) speakOf(piece.happenings);
  if (piece.feed || Object.keys(piece.gaps).length || piece.deliveries) refreshFeed.soon();
  // The rules, or who is there, are other than what is drawn.
  if (piece.rules || isNew) refreshAll(2_000);
  // The market is too fast to be told whole: what is left out is loaded when there is time.
  if (!piece.is_whole) refreshAll(20_000);
  // Without the charts' library the service draws.
  if (byChart.size && [...byChart.keys()].some((key) => !charts.get(key).chart)) redraw.soon();
}

function showHappening({ alert, rule, scope, kind, severity, at, value, told }) {
  const list = id("alerts");
  const [glyph, korean, english] = GLYPHS[severity] ?? GLYPHS.warning;
  list.querySelector(`[data-alert="${CSS.escape(alert)}"]`)?.remove();
  if (kind === "firing") {
    const item = element("li");
    item.dataset.alert = alert;
    item.dataset.new = "";
    const link = Object.assign(element("a", rule), { href: `/alerts/${alert}` });
    const codes = scope.split("/").slice(1).map((code) => names.get(code) ?? code);
    item.append(element("span", `${glyph} ${say(korean, english)}`, `badge ${severity}`), " ", link, " ", element("span", codes.join(" ")), " ", element("time", clock(at, true)), " ", element("span", signed(value), "number"));
    list.prepend(item);
  }
  while (list.children.length > MOST_ALERTS) list.lastElementChild.remove();
  id("no-alerts").hidden = list.children.length > 0;
  // Of more than there is room for the service knows how many there are.
  if (list.children.length < MOST_ALERTS) tell("alerts", String(list.children.length));
  else refreshFeed.soon();
  if (told && kind !== "resolved") charts.get(scope)?.chart?.mark({ alert, rule, severity, at, value });
}

function speakOf(happenings) {
  const told = happenings.filter((each) => each.told && each.kind !== "resolved");
  if (!told.length) return;
  const first = told.at(-1);
  const more = told.length > 1 ? say(` 외 ${told.length - 1}건`, ` and ${told.length - 1} more`) : "";
  speak(say(`경보 ${first.rule}${more}`, `Alert ${first.rule}${more}`));
}

function tell(name, text) {
  const place = document.querySelector(`#feed-figures [data-of="${name}"]`);
  if (place && place.textContent !== text) place.textContent = text;
}

function showFeed({ status, lag, gaps, silent, refused, waiting, open_alerts: open }) {
  tell("alerts", String(open));
  tell("registered", `${status.registered}/${status.places}`);
  tell("lag", lag === null ? "–" : `${lag} ${say("초", "s")}`);
  tell("gaps", String(gaps.reduce((sum, each) => sum + each.count, 0)));
  tell("waiting", String(waiting));
  const troubles = [];
  if (status.is_silent || status.lost_for !== null) troubles.push(element("p", `⚠ ${status.cause}`, "mistake"));
  if (silent.length) troubles.push(element("p", `⚠ ${say("시세 없음", "Nothing comes of")}: ${silent.map(of).join(", ")}`, "mistake"));
  if (refused.length) troubles.push(element("p", `⚠ ${say("등록 거부", "Refused")}: ${refused.map(of).join(", ")}`, "mistake"));
  if (gaps.length) {
    const details = element("details");
    const list = element("ul", "", "plain");
    details.open = Boolean(document.querySelector("#feed-troubles details")?.open);
    for (const { series, count } of gaps.slice(0, 50)) list.append(element("li", `${of(series.sector)} ${of(series.investor)} ${count}`));
    details.append(element("summary", `${say("놓친 시세가 있는 시계열", "Series of which updates were missed")} (${gaps.length})`), list);
    troubles.push(details);
  }
  id("feed-troubles").replaceChildren(...troubles);
}

/** Makes a job of a function: one at a time, not more often than `apart` milliseconds, and again where it was asked for meanwhile. */
function job(apart, work) {
  let timer = null;
  let isAsked = false;
  async function run() {
    isAsked = false;
    try {
      await work();
    } catch (error) {
      console.warn(error);
      isAsked = true;
    }
    timer = setTimeout(() => {
      timer = null;
      if (isAsked) timer = setTimeout(run);
    }, apart);
  }
  return {
    soon() {
      if (timer === null) timer = setTimeout(run);
      else isAsked = true;
    },
  };
}

const query = () => (asked.toString() ? `?${asked}` : "");

// What comes while an answer is on its way is put on top of it: a point of a moment that is there takes its place.
let loading = 0;
let held = [];
async function hold(work) {
  loading += 1;
  try {
    await work();
  } finally {
    loading -= 1;
    if (!loading) {
      const pieces = held;
      held = [];
      pieces.forEach(take);
    }
  }
}

async function loadAll() {
  const today = await load(`/today${query()}`);
  id("alerts").replaceChildren();
  showBoard(today.board);
  for (const each of [...today.alerts].reverse()) {
    const at = secondsOf(each.opened_at);
    showHappening({ ...each, alert: each.id, scope: each.scope.text, kind: "firing", at, told: false });
  }
  document.querySelectorAll("#alerts [data-new]").forEach((item) => delete item.dataset.new);
  showFeed(today.feed);
}

// Exchange time counts as if Seoul were at Greenwich.
const secondsOf = (moment) => Date.parse(moment) / 1000 + 9 * 3600;

const refresh = job(5_000, () => hold(loadAll));
const refreshFeed = job(FEED_EVERY, async () => showFeed(await load("/today/feed")));
const redraw = job(5_000, async () => {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const [key, { figure, chart }] of charts) {
    const drawn = page.querySelector(`figure[data-series="${CSS.escape(key)}"] svg`);
    if (drawn && !chart) figure.querySelector(".chart").replaceChildren(document.importNode(drawn, true));
  }
});

/** Loads all anew, after a while that is another one for each page: many may have heard the same. */
function refreshAll(within) {
  later ??= setTimeout(() => {
    later = null;
    refresh.soon();
  }, Math.random() * within);
}
let later = null;

function showState(state) {
  const line = id("line");
  line.dataset.state = state;
  line.textContent = state === "open" ? `● ${say("실시간", "live")}` : `⚠ ${say("연결이 끊겨 다시 잇는 중", "connection lost, trying again")}`;
}

follow({
  onNews: (piece) => (loading ? held.push(piece) : take(piece)),
  onAgain: () => refreshAll(1_000),
  onState: showState,
});
hold(async () => showBoard(await load(`/today/board${query()}`))).catch((error) => {
  console.warn(error);
  refresh.soon();
});
setInterval(() => document.hidden || refreshFeed.soon(), FEED_EVERY);
