// What the pages of rules show alike.
import { say } from "./live.js";

/** Returns the time of day of an exchange time, `09:51:00`. */
export function clock(at) {
  const second = ((at % 86400) + 86400) % 86400;
  return [second / 3600, (second / 60) % 60, second % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}

/** Returns a figure with its sign; `–` for one that is not known. */
export function signed(value) {
  if (value === null) return "–";
  const text = Math.abs(value).toLocaleString("en", { maximumFractionDigits: 2 });
  return value > 0 ? `+${text}` : value < 0 ? `−${text}` : text;
}

/** Returns a share as per cent. */
export const share = (part) => `${(part * 100).toFixed(1)} %`;

/** Returns what an alert is about, in the page's language. */
export function nameScope(scope) {
  const names = [scope.sector, scope.investor].filter(Boolean).map((each) => say(each.korean, each.english));
  return names.join(" ") || scope.venue;
}

/** Returns a table in a box that scrolls; `numbers` are the columns of figures. */
export function makeTable(heads, rows, numbers = []) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  heads.forEach((text, column) => {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = text;
    if (numbers.includes(column)) cell.className = "number";
    head.append(cell);
  });
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((text, column) => {
      const cell = line.insertCell();
      cell.textContent = text;
      if (numbers.includes(column)) cell.className = "number";
    });
  }
  const box = document.createElement("div");
  box.className = "scroll";
  box.append(table);
  return box;
}

/** Returns an element with a text. */
export function make(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** Returns an explanation as a list of its questions and answers. */
export function makeExplanation(page) {
  const list = make("dl", "", "explained");
  for (const section of page.sections) {
    const answer = make("dd");
    answer.append(makeItems(section.items));
    list.append(make("dt", section.title), answer);
  }
  return list;
}

function makeItems(items) {
  const list = make("ul");
  for (const item of items) {
    const line = make("li", item.text);
    if (item.parts.length) line.append(makeItems(item.parts));
    list.append(line);
  }
  return list;
}

/** Fills an element with a unified diff; signs tell what colours tell. */
export function fillDifference(element, text) {
  const kinds = { "@": "place", "+": "added", "-": "removed" };
  element.replaceChildren(
    ...text.split("\n").map((line, number) => make("span", line, number < 2 ? "head" : (kinds[line[0]] ?? "same"))),
  );
}
