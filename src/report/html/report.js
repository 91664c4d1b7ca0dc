// The report: overview, and pages whose blocks are decided anew whenever the threshold moves.
//
// A block is [text, score, script, kind, why, cut]; kind 0 is boilerplate, 1 spam, 2 what a rule keeps. `why` is null or
// [base, rest, features, words] in thousandths of log-odds: see blocks.rs.

const KINDS = ["boilerplate", "spam", "rule"];
const NEAR = 1; // in log-odds
const PAGES = 15; // shown at once
const BLOCKS = 150; // of a page, shown at once

const app = {
  data: null, labels: null, training: null, outcome: null,
  threshold: null, // the name of a preset, or a number
  filter: { kind: "all", host: "", show: "all", query: "", order: "order_input" },
  open: new Set(), whole: new Map(), passed: new Set(), current: null, shown: PAGES,
};

/** The threshold of a block's script, as the library rounds it. */
function limit(block) {
  const { threshold } = app;
  return typeof threshold === "number" ? Math.fround(threshold) : Math.fround(presets()[threshold][block[2]]);
}

const presets = () => Object.fromEntries(app.data.presets);
const isJunk = (block) => block[3] !== 2 && Math.fround(block[1]) >= limit(block);
/** How far a block is from its threshold, in log-odds; 0 where both are certain. What a rule keeps is far from any. */
const distance = (block) => (block[3] === 2 ? Infinity : Math.abs(odds(block[1]) - odds(limit(block))) || 0);
const isNear = (block) => distance(block) < NEAR;
const clip = (x) => Math.max(-7, Math.min(7, x));

function startReport(data) {
  app.data = data;
  app.threshold = data.threshold;
  app.labels = new Labels(data);
  app.labels.onchange = drawTools;
  if (data.view === "label") app.filter.order = "order_uncertain";
  document.addEventListener("keydown", key);
  draw();
}

/** Everything, from the data. */
function draw() {
  const { data } = app;
  const main = h("main", { class: "wrap" },
    data.view === "report" ? overview() : null,
    notes(),
    h("div", { class: "bar", role: "region", "aria-label": t("threshold") }, thresholdRow(), h("div", { class: "row tools", id: "tools" })),
    filterRow(),
    h("div", { id: "pages", tabindex: "-1", class: data.view === "label" ? "labeling" : "" }));
  document.body.replaceChildren(
    h("a", { class: "skip", href: "#pages" }, t("skip")), topOfPage(t(`title_${data.view}`)), main,
    h("footer", { class: "wrap" }, help()));
  drawTools();
  drawPages();
}

function topOfPage(title) {
  document.title = `tamis · ${title}`;
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  const { data } = app;
  return h("header", { class: "top" }, h("div", { class: "wrap" },
    h("div", {}, h("h1", {}, title), h("p", {}, t("made", { version: data.tamis, model: data.model }))),
    h("div", { class: "row" },
      h("button", { id: "language", "aria-label": t("language_name"), onclick: () => { language = language === "zh" ? "en" : "zh"; settings.set("language", language); app.draw(); } }, t("language")),
      h("button", { id: "theme", "aria-label": t("theme"), title: t("theme"), onclick: switchTheme }, "◐"))));
}

function overview() {
  const { total, bins, scripts, scripts_seen: seen, hosts, lines, hit } = app.data;
  const run = app.data.threshold;
  const name = typeof run === "number" ? t("threshold_at", { p: run }) : t("preset_name", { name: t(run) });
  const of = (tally) => tally.junk_chars / Math.max(1, tally.chars);
  const tallies = (name, rows, pages = true) => table(
    [[name, "name"], ...(pages ? [[t("pages"), "n"]] : []), [t("characters"), "n"], [t("junk"), "n"], ["", ""]],
    rows.map(([label, tally]) => [label, ...(pages ? [count(tally.pages)] : []), count(tally.chars), percent(of(tally)), share(of(tally))]));
  return h("section", { "aria-label": t("overview") },
    h("h2", {}, t("overview"), " ", h("small", {}, t("of_run", { threshold: name }))),
    h("div", { class: "tiles" },
      tile(count(total.pages), t("pages")), tile(count(total.blocks), t("blocks")), tile(count(total.chars), t("characters")),
      tile(percent(of(total)), t("junk_share")), tile(count(total.boilerplate), t("boilerplate")), tile(count(total.spam), t("spam"))),
    card(t("scores"), h("div", { id: "histogram" }), legend(["content", "boilerplate", "spam"])),
    h("div", { class: "two" },
      card(t("by_script"), tallies(t("script"), scripts.map((script, i) => [script, seen[i]]).filter(([, tally]) => tally.blocks))),
      card(t("by_host"), hosts.length ? h("div", { class: "tall" }, tallies(t("host"), hosts.map(([host, tally]) => [link(host, { host }), tally]))) : h("p", { class: "soft" }, t("no_host"))),
      card(t("lines"), lines.length ? h("div", { class: "tall" }, table([[t("line"), ""], [t("times"), "n"], ["", ""]],
        lines.map(([text, times, kind]) => [link(text, { query: text }), count(times), h("span", { class: `badge is-${kind}` }, t(kind))]))) : h("p", { class: "soft" }, t("no_lines"))),
      card(t("hit"), h("div", { class: "tall" }, tallies(t("page"), hit.map(([page, tally]) => [link(page, { query: page }), tally]), false)))));
}

/** A text that sets filters. */
function link(text, filter) {
  return h("button", { class: "link", onclick: () => {
    Object.assign(app.filter, { kind: "all", host: "", show: "all", query: "" }, filter);
    app.shown = PAGES;
    draw();
    document.getElementById("pages").scrollIntoView();
  } }, text);
}

function notes() {
  const { data } = app;
  const all = data.total?.pages ?? data.pages.length;
  const said = [
    data.pages.length < all && t("sampled", { shown: count(data.pages.length), all: count(all) }),
    data.lean && t("lean"), data.rough && t("rough"), data.left_out > 0 && t("left_pages", { n: count(data.left_out) }),
  ].filter(Boolean);
  return said.length ? h("div", { class: "card note" }, said.map((text) => h("div", {}, text))) : null;
}

function thresholdRow() {
  const set = (value) => { app.threshold = value; app.passed.clear(); drawThreshold(); drawPages(); };
  const slide = (event) => {
    const at = Number(event.target.value);
    const p = sigmoid(at);
    set(at <= -7 ? 0 : at >= 7 ? 1 : Number(p.toFixed(p > 0.99 || p < 0.01 ? 4 : 3)));
  };
  return h("div", { class: "row" },
    h("div", { class: "row", role: "group", "aria-label": t("presets") },
      app.data.presets.map(([name]) => h("button", { "data-preset": name, onclick: () => set(name) }, t(name)))),
    h("div", { class: "slider" },
      h("input", { type: "range", id: "slider", min: -7, max: 7, step: 0.05, "aria-label": t("threshold"), oninput: slide }),
      h("input", { type: "number", id: "threshold", min: 0, max: 1, step: "any", "aria-label": t("threshold"), onchange: (event) => {
        const value = Number(event.target.value);
        if (event.target.value !== "" && value >= 0 && value <= 1) set(value);
        else drawThreshold();
      } })),
    h("span", { class: "live", id: "live", role: "status" }));
}

function drawThreshold() {
  const { threshold, data } = app;
  const exact = typeof threshold === "number";
  for (const button of document.querySelectorAll("[data-preset]")) button.setAttribute("aria-pressed", button.dataset.preset === threshold);
  const slider = document.getElementById("slider");
  const main = mainScript();
  const value = exact ? threshold : presets()[threshold][main];
  if (document.activeElement !== slider || !exact) slider.value = clip(odds(value));
  const list = data.scripts.map((script, i) => `${script} ${fixed(limit(["", 0, i]), 3)}`).join(", ");
  slider.setAttribute("aria-valuetext", exact ? String(threshold) : t("by_preset", { list }));
  const number = document.getElementById("threshold");
  number.value = exact ? threshold : "";
  number.placeholder = exact ? "" : `≈ ${fixed(value, 3)}`;
  number.title = exact ? `--threshold ${threshold}` : t("by_preset", { list });
  const place = document.getElementById("histogram");
  if (place) {
    const lines = exact ? [[odds(threshold), `${threshold}`]] : data.scripts.map((script, i) => [odds(presets()[threshold][i]), `${script}: ${fixed(presets()[threshold][i], 3)}`]).filter((_, i) => data.scripts_seen[i].blocks);
    place.replaceChildren(histogram(data.bins, lines, t("scores_of", { lines: lines.map(([, name]) => name).join(", ") })));
  }
}

/** The script of most blocks. */
function mainScript() {
  const counts = app.data.scripts.map(() => 0);
  for (const page of app.data.pages) for (const block of page.b) counts[block[2]] += 1;
  return counts.indexOf(Math.max(...counts));
}

function filterRow() {
  const { filter, data } = app;
  const choose = (name, options) => h("label", {}, t(name === "host" ? "host_name" : name), h("select", { id: `filter-${name}`, onchange: (event) => {
    filter[name] = event.target.value;
    app.shown = PAGES;
    drawPages();
  } }, options.map(([value, text]) => h("option", { value, selected: filter[name] === value }, text))));
  const hosts = [...new Set(data.pages.map((page) => page.h).filter(Boolean))].sort();
  const shows = ["all", "junk", "content", "near", "labeled", ...(app.outcome?.changed !== undefined ? ["changed"] : [])];
  let typed = null;
  return h("div", { class: "row filters" },
    choose("show", shows.map((name) => [name, t(`show_${name}`)])),
    choose("kind", ["all", ...KINDS].map((name) => [name, t(name)])),
    hosts.length > 1 && choose("host", [["", t("all")], ...hosts.map((host) => [host, host])]),
    choose("order", ["order_input", "order_junk", "order_uncertain"].map((name) => [name, t(name)])),
    h("input", { type: "search", id: "search", placeholder: t("search"), "aria-label": t("search"), value: filter.query, oninput: (event) => {
      clearTimeout(typed);
      typed = setTimeout(() => { filter.query = event.target.value; app.shown = PAGES; drawPages(); }, 120);
    } }));
}

function drawTools() {
  const { training, outcome } = app;
  const said = training ? t("training", training)
    : outcome?.failed ? t("train_failed", { why: outcome.failed })
      : outcome ? t("trained", outcome) : "";
  document.getElementById("tools").replaceChildren(...labelTools().filter(Boolean), said && h("span", { class: "live", id: "outcome", role: "status" }, said));
}

/** Which blocks of which pages are to be seen, in order: pairs of a page's number and the numbers of its blocks. */
function selected() {
  const { filter, data, labels } = app;
  const query = filter.query.trim().toLowerCase();
  const found = [];
  data.pages.forEach((page, p) => {
    if (filter.host && page.h !== filter.host) return;
    const named = query && `${page.n} ${page.id} ${page.u ?? ""}`.toLowerCase().includes(query);
    const fits = (block, b) => {
      const junk = isJunk(block);
      if (filter.kind !== "all" && !(KINDS[block[3]] === filter.kind && (junk || block[3] === 2))) return false;
      if (query && !named && !block[0].toLowerCase().includes(query)) return false;
      switch (filter.show) {
        case "junk": return junk;
        case "content": return !junk;
        case "near": return isNear(block);
        case "labeled": return labels.get(p, b) !== null;
        case "changed": return page.was !== undefined && isJunk(block) !== isJunk([block[0], page.was[b], block[2], block[3]]);
        default: return true;
      }
    };
    const blocks = page.b.flatMap((block, b) => (fits(block, b) ? [b] : []));
    if (blocks.length) found.push([p, blocks]);
  });
  if (filter.order === "order_junk") {
    const junk = new Map(found.map(([p]) => [p, data.pages[p].b.reduce((sum, block) => sum + (isJunk(block) ? block[0].length : 0), 0)]));
    found.sort((x, y) => junk.get(y[0]) - junk.get(x[0]));
  } else if (filter.order === "order_uncertain") {
    const doubt = new Map(found.map(([p]) => [p, Math.min(...data.pages[p].b.slice(0, 50_000).map((block, b) => (labels.get(p, b) ? Infinity : distance(block))))]));
    const places = [...doubt].sort((x, y) => (x[1] === y[1] ? x[0] - y[0] : x[1] - y[1]));
    const place = new Map(places.map(([p], i) => [p, i]));
    found.sort((x, y) => place.get(x[0]) - place.get(y[0]));
  }
  return found;
}

function drawPages() {
  app.selected = selected();
  drawThreshold();
  let [blocks, junk, chars, junkChars] = [0, 0, 0, 0];
  for (const page of app.data.pages) {
    for (const block of page.b) {
      const is = isJunk(block);
      const length = block[0].length + (block[5] ?? 0);
      blocks += 1;
      chars += length;
      junk += is ? 1 : 0;
      junkChars += is ? length : 0;
    }
  }
  const live = t("live", { junk: count(junk), blocks: count(blocks), share: percent(junkChars / Math.max(1, chars)) });
  document.getElementById("live").replaceChildren(live, h("span", {}, ` ${t("of_shown")}`));
  const place = document.getElementById("pages");
  place.replaceChildren();
  addPages(place, 0);
  if (!app.selected.length) place.append(h("p", { class: "empty" }, t("nothing")));
  if (app.current) select(find(...app.current), false);
}

/** Adds the pages from number `from` on, and what brings more of them once it comes near the window. */
function addPages(place, from) {
  place.append(...app.selected.slice(from, app.shown).map(([p, blocks]) => pageOf(p, blocks)));
  if (app.selected.length <= app.shown) return;
  const button = h("button", { id: "more", onclick: morePages }, t("more_pages"));
  place.append(button);
  const near = new IntersectionObserver((seen) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    near.disconnect();
    morePages();
  }, { rootMargin: "600px" });
  near.observe(button);
}

function morePages() {
  const button = document.getElementById("more");
  if (!button) return;
  button.remove();
  app.shown += PAGES;
  addPages(document.getElementById("pages"), app.shown - PAGES);
}
