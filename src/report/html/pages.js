// Pages, their blocks and the reasons of a block; keys.

function pageOf(p, blocks) {
  const page = app.data.pages[p];
  const chars = page.b.reduce((sum, block) => sum + block[0].length, 0);
  const junk = page.b.reduce((sum, block) => sum + (isJunk(block) ? block[0].length : 0), 0) / Math.max(1, chars);
  const list = h("ol", {});
  const shown = Math.min(blocks.length, app.whole.get(p) ?? BLOCKS);
  const foot = h("div", { class: "foot" });
  const addBlocks = (from, to) => {
    let before = from ? blocks[from - 1] : -1;
    for (const b of blocks.slice(from, to)) {
      if (b - before > 1) list.append(h("li", { class: "gap soft" }, `⋯ ${t("hidden", { n: count(b - before - 1) })}`));
      list.append(blockOf(p, b));
      before = b;
    }
    const left = blocks.length - to;
    foot.replaceChildren();
    if (left > 0) {
      const more = () => { app.whole.set(p, to + BLOCKS); addBlocks(to, Math.min(blocks.length, to + BLOCKS)); };
      foot.append(h("button", { class: "more-blocks", onclick: more }, t("more_blocks", { n: count(Math.min(left, BLOCKS)) })));
    } else if (page.more) {
      foot.append(h("small", {}, t("left_blocks", { n: count(page.more) })));
    }
  };
  addBlocks(0, shown);
  return h("article", { class: "page", "aria-labelledby": `p${p}` },
    h("header", { class: "row" },
      h("div", {}, h("h3", { id: `p${p}` }, page.n), page.id !== page.n && h("small", { class: "mono" }, page.id), page.u && h("small", {}, page.u)),
      h("span", { class: "push soft badge" }, share(junk), ` ${percent(junk)} ${t("junk")}`)),
    list, foot);
}

function blockOf(p, b) {
  const page = app.data.pages[p];
  const block = page.b[b];
  const [text, score, , kind, , cut] = block;
  const key = `${p}/${b}`;
  const open = app.open.has(key);
  const junk = isJunk(block);
  const label = app.labels.get(p, b);
  const kindName = kind === 2 ? "rule" : junk ? KINDS[kind] : "content";
  const was = page.was?.[b];
  const mark = (name) => h("button", {
    class: name, disabled: Boolean(cut), title: cut ? t("cannot_label") : null, "aria-pressed": String(label === name),
    onclick: (event) => { event.stopPropagation(); setLabel(p, b, label === name ? null : name); },
  }, t(`mark_${name}`));
  return h("li", {
    id: `b${p}-${b}`, class: `block${junk ? " junk" : ""}${kind === 1 ? " spam" : ""}`, tabindex: "-1", "data-page": p, "data-block": b,
    "data-verdict": junk ? "junk" : "content", css: { "--p": kind === 2 ? 0 : score }, onclick: () => select(find(p, b), false),
  },
  h("button", { class: "score", "aria-expanded": String(open), "aria-label": t("why", { p: probability(score) }), onclick: (event) => { event.stopPropagation(); toggle(p, b); } }, probability(score)),
  h("div", { class: "text" }, open ? marked(block) : searched(text), cut ? h("small", {}, ` ${t("cut", { n: count(cut) })}`) : null),
  h("div", { class: "side" },
    was !== undefined && Math.abs(was - score) >= 0.0005 && h("span", { class: "badge soft" }, t("was", { p: probability(was) })),
    h("span", { class: `badge is-${kindName === "rule" ? "content" : kindName}` }, t(kindName)), mark("content"), mark("junk")),
  open ? reasons(block) : null);
}

/** A text with what is searched for. */
function searched(text) {
  const query = app.filter.query.trim().toLowerCase();
  const lower = text.toLowerCase();
  if (!query || lower.length !== text.length) return [text];
  const parts = [];
  let at = 0;
  for (let found = lower.indexOf(query); found >= 0 && parts.length < 200; found = lower.indexOf(query, at)) {
    parts.push(text.slice(at, found), h("mark", { class: "found" }, text.slice(found, found + query.length)));
    at = found + query.length;
  }
  return [...parts, text.slice(at)];
}

/** A text with the words that its reasons name, wherever they stand. */
function marked([text, , , , why]) {
  const spans = [];
  if (why) {
    const words = why[3];
    const most = Math.max(1, ...words.filter((_, i) => i % 4 === 3).map(Math.abs));
    const letter = /[\p{L}\p{N}]/u;
    const alphabet = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;
    for (let i = 0; i < words.length; i += 4) {
      const [start, end, times, value] = words.slice(i, i + 4);
      const word = text.slice(start, end);
      spans.push([start, end, value / most, value]);
      // Other places of the same word; of alphabets only whole words.
      const inside = (at) => alphabet.test(word) && (letter.test(text[at - 1] ?? "") || letter.test(text[at + word.length] ?? ""));
      for (let n = 1, at = text.indexOf(word, end); n < times && at >= 0; at = text.indexOf(word, at + word.length)) {
        if (inside(at)) continue;
        spans.push([at, at + word.length, value / most, value]);
        n += 1;
      }
    }
  }
  spans.sort((x, y) => x[0] - y[0]);
  const parts = [];
  let at = 0;
  for (const [start, end, weight, value] of spans) {
    if (start < at) continue;
    parts.push(text.slice(at, start), h("mark", { class: weight > 0 ? "for" : "against", css: { "--w": Math.abs(weight) }, title: signed(value) }, text.slice(start, end)));
    at = end;
  }
  return [...parts, text.slice(at)];
}

const signed = (milli) => `${milli < 0 ? "−" : "+"}${(Math.abs(milli) / 1000).toFixed(3)}`;

/** The contributions to a block's log-odds as bars; they add up to the last line. */
function reasons([text, score, , , why]) {
  if (!why) return h("div", { class: "why soft" }, t("not_told"));
  const [base, rest, named, words] = why;
  const rows = [];
  if (typeof named === "string") {
    return h("div", { class: "why" }, t("by_rule", { name: named }), " ", signed(rest));
  }
  for (let i = 0; i < named.length; i += 2) {
    const [name, formula] = app.data.features[named[i]];
    rows.push([[h("span", { class: "mono" }, name), h("small", { class: "formula" }, ` ${formula}`)], named[i + 1]]);
  }
  for (let i = 0; i < words.length; i += 4) {
    const word = text.slice(words[i], words[i + 1]);
    rows.push([[`${t("word")} “${word}”`, words[i + 2] > 1 ? h("small", {}, ` ×${words[i + 2]}`) : null], words[i + 3]]);
  }
  rows.sort((x, y) => Math.abs(y[1]) - Math.abs(x[1]));
  rows.push([[t("rest")], rest]);
  rows.unshift([[t("base"), h("small", { class: "formula" }, ` ${t("base_of")}`)], base]);
  const total = rows.reduce((sum, [, value]) => sum + value, 0);
  const most = Math.max(...rows.map(([, value]) => Math.abs(value)), 1);
  const line = ([name, value], kind = "") => [
    h("div", { class: kind }, name),
    h("div", { class: `axis ${kind}`, "aria-hidden": "true" }, kind ? null : h("i", {
      class: value > 0 ? "bg-spam" : "bg-content",
      css: { [value > 0 ? "left" : "right"]: "50%", width: `${(50 * Math.abs(value)) / most}%` },
    })),
    h("div", { class: `value ${kind}`, "data-milli": kind ? null : value }, signed(value)),
  ];
  return h("div", { class: "why", onclick: (event) => event.stopPropagation() }, h("div", { class: "bars", "data-total": total }, rows.map((row) => line(row)),
    line([[t("total", { odds: signed(total), p: probability(score) })], total], "total")));
}

const find = (p, b) => document.getElementById(`b${p}-${b}`);

/** Draws a block anew. */
function redraw(p, b) {
  const old = find(p, b);
  if (!old) return;
  const focused = old.contains(document.activeElement);
  old.replaceWith(blockOf(p, b));
  if (app.current?.[0] === p && app.current[1] === b) select(find(p, b), focused);
}

function select(element, focus = true) {
  for (const old of document.querySelectorAll(".block.current")) {
    old.classList.remove("current");
    old.removeAttribute("aria-current");
    old.tabIndex = -1;
  }
  if (!element) return;
  app.current = [Number(element.dataset.page), Number(element.dataset.block)];
  element.classList.add("current");
  element.setAttribute("aria-current", "true");
  element.tabIndex = 0;
  if (focus) element.focus({ preventScroll: true });
  if (focus) element.scrollIntoView({ block: "nearest" });
}

/** Goes to a block, wherever it is. */
function goTo(p, b) {
  app.passed.add(`${p}/${b}`);
  if (!find(p, b)) {
    let at = app.selected.findIndex(([page, blocks]) => page === p && blocks.includes(b));
    if (at < 0) {
      Object.assign(app.filter, { kind: "all", host: "", show: "all", query: "" });
      app.current = null;
      draw();
      at = app.selected.findIndex(([page]) => page === p);
    }
    app.shown = Math.max(app.shown, at + 1);
    app.whole.set(p, Math.max(app.whole.get(p) ?? BLOCKS, b + BLOCKS));
    drawPages();
  }
  select(find(p, b));
}

function setLabel(p, b, label) {
  if (app.data.pages[p].b[b][5]) return;
  app.current = [p, b];
  app.labels.set(p, b, label);
  redraw(p, b);
}

function toggle(p, b) {
  const key = `${p}/${b}`;
  if (!app.open.delete(key)) app.open.add(key);
  app.current = [p, b];
  redraw(p, b);
}

/** The block that stands `step` behind the current one, or the first that is in the window. */
function neighbour(step) {
  const all = [...document.querySelectorAll(".block")];
  const at = app.current ? all.indexOf(find(...app.current)) : -1;
  if (at < 0) return all.find((block) => block.getBoundingClientRect().bottom > 120) ?? all[0];
  if (at + step >= all.length) {
    const more = document.querySelector(".more-blocks") ?? document.getElementById("more");
    more?.click();
    return [...document.querySelectorAll(".block")][at + step] ?? all[at];
  }
  // The last block of a page whose other blocks are not drawn yet.
  if (step > 0 && all[at + 1].dataset.page !== all[at].dataset.page) {
    const more = all[at].closest("article").querySelector(".more-blocks");
    more?.click();
    if (more) return [...document.querySelectorAll(".block")][at + 1];
  }
  return all[Math.max(0, at + step)];
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const { current } = app;
  const label = (name) => {
    if (!current || !find(...current)) return;
    setLabel(...current, name);
    if (app.data.view === "label") goToUncertain();
    else select(neighbour(1));
  };
  const keys = {
    j: () => select(neighbour(1)),
    k: () => select(neighbour(-1)),
    c: () => label("content"),
    x: () => label("junk"),
    u: () => {
      const undone = app.labels.undo();
      if (undone) { redraw(...undone); goTo(...undone); }
    },
    n: goToUncertain,
    "/": () => document.getElementById("search").focus(),
    Enter: () => { if (current && event.target.classList.contains("block")) toggle(...current); else return false; },
  };
  const does = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (does && does() !== false) event.preventDefault();
}

function help() {
  const keys = [["j k", "key_jk"], ["c x", "key_cx"], ["u", "key_u"], ["Enter", "key_enter"], ["n", "key_n"], ["/", "key_slash"]];
  return h("details", { class: "card help" }, h("summary", {}, t("keys")), h("dl", {}, keys.map(([names, what]) => [
    h("dt", {}, names.split(" ").map((name) => [h("kbd", {}, name), " "])), h("dd", {}, t(what))])));
}
