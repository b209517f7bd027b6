// Sorts a table by the column whose heading is pressed; a second press turns the order around.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.querySelectorAll("th")];
  headings.forEach((heading, column) => heading.querySelector("button").addEventListener("click", () => {
    const rising = heading.getAttribute("aria-sort") !== "ascending";
    headings.forEach((each) => each.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const key = (row) => row.cells[column].dataset.by ?? row.cells[column].textContent;
    const order = (one, other) => heading.classList.contains("number") ? key(one) - key(other) : key(one).localeCompare(key(other));
    const rows = [...table.tBodies[0].rows].sort((one, other) => rising ? order(one, other) : order(other, one));
    table.tBodies[0].append(...rows);
  }));
}
