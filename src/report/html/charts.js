// Charts as inline SVG, and tables.

const SVG = "http://www.w3.org/2000/svg";

function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

const odds = (p) => Math.log(p / (1 - p));
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** A chart with its frame; `draw(x, y)` gets functions from values to places. */
function chart({ label, width = 640, height = 240, x: [x0, x1], y: [y0, y1], xTicks, yTicks, xName, yName }, draw) {
  const [left, right, top, bottom] = [yTicks.length ? 52 : 8, 12, 12, xName ? 44 : 26];
  const x = (value) => left + ((value - x0) / (x1 - x0)) * (width - left - right);
  const y = (value) => height - bottom - ((value - y0) / (y1 - y0)) * (height - top - bottom);
  return s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    yTicks.map(([value, text]) => [
      s("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      s("text", { x: left - 7, y: y(value) + 4, "text-anchor": "end" }, text),
    ]),
    draw(x, y),
    s("line", { class: "axis", x1: left, x2: width - right, y1: y(y0), y2: y(y0) }),
    xTicks.map(([value, text]) => s("text", { x: x(value), y: height - bottom + 17, "text-anchor": "middle" }, text)),
    xName && s("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, xName),
    yName && s("text", { x: left, y: 9 }, yName));
}

/** Blocks by score: content, boilerplate and spam, one on the other. Thresholds are pairs of place and name. */
function histogram(bins, thresholds, label) {
  const sums = bins.map((bin) => bin[0] + bin[1] + bin[2]);
  const most = Math.max(1, ...sums);
  const ticks = [0.01, 0.1, 0.5, 0.9, 0.99].map((p) => [odds(p), String(p)]);
  return chart({ label, width: Math.max(360, Math.min(1000, innerWidth)), height: 230, x: [-6, 6], y: [0, most], xTicks: ticks, yTicks: [[0, "0"], [most, count(most)]], xName: `P(${t("junk")})` }, (x, y) => [
    bins.map((bin, i) => {
      let sum = 0;
      return ["content", "boilerplate", "spam"].map((kind, k) => {
        sum += bin[k];
        const height = y(sum - bin[k]) - y(sum);
        return bin[k] > 0 && s("rect", { class: `fill-${kind}`, x: x(-6 + i / 4) + 1, width: x(0.25) - x(0) - 2, y: y(sum), height: Math.max(height, 1) },
          s("title", {}, `${t(kind)}: ${count(bin[k])}`));
      });
    }),
    thresholds.map(([value, name]) => {
      const at = x(Math.max(-6, Math.min(6, value)));
      return s("line", { class: "mark", x1: at, x2: at, y1: y(0), y2: y(most) }, s("title", {}, name));
    }),
  ]);
}

/** A table: columns are pairs of name and class, cells text or elements. */
function table(columns, rows) {
  return h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, columns.map(([name, kind]) => h("th", { class: kind, scope: "col" }, name)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, i) => h("td", { class: columns[i][1] }, cell)))))));
}

/** A share as a small bar. */
function share(value, kind = "boilerplate") {
  const bar = h("i", { class: `bg-${kind}`, css: { width: `${Math.min(100, 100 * value)}%` } });
  return h("span", { class: "share", "aria-hidden": "true" }, bar);
}

function legend(kinds) {
  return h("p", { class: "row soft" }, kinds.map((kind) => h("span", {}, h("span", { class: `dot bg-${kind}` }), t(kind))));
}

function card(title, ...children) {
  return h("section", { class: "card", "aria-label": title }, h("h2", {}, title), ...children);
}

function tile(value, name) {
  return h("div", { class: "tile" }, h("b", {}, value), h("span", {}, name));
}
