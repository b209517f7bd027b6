// The chart of an alert, drawn of what the page brings along; while the alert is open it goes on.
import { drawChart } from "./chart.js";

for (const figure of document.querySelectorAll("figure[data-points]")) {
  const chart = drawChart(figure.querySelector(".chart"), JSON.parse(figure.dataset.points));
  if (chart && "moves" in figure.dataset) {
    document.addEventListener("news", ({ detail }) => {
      const points = detail.points.filter(([series]) => series === figure.dataset.chart).map((point) => point.slice(1));
      if (points.length) chart.add(points);
    });
  }
}
