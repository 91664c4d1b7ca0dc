// Labels: kept in the browser, or by the server that the page came from.

/** Labels of blocks by page and block number, what was done to them, and where they are kept. */
class Labels {
  constructor(data) {
    this.server = data.view === "label";
    this.file = data.file ?? "";
    this.pages = data.pages;
    this.all = new Map(); // page number -> Map(block number -> label)
    this.done = [];
    this.status = "";
    this.key = `labels-${fingerprint(data.pages)}`;
    this.waiting = Promise.resolve();
    this.onchange = () => {};
    const known = this.server ? data.labels : JSON.parse(settings.get(this.key) ?? "{}");
    data.pages.forEach((page, p) => {
      for (const [b, label] of Object.entries(known[page.id] ?? {})) this.put(p, Number(b), label);
    });
  }

  get(p, b) {
    return this.all.get(p)?.get(b) ?? null;
  }

  get size() {
    let size = 0;
    for (const labels of this.all.values()) size += labels.size;
    return size;
  }

  put(p, b, label) {
    const labels = this.all.get(p) ?? new Map();
    if (label) labels.set(b, label);
    else labels.delete(b);
    if (labels.size) this.all.set(p, labels);
    else this.all.delete(p);
  }

  /** Labels a block "content" or "junk", or takes its label away (null). */
  set(p, b, label) {
    this.done.push([p, b, this.get(p, b)]);
    this.put(p, b, label);
    this.keep(p, b, label);
  }

  /** Takes back the last change; the block, or nothing. */
  undo() {
    const last = this.done.pop();
    if (!last) return null;
    const [p, b, before] = last;
    this.put(p, b, before);
    this.keep(p, b, before);
    return [p, b];
  }

  keep(p, b, label) {
    if (!this.server) {
      const known = Object.create(null); // an id may be `__proto__`
      for (const [at, labels] of this.all) known[this.pages[at].id] = Object.fromEntries(labels);
      settings.set(this.key, JSON.stringify(known));
      this.onchange();
      return;
    }
    this.status = t("saving");
    this.onchange();
    // One after the other, so that the last word on a block is the last in the file.
    this.waiting = this.waiting.then(async () => {
      try {
        await ask("labels", { page: this.pages[p].id, block: b, label });
        this.status = "";
      } catch (error) {
        this.status = t("not_saved", { why: error.message });
      }
      this.onchange();
    });
  }

  clear() {
    this.all.clear();
    this.done = [];
    settings.set(this.key, "{}");
    this.onchange();
  }

  /** The labeled pages as `tamis train` reads them; blocks without a label are "mixed": don't care. */
  export() {
    return [...this.all.keys()].sort((a, b) => a - b).map((p) => {
      const page = this.pages[p];
      const blocks = page.b.map(([text], b) => ({ text, label: this.get(p, b) ?? "mixed" }));
      return JSON.stringify({ id: page.id, site: page.h ?? page.id, lang: languageOf(page), blocks });
    }).map((line) => `${line}\n`).join("");
  }
}

/** What tells one report from another: the names and lengths of its pages (FNV-1a). */
function fingerprint(pages) {
  let hash = 0x811c9dc5;
  for (const page of pages) {
    for (const c of `${page.id}/${page.b.length}/${page.b[0]?.[0].length};`) {
      hash = Math.imul(hash ^ c.codePointAt(0), 0x01000193) >>> 0;
    }
  }
  return hash.toString(16);
}

/** The language, where the script of most characters tells it. */
function languageOf(page) {
  const languages = { han: "zh", kana: "ja", hangul: "ko" };
  const sums = new Map();
  for (const [text, , script] of page.b) sums.set(script, (sums.get(script) ?? 0) + text.length);
  const most = [...sums].sort((a, b) => b[1] - a[1])[0];
  return languages[app.data.scripts[most?.[0]]?.replace(", HTML", "")] ?? "";
}

/** Asks the server that the page came from; with a body, tells it something. */
async function ask(what, body) {
  const how = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(what, how);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The line with the number of labels, and what can be done with them. */
function labelTools() {
  const { labels } = app;
  const where = labels.status || (labels.server ? t("saved", { file: labels.file }) : t("kept"));
  const known = h("span", {}, h("b", { id: "labels" }, t("labels", { n: count(labels.size) })), " ", h("small", { role: "status" }, where));
  if (labels.server) {
    return [known, h("span", { class: "soft hide" }, t("uncertain_left", { n: count(uncertain().length) })),
      h("button", { onclick: () => goToUncertain() }, t("next_uncertain")),
      h("button", { class: "main", id: "retrain", disabled: app.training !== null || labels.size === 0, onclick: retrain }, t("retrain"))];
  }
  return [known,
    h("button", { id: "export", disabled: labels.size === 0, onclick: () => download("labels.jsonl", labels.export()) }, t("export")),
    labels.size > 0 && h("button", { onclick: () => { if (confirm(t("sure", { n: labels.size }))) { labels.clear(); draw(); } } }, t("clear"))];
}

/** Blocks near the threshold without a label, the nearest first: pairs of page and block. */
function uncertain() {
  const found = [];
  app.data.pages.forEach((page, p) => page.b.forEach((block, b) => {
    if (isNear(block) && !app.labels.get(p, b)) found.push([distance(block), p, b]);
  }));
  return found.sort((x, y) => x[0] - y[0]).map(([, p, b]) => [p, b]);
}

function goToUncertain() {
  const next = uncertain().find(([p, b]) => !app.passed.has(`${p}/${b}`));
  if (next) goTo(...next);
}

/** Trains in the background, then shows what the new model makes of the pages. */
async function retrain() {
  const say = (state) => { app.training = state; drawTools(); };
  try {
    await app.labels.waiting;
    say({ step: "", done: 0, total: 0 });
    await ask("train", {});
    for (;;) {
      const state = await ask("train");
      if (state.failed) throw new Error(state.failed);
      if (state.trained) {
        const data = await ask("data");
        const before = new Map(app.data.pages.map((page) => [page.id, page]));
        app.outcome = { ...state.trained };
        for (const page of data.pages) page.was = before.get(page.id)?.b.map((block) => block[1]);
        app.data = data;
        app.labels.pages = data.pages;
        break;
      }
      say(state);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    app.training = null;
    draw();
  } catch (error) {
    app.outcome = { failed: error.message };
    say(null);
  }
}
