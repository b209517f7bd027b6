// The chart of an alert, drawn of what the page brings along.
import { drawChart } from "./chart.js";

for (const figure of document.querySelectorAll("figure[data-points]")) {
  drawChart(figure.querySelector(".chart"), JSON.parse(figure.dataset.points));
}
