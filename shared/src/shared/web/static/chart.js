// Draws <figure data-chart> from the table inside it; the table stays for those who cannot see it.
"use strict";

const grid = { stroke: "#dbe2e8", width: 1 };
const axis = { stroke: "#51606d", grid, ticks: grid, font: '400 14px "Be Vietnam Pro"' };
const colours = ["#0b5c6b", "#9a5b00", "#0b6b46", "#b42318", "#51606d"];
const inVietnamese = (value) => value?.toLocaleString("vi-VN") ?? "";

function draw(figure) {
  const plot = figure.querySelector(".plot");
  const rows = [...figure.querySelectorAll("tbody tr")];
  const heads = [...figure.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  const names = rows.map((row) => row.cells[0].textContent.trim());
  const column = (index) => rows.map((row) => Number(row.cells[index].dataset.value));
  const size = () => ({ width: plot.clientWidth, height: 240 });
  const lines = heads.slice(1).map((label, index) => ({
    label, stroke: colours[index % colours.length], width: 2,
    fill: index ? undefined : "#e6f1f3", value: (_, value) => inVietnamese(value),
  }));
  plot.replaceChildren();
  const picture = new uPlot(
    {
      ...size(),
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, most * 1.1 || 1] } },
      axes: [
        { ...axis, incrs: [1, 2, 3, 4, 6, 12, 24], values: (_, marks) => marks.map((at) => names[at] ?? "") },
        { ...axis, size: 96, values: (_, marks) => marks.map(inVietnamese) },
      ],
      series: [{ label: heads[0], value: (_, at) => names[at] ?? "" }, ...lines],
    },
    [rows.map((_, index) => index), ...heads.slice(1).map((_, index) => column(index + 1))],
    plot,
  );
  new ResizeObserver(() => picture.setSize(size())).observe(plot);
}

const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
drawAll();
document.addEventListener("htmx:after:swap", drawAll);
