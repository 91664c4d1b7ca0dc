// The page of `tamis eval --report`: measures, curves, tables, the worst mistakes, the largest weights.

function startEval(data) {
  app.data = data;
  drawEval();
}

function drawEval() {
  const { report, curves, weights, mistakes } = app.data;
  const all = report.overall;
  const interval = (name) => (report.intervals[name] ? ` (${t("interval", { low: fixed(report.intervals[name][0], 3), high: fixed(report.intervals[name][1], 3) })})` : "");
  document.body.replaceChildren(topOfPage(t("title_eval")), h("main", { class: "wrap" },
    h("div", { class: "tiles" },
      tile(fixed(all.auc), t("auc") + interval("auc")), tile(fixed(all.average_precision), t("ap")),
      tile(percent(all.recall_99 ?? NaN), t("recall99") + interval("recall_99")), tile(fixed(all.calibration_error), t("ece")),
      tile(count(report.pages), t("pages")), tile(count(report.sites), t("sites"))),
    h("div", { class: "two" },
      card(t("pr"), precisionRecall(curves.precision_recall, all.presets), presetLegend()),
      card(t("reliability"), reliability(curves.reliability), h("p", { class: "soft" }, t("reliability_of")))),
    card(t("confusion"), h("div", { class: "three" }, app.data.presets.map(([name], i) => confusion(name, all.presets[i])))),
    h("div", { class: "two" },
      card(t("by_kind"), kinds(report.by_kind)),
      card(t("by_lang"), groups(report.by_lang)),
      card(t("by_site"), h("div", { class: "tall" }, groups(report.by_site, 60))),
      card(t("by_set"), h("div", { class: "tall" }, groups(report.by_set)))),
    card(t("worst"), h("p", { class: "soft" }, t("worst_of")), worst(mistakes)),
    card(t("weights"), h("p", { class: "soft" }, t("weights_of")), weightBars(weights))));
}

const PRESET_COLOURS = ["content", "boilerplate", "spam"];

function presetLegend() {
  return h("p", { class: "row soft" }, app.data.presets.map(([name], i) => h("span", {}, h("span", { class: `dot bg-${PRESET_COLOURS[i]}` }), t(name))));
}

function precisionRecall(points, atPresets) {
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => [value, String(value)]);
  const low = Math.min(0.8, Math.floor(10 * Math.min(...points.map(([, precision]) => precision))) / 10);
  const yTicks = ticks.filter(([value]) => value >= low);
  return chart({ label: t("pr_of"), width: 480, height: 330, x: [0, 1], y: [low, 1], xTicks: ticks, yTicks, xName: t("recall"), yName: t("precision") }, (x, y) => [
    s("polyline", { class: "curve", points: points.map(([recall, precision]) => `${x(recall).toFixed(1)},${y(precision).toFixed(1)}`).join(" ") }),
    atPresets.map((at, i) => Number.isFinite(at.recall) && Number.isFinite(at.precision) && s("circle", { class: `fill-${PRESET_COLOURS[i]}`, cx: x(at.recall), cy: y(Math.max(low, at.precision)), r: 6 },
      s("title", {}, `${t(app.data.presets[i][0])}: ${t("precision")} ${fixed(at.precision)}, ${t("recall")} ${fixed(at.recall)}`))),
  ]);
}

function reliability(steps) {
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => [value, String(value)]);
  const most = Math.max(1, ...steps.map(([, , blocks]) => blocks));
  return chart({ label: t("reliability_of"), width: 480, height: 330, x: [0, 1], y: [0, 1], xTicks: ticks, yTicks: ticks, xName: t("score"), yName: t("junk_seen") }, (x, y) => [
    s("line", { class: "axis", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
    s("polyline", { class: "curve", points: steps.map(([score, junk]) => `${x(score)},${y(junk)}`).join(" ") }),
    steps.map(([score, junk, blocks]) => s("circle", { class: "fill-accent", cx: x(score), cy: y(junk), r: 3 + 6 * Math.sqrt(blocks / most) },
      s("title", {}, `${fixed(score, 3)}: ${percent(junk)} (${count(blocks)} ${t("blocks")})`))),
  ]);
}

function confusion(name, at) {
  const cell = (n, kind) => h("b", { class: `is-${kind}` }, count(n));
  return h("div", {}, h("h3", {}, t(name)),
    h("div", { class: "matrix" }, table([["", ""], [t("as_junk"), "n"], [t("as_content"), "n"]], [
      [t("is_junk"), cell(at.true_junk, "content"), cell(at.false_content, "boilerplate")],
      [t("is_content"), cell(at.false_junk, "spam"), cell(at.true_content, "content")],
    ])),
    h("p", { class: "soft small" }, `${t("precision")} ${fixed(at.precision)} · ${t("recall")} ${fixed(at.recall)} · ${t("f1")} ${fixed(at.f1)}`, h("br"),
      `${t("lost")} ${percent(at.content_lost)} · ${t("removed")} ${percent(at.junk_removed)}`));
}

function groups(measures, most = Infinity) {
  const rows = Object.entries(measures).sort((x, y) => y[1].content + y[1].junk - x[1].content - x[1].junk).slice(0, most);
  return table([["", "name"], [t("content"), "n"], [t("junk"), "n"], [t("auc"), "n"], [t("lost_short"), "n"]],
    rows.map(([name, m]) => [name || "–", count(m.content), count(m.junk), fixed(m.auc, 3), percent(m.presets[0].content_lost)]));
}

function kinds(measures) {
  return table([["", "name"], [t("blocks"), "n"], ...app.data.presets.map(([name]) => [t(name), "n"])],
    Object.entries(measures).map(([name, kind]) => [name, count(kind.blocks), ...kind.removed.map(percent)]));
}

function worst(mistakes) {
  return h("div", { class: "tall" }, table([[t("score"), "n"], [t("labeled"), ""], ["", ""], [t("page"), ""]], mistakes.map((mistake) => [
    probability(mistake.score), h("span", { class: `badge is-${mistake.label === "junk" ? "boilerplate" : "content"}` }, [t(mistake.label), mistake.kind].filter(Boolean).join(" · ")),
    mistake.text, h("small", {}, `${mistake.page} #${mistake.block}`)])));
}

function weightBars(weights) {
  const most = Math.max(...weights.map(([, , weight]) => Math.abs(weight)), 1e-9);
  return h("div", { class: "why", css: { margin: "0" } }, h("div", { class: "bars", css: { "max-width": "none" } }, weights.map(([name, formula, weight]) => [
    h("div", {}, h("span", { class: "mono" }, name), h("small", { class: "formula" }, ` ${formula}`)),
    h("div", { class: "axis", "aria-hidden": "true" }, h("i", { class: weight > 0 ? "bg-spam" : "bg-content", css: { [weight > 0 ? "left" : "right"]: "50%", width: `${(50 * Math.abs(weight)) / most}%` } })),
    h("div", { class: "value" }, signed(1000 * weight))])));
}
