// Draws <figure data-chart> from the table inside it; the table stays for those who cannot see it.
"use strict";

for (const figure of document.querySelectorAll("[data-chart]")) {
  const plot = figure.querySelector(".plot");
  const rows = [...figure.querySelectorAll("tbody tr")];
  const heads = [...figure.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  const column = (index) => rows.map((row) => Number(row.cells[index].dataset.value));
  const colours = ["#0b5c6b", "#9a5b00", "#0b6b46", "#b42318", "#51606d"];
  const style = { stroke: "#51606d", grid: { stroke: "#dbe2e8", width: 1 }, font: '400 14px "Be Vietnam Pro"' };
  const names = rows.map((row) => row.cells[0].textContent.trim());
  const picture = new uPlot(
    {
      width: plot.clientWidth, height: 240,
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, most * 1.1 || 1] } },
      axes: [
        { ...style, incrs: [1, 2, 3, 4, 6, 12, 24], values: (_, splits) => splits.map((at) => (Number.isInteger(at) ? names[at] ?? "" : "")) },
        { ...style, size: 96, values: (_, splits) => splits.map((value) => value.toLocaleString("vi-VN")) },
      ],
      series: [{ label: heads[0], value: (_, at) => names[at] ?? "" }, ...heads.slice(1).map((label, index) => ({
        label, stroke: colours[index], width: 2, fill: index ? undefined : "#e6f1f3",
        value: (_, value) => value?.toLocaleString("vi-VN") ?? "",
      }))],
    },
    [rows.map((_, index) => index), ...heads.slice(1).map((_, index) => column(index + 1))],
    plot,
  );
  new ResizeObserver(() => picture.setSize({ width: plot.clientWidth, height: 240 })).observe(plot);
}
