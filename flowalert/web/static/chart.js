// Charts of a series' day, drawn by uPlot where the package has it: net buying as a line, its changes as bars below,
// what rules set it against as dashed lines, and alerts as glyphs on the line.

import { say } from "./live.js";

const HEIGHT = 190;
const DAY = 86400;
// A level this many times the day's breadth away would press the day flat.
const NEAR = 1;
const SHORTEST = 1800;
const BARS = 0.26;
const GLYPHS = {
  info: (path, x, y, r) => path.arc(x, y, r * 0.8, 0, 7),
  warning: (path, x, y, r) => polygon(path, [[x, y - r], [x + r, y + r * 0.7], [x - r, y + r * 0.7]]),
  critical: (path, x, y, r) => polygon(path, [[x, y - r], [x + r, y], [x, y + r], [x - r, y]]),
};

/** Tells whether charts can be drawn here; where not, the service's own drawings stay. */
export const hasCharts = () => typeof globalThis.uPlot === "function";

/** Writes an exchange time as `09:51`, with seconds where they are wanted. */
export function clock(at, seconds = false) {
  const second = ((at % DAY) + DAY) % DAY;
  const parts = [Math.floor(second / 3600), Math.floor(second / 60) % 60, ...(seconds ? [second % 60] : [])];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** Writes a figure with its sign: `+1,234`, `−56`, `0`; `–` for what is not known. */
export function signed(value) {
  if (value === null || value === undefined) return "–";
  const text = Math.abs(value).toLocaleString("en-US", { maximumFractionDigits: 2 });
  return value > 0 ? `+${text}` : value < 0 ? `−${text}` : text;
}

/**
 * Writes a net figure as people say it: `-1,234억`, `+12.3만주`; in English `-123.4bn won`, `+12.3m shares`, or without
 * what is counted where it is to be `short`.
 */
export function amount(value, field, unit, short = false) {
  if (value === null || value === undefined) return "–";
  const isValue = field.endsWith("msval");
  const size = Math.abs(value);
  const shown = document.body.dataset.language === "ko"
    ? korean(isValue || unit !== "shares" ? size : size * 1000, isValue ? ["억", "조"] : unit === "shares" ? ["주", "만주", "억주"] : ["계약", "만계약", "억계약"])
    : english(isValue ? size * 1e8 : unit === "shares" ? size * 1000 : size, short ? "" : isValue ? " won" : ` ${unit}`);
  return /[1-9]/.test(shown) ? (value > 0 ? "+" : "-") + shown : shown;
}

function korean(size, units) {
  let left = size;
  let unit = units[0];
  for (const each of units) {
    unit = each;
    if (round(left) < 10000 || each === units.at(-1)) break;
    left /= 10000;
  }
  return round(left).toLocaleString("en-US", { maximumFractionDigits: 1 }) + unit;
}

function english(size, noun) {
  const [step, word] = [[1e12, "tn"], [1e9, "bn"], [1e6, "m"]].find(([each]) => size >= each) ?? [1, ""];
  return `${(size / step).toLocaleString("en-US", { maximumFractionDigits: 1 })}${word}${noun}`;
}

const round = (number) => (number < 100 ? Math.round(number * 10) / 10 : Math.round(number));

function polygon(path, corners) {
  corners.forEach(([x, y], index) => (index ? path.lineTo(x, y) : path.moveTo(x, y)));
  path.closePath();
}

/**
 * Draws a series' day into an element, in the place of what is there, and returns the chart.
 *
 * @param {HTMLElement} element
 * @param {object} what
 * @param {{series: object, points: number[][]}} what.series the answer of /api/v1/series/…: points are [at, msval,
 *   msvol, p_msval, p_msvol] in order
 * @param {{figure: string, value: number, rule: string, severity: string}[]} [what.thresholds] what rules set the
 *   figures `msval`, `msvol`, `p_msval` and `p_msvol` against
 * @param {{alert: string, rule: string, severity: string, at: number}[]} [what.marks] alerts, at exchange times
 * @param {"msval"|"msvol"} [what.field] what the line is of
 * @returns {Chart|null} null where there is no uPlot: what was there stays
 */
export function drawChart(element, { series, thresholds = [], marks = [], field = "msval" }) {
  return hasCharts() ? new Chart(element, series, thresholds, marks, field) : null;
}

class Chart {
  constructor(element, series, thresholds, marks, field) {
    this.element = element;
    this.series = series.series;
    this.points = series.points.map((point) => [...point]);
    this.thresholds = thresholds;
    this.marks = [...marks];
    this.field = field;
    this.hover = document.createElement("span");
    this.hover.className = "u-hover";
    this.hover.hidden = true;
    this.sized = new ResizeObserver(() => this.resize());
    this.sized.observe(element);
    charts.add(this);
    this.draw();
  }

  /** Takes points in: later ones go to the end, and one of a moment that is there takes its place. */
  add(points) {
    for (const point of points) {
      const last = this.points.at(-1);
      if (last && Math.floor(point[0] / DAY) > Math.floor(last[0] / DAY)) this.points.length = this.marks.length = 0;
      const before = this.points.at(-1);
      if (!before || point[0] > before[0]) this.points.push([...point]);
      else if (point[0] === before[0]) this.points[this.points.length - 1] = [...point];
    }
    this.update();
  }

  /** Marks an alert. */
  mark(mark) {
    this.marks.push(mark);
    this.update();
  }

  /** Replaces what is shown. */
  replace({ points, marks = this.marks, thresholds = this.thresholds }) {
    this.points = points.map((point) => [...point]);
    this.marks = [...marks];
    this.thresholds = thresholds;
    this.update();
  }

  /** Shows `msval` or `msvol`. */
  show(field) {
    this.field = field;
    this.draw();
  }

  remove() {
    charts.delete(this);
    this.sized.disconnect();
    this.plot?.destroy();
  }

  column(field) {
    const index = { msval: 1, msvol: 2, p_msval: 3, p_msvol: 4 }[field];
    return this.points.map((point) => point[index]);
  }

  update() {
    // Many points may come at once; a screen shows one picture of them.
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.plot?.setData(this.data());
      this.describe();
    });
  }

  data() {
    return [this.points.map((point) => point[0]), this.column(this.field), this.column(`p_${this.field}`)];
  }

  levels(field) {
    return this.thresholds.filter((level) => level.figure === field);
  }

  range() {
    const known = this.column(this.field).filter((value) => value !== null);
    let low = Math.min(0, ...known);
    let high = Math.max(0, ...known);
    const room = (high - low || 1) * NEAR;
    const near = this.levels(this.field).map((level) => level.value);
    for (const value of near.filter((each) => each >= low - room && each <= high + room)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const size = high - low || 2;
    // The bars have the lowest part of the chart for themselves.
    return [low - (size * (BARS + 0.05)) / (1 - BARS), high + size * 0.06];
  }

  rise() {
    let most = Math.max(1, ...this.column(`p_${this.field}`).map((value) => Math.abs(value ?? 0)));
    for (const level of this.levels(`p_${this.field}`)) {
      if (Math.abs(level.value) <= most * (1 + NEAR)) most = Math.max(most, Math.abs(level.value));
    }
    return [-most, most * (2 / BARS - 1)];
  }

  draw() {
    this.plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const font = `11px ${colour("mono")}`;
    const colours = { buy: colour("buy"), sell: colour("sell"), quiet: colour("quiet"), line: colour("line"), ground: colour("ground"), info: colour("info"), warning: colour("warning"), critical: colour("critical") };
    const unit = this.series.unit;
    const axis = { stroke: colours.quiet, font, grid: { stroke: colours.line, width: 0.5 }, ticks: { show: false } };
    const options = {
      width: Math.max(200, this.element.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      padding: [6, 4, 0, 0],
      cursor: { y: false, drag: { x: true, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: (_, low, high) => [low, Math.max(high, low + SHORTEST)] },
        y: { range: () => this.range() },
        change: { range: () => this.rise() },
      },
      axes: [
        { ...axis, size: 24, incrs: [60, 300, 600, 1800, 3600, 7200], values: (_, splits) => splits.map((at) => clock(at)) },
        {
          ...axis,
          // uPlot clips what is wider than an axis.
          size: (_, values) => 12 + 6.8 * Math.max(4, ...(values ?? []).map((text) => width(text ?? ""))),
          values: (_, splits) => splits.map((value) => (value < this.lowest() ? "" : amount(value, this.field, unit, true))),
          space: 34,
        },
      ],
      series: [
        {},
        { scale: "y", width: 1.8, spanGaps: false, points: { show: false }, stroke: (plot) => divide(plot, colours) },
        { scale: "change", paths: () => null, points: { show: false } },
      ],
      hooks: {
        draw: [(plot) => this.paint(plot, colours, font)],
        setCursor: [(plot) => this.tell(plot, unit)],
      },
    };
    this.element.replaceChildren(this.hover);
    this.element.setAttribute("role", "img");
    this.plot = new uPlot(options, this.data(), this.element);
    this.plot.root.setAttribute("aria-hidden", "true");
    this.plot.root.append(this.hover);
    this.plot.over.addEventListener("click", (event) => this.visit(event));
    this.describe();
  }

  lowest() {
    const [low, high] = this.range();
    return low + ((high - low) / 1.06) * (BARS + 0.02);
  }

  paint(plot, colours, font) {
    const context = plot.ctx;
    const { left, top, width: across, height } = plot.bbox;
    const ratio = devicePixelRatio;
    context.save();
    context.beginPath();
    context.rect(left, top, across, height);
    context.clip();
    const flat = (value, scale, colour, dash) => {
      const y = plot.valToPos(value, scale, true);
      context.beginPath();
      context.setLineDash(dash);
      context.strokeStyle = colour;
      context.lineWidth = ratio;
      context.moveTo(left, y);
      context.lineTo(left + across, y);
      context.stroke();
      context.setLineDash([]);
      return y;
    };
    flat(0, "y", colours.quiet, []);
    flat(0, "change", colours.quiet, []);
    this.paintBars(plot, context, colours);
    context.font = font.replace(/^11px/, `${10 * ratio}px`);
    context.textAlign = "right";
    const taken = [];
    for (const [field, scale] of [[this.field, "y"], [`p_${this.field}`, "change"]]) {
      for (const level of this.levels(field)) {
        const { min, max } = plot.scales[scale];
        if (level.value < min || level.value > max || (scale === "y" && level.value < this.lowest())) continue;
        if (scale === "change" && Math.abs(level.value) > Math.abs(min)) continue;
        const dash = level.severity === "critical" ? [2 * ratio, 3 * ratio] : [6 * ratio, 4 * ratio];
        const y = flat(level.value, scale, colours[level.severity] ?? colours.warning, dash);
        if (taken.some((other) => Math.abs(other - y) < 11 * ratio)) continue;
        taken.push(y);
        const place = [left + across - 3 * ratio, y - (y < top + 12 * ratio ? -11 : 3) * ratio];
        context.strokeStyle = colours.ground;
        context.lineWidth = 3 * ratio;
        context.strokeText(level.rule, ...place);
        context.fillStyle = colours.quiet;
        context.fillText(level.rule, ...place);
      }
    }
    for (const mark of this.marks) this.paintMark(plot, context, mark, colours, ratio);
    context.restore();
  }

  paintBars(plot, context, colours) {
    const [times, , changes] = plot.data;
    const zero = plot.valToPos(0, "change", true);
    const step = plot.bbox.width / Math.max(60, times.length);
    const thick = Math.max(1, Math.min(6 * devicePixelRatio, step * 0.7));
    changes.forEach((value, index) => {
      if (!value) return;
      const y = plot.valToPos(value, "change", true);
      context.fillStyle = value > 0 ? colours.buy : colours.sell;
      context.fillRect(plot.valToPos(times[index], "x", true) - thick / 2, Math.min(y, zero), thick, Math.abs(y - zero));
    });
  }

  paintMark(plot, context, mark, colours, ratio) {
    const value = this.valueAt(mark.at);
    if (value === null || value === undefined) return;
    const path = new Path2D();
    (GLYPHS[mark.severity] ?? GLYPHS.warning)(path, plot.valToPos(mark.at, "x", true), plot.valToPos(value, "y", true), 6 * ratio);
    context.fillStyle = colours[mark.severity] ?? colours.warning;
    context.strokeStyle = colours.ground;
    context.lineWidth = ratio;
    context.fill(path);
    context.stroke(path);
  }

  tell(plot, unit) {
    const index = plot.cursor.idx;
    this.hover.hidden = index === null || index === undefined;
    if (this.hover.hidden) return;
    const [at, net, change] = plot.data.map((column) => column[index]);
    const near = this.marks.filter((mark) => Math.abs(mark.at - at) <= 60).map((mark) => ` · ${mark.rule}`);
    const words = `${clock(at, true)} ${amount(net, this.field, unit)} (Δ ${amount(change, this.field, unit)})`;
    this.hover.textContent = words + [...new Set(near)].slice(0, 2).join("");
  }

  /** Goes to the page of an alert whose mark was clicked at. */
  visit({ offsetX, offsetY }) {
    const near = this.marks.findLast((mark) => {
      const value = this.valueAt(mark.at);
      if (value === undefined || value === null) return false;
      const [x, y] = [this.plot.valToPos(mark.at, "x"), this.plot.valToPos(value, "y")];
      return Math.hypot(x - offsetX, y - offsetY) < 10;
    });
    if (near?.alert) location.assign(`/alerts/${near.alert}`);
  }

  valueAt(at) {
    const point = this.points.findLast((each) => each[0] <= at) ?? this.points[0];
    return point?.[this.field === "msval" ? 1 : 2];
  }

  describe() {
    const { sector, investor, unit } = this.series;
    const name = say(`${sector.korean} ${investor.korean}`, `${sector.english}, ${investor.english}`);
    const known = this.column(this.field).filter((value) => value !== null);
    const write = (value) => amount(value, this.field, unit);
    const [latest, high, low] = [known.at(-1), Math.max(...known), Math.min(...known)].map(write);
    const words = known.length
      ? say(
          `${name}: 현재 ${latest}, 최고 ${high}, 최저 ${low}, 경보 ${this.marks.length}건`,
          `${name}: now ${latest}, high ${high}, low ${low}, alerts: ${this.marks.length}`,
        )
      : say(`${name}: 오늘 아직 없음`, `${name}: nothing yet today`);
    this.element.setAttribute("aria-label", words);
  }

  resize() {
    const wide = Math.floor(this.element.clientWidth);
    if (this.plot && wide >= 200 && Math.abs(wide - this.plot.width) > 1) this.plot.setSize({ width: wide, height: HEIGHT });
  }
}

/** Returns what is red above zero and blue below. */
function divide(plot, colours) {
  const { top, height } = plot.bbox;
  const part = (plot.valToPos(0, "y", true) - top) / height;
  if (!(part > 0)) return colours.sell;
  if (part >= 1) return colours.buy;
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  for (const [at, colour] of [[0, colours.buy], [part, colours.buy], [part, colours.sell], [1, colours.sell]]) gradient.addColorStop(at, colour);
  return gradient;
}

// A Korean letter is as wide as two others.
const width = (text) => [...text].reduce((sum, letter) => sum + (letter > "\u1100" ? 1.7 : 1), 0);

const charts = new Set();
const redraw = () => charts.forEach((chart) => chart.draw());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
