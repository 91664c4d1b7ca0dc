// The report: verdicts, filters, keys, labels, hostile text, size, languages, themes.

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { close, fileUrl, folder, jsonl, lines, open, pagesOf, pictures, tamis, write } from "./helpers.mjs";

after(close);

const report = (name, ...args) => {
  const file = `${folder}/${name}`;
  tamis("report", "--format", "html", "-o", file, ...args);
  return file;
};

describe("report", () => {
  let pages, file;
  before(() => {
    pages = write("pages.jsonl", jsonl(pagesOf(["w1", "w3", "w6"], 12)));
    file = report("report.html", pages);
  });

  /** Every verdict that the page shows, after all pages have been drawn. */
  const verdicts = async (page) => {
    await page.evaluate(() => { while (document.getElementById("more")) morePages(); });
    return page.$$eval(".block", (blocks) => blocks.map((block) => block.dataset.verdict));
  };
  const decided = (...args) => lines(tamis("classify", ...args, pages)).map((record) => record.label);

  test("the slider and the presets decide as the library does", async () => {
    const { page, done } = await open(fileUrl(file));
    assert.deepEqual(await verdicts(page), decided());
    for (const preset of ["balanced", "strict", "cautious"]) {
      await page.click(`[data-preset=${preset}]`);
      assert.deepEqual(await verdicts(page), decided("--preset", preset), preset);
    }
    for (const steps of [0, 25, 60, 3]) {
      await page.locator("#slider").evaluate((slider, at) => { slider.value = at; slider.dispatchEvent(new Event("input")); }, -6 + steps * 0.2);
      const threshold = await page.inputValue("#threshold");
      assert.deepEqual(await verdicts(page), decided("--threshold", threshold), threshold);
    }
    // A score is junk from itself on.
    const score = lines(tamis("classify", pages))[3].score;
    await page.fill("#threshold", String(score));
    await page.keyboard.press("Tab");
    assert.deepEqual(await verdicts(page), decided("--threshold", String(score)));
    for (const end of ["0", "1"]) {
      await page.fill("#threshold", end);
      await page.keyboard.press("Tab");
      assert.deepEqual(await verdicts(page), decided("--threshold", end));
    }
    await done();
  });

  test("a rule's verdict does not move", async () => {
    const rules = write("rules.toml", "keep = ['首页', 'Home']\n");
    const { page, done } = await open(fileUrl(report("rules.html", pages, "--rules", rules)));
    await page.fill("#threshold", "0");
    await page.keyboard.press("Tab");
    assert.deepEqual(await verdicts(page), decided("--threshold", "0", "--rules", rules));
    assert.ok((await page.$$(".block[data-verdict=content]")).length > 0);
    await done();
  });

  test("the page's counts are those of the run", async () => {
    const { page, done } = await open(fileUrl(file));
    const counts = JSON.parse(tamis("report", "--format", "json", pages));
    const tiles = await page.$$eval(".tile b", (tiles) => tiles.map((tile) => tile.textContent.replaceAll(",", "")));
    assert.deepEqual([tiles[0], tiles[1], tiles[4], tiles[5]], [counts.pages, counts.blocks, counts.boilerplate, counts.spam].map(String));
    assert.match(await page.textContent("#live"), new RegExp(`${counts.boilerplate + counts.spam} of `));
    await done();
  });

  test("contributions add up to the log-odds of the score", async () => {
    const { page, done } = await open(fileUrl(file));
    const explained = lines(tamis("explain", "--block", "0", "--format", "json", pages));
    await page.focus(".block");
    for (const [number, record] of explained.slice(0, 5).entries()) {
      await page.click(`#b${number}-0 .score`);
      const shown = await page.$eval(`#b${number}-0 .bars`, (bars) => ({
        total: Number(bars.dataset.total),
        parts: [...bars.querySelectorAll("[data-milli]")].map((part) => Number(part.dataset.milli)),
      }));
      assert.equal(shown.parts.reduce((sum, part) => sum + part, 0), shown.total);
      assert.ok(Math.abs(shown.total / 1000 - record.log_odds) < 1e-3, `${shown.total} ${record.log_odds}`);
      assert.ok((await page.$$(`#b${number}-0 mark`)).length > 0, "words are marked in the text");
    }
    await done();
  });

  test("filters and the search show what they say", async () => {
    const { page, done } = await open(fileUrl(file));
    await page.click("[data-preset=strict]");
    await page.selectOption("#filter-show", "junk");
    assert.ok((await verdicts(page)).every((verdict) => verdict === "junk"));
    await page.selectOption("#filter-kind", "spam");
    assert.ok((await page.$$eval(".block", (blocks) => blocks.every((block) => block.classList.contains("spam")))));
    await page.selectOption("#filter-kind", "all");
    await page.selectOption("#filter-show", "near");
    const near = await page.$$eval(".block .score", (scores) => scores.map((score) => Number(score.textContent)));
    assert.ok(near.length > 0 && near.every((score) => score > 0.05 && score < 0.95), `${near}`);
    await page.selectOption("#filter-show", "all");
    const host = await page.$eval("#filter-host option:nth-child(2)", (option) => option.value);
    await page.selectOption("#filter-host", host);
    assert.ok(await page.$$eval(".page header small:last-child", (urls, host) => urls.every((url) => url.textContent.includes(host)), host));
    await page.selectOption("#filter-host", "");
    await page.fill("#search", "版权");
    await page.waitForFunction(() => document.querySelectorAll("mark.found").length > 0);
    assert.ok(await page.$$eval(".block .text", (texts) => texts.every((text) => text.textContent.includes("版权"))));
    await page.fill("#search", "nowhere to be found");
    await page.waitForSelector(".empty");
    await done();
  });

  test("keys move, label and undo; labels are kept and exported for training", async () => {
    const { page, done } = await open(fileUrl(file));
    const current = () => page.$eval(".block.current", (block) => block.id);
    await page.keyboard.press("j");
    const first = await current();
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    assert.equal(await current(), first);
    await page.keyboard.press("Enter");
    assert.ok(await page.$(`#${first} .why`));
    await page.keyboard.press("x");
    await page.keyboard.press("c");
    await page.keyboard.press("x");
    assert.match(await page.textContent("#labels"), /^3 /);
    await page.keyboard.press("u");
    assert.match(await page.textContent("#labels"), /^2 /);
    assert.equal(await page.getAttribute(`#${first} button.junk`, "aria-pressed"), "true");
    await page.focus("#search");
    await page.keyboard.type("jxc");
    assert.match(await page.textContent("#labels"), /^2 /, "keys in the search are text");
    await page.fill("#search", "");
    await page.reload();
    assert.match(await page.textContent("#labels"), /^2 /);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
    const labels = `${folder}/exported.jsonl`;
    await download.saveAs(labels);
    const [record] = lines(readFileSync(labels, "utf8"));
    const source = lines(readFileSync(pages, "utf8")).find((one) => one.id === record.id);
    assert.equal(record.blocks.map((block) => block.text).join("\n"), source.text);
    assert.deepEqual(Object.keys(record), ["id", "site", "lang", "blocks"]);
    const stats = JSON.parse(tamis("data", "stats", labels, "--format", "json")).total;
    assert.deepEqual([stats.pages, stats.junk, stats.content], [1, 1, 1]);
    await done();
  });

  test("all can be reached and read by other means than eyes and mouse", async () => {
    const { page, done } = await open(fileUrl(file));
    const nameless = await page.$$eval("button, input, select, [role=img]", (elements) =>
      elements.filter((element) => !(element.textContent.trim() || element.getAttribute("aria-label") || element.labels?.length)).map((element) => element.outerHTML));
    assert.deepEqual(nameless, []);
    assert.equal(await page.$$eval("main, h1", (found) => found.length), 2);
    for (const theme of ["light", "dark"]) {
      await page.evaluate((theme) => { document.documentElement.dataset.theme = theme; }, theme);
      // WCAG 2.2: text needs a contrast of 4.5 with what is behind it.
      const pale = await page.evaluate(() => {
        const parse = (colour) => {
          const numbers = colour.match(/[\d.]+/g).map(Number);
          const scale = colour.startsWith("color(") ? 255 : 1;
          return [...numbers.slice(0, 3).map((x) => x * scale), numbers[3] ?? 1];
        };
        const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
        const luminance = ([r, g, b]) => [r, g, b].map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; })
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = (element) => {
          const colours = [];
          for (let at = element; at; at = at.parentElement) colours.push(parse(getComputedStyle(at).backgroundColor));
          return colours.reverse().reduce((under, colour) => over(colour, under), [255, 255, 255, 1]);
        };
        const found = new Set();
        for (const element of document.querySelectorAll("button:not(:disabled), h1, h2, h3, small, .soft, .text, .badge, .score, td, th, b, label")) {
          const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
          const style = getComputedStyle(element);
          if (!own || style.opacity === "0" || !element.offsetParent) continue;
          const [dark, light] = [luminance(parse(style.color)), luminance(behind(element))].sort((x, y) => x - y);
          if ((light + 0.05) / (dark + 0.05) < 4.5) found.add(`${element.tagName}.${element.className} ${style.color} on ${behind(element).map(Math.round)}`);
        }
        return [...found];
      });
      assert.deepEqual(pale, [], theme);
    }
    await done();
  });

  test("Chinese and English, light and dark, wide and narrow", async () => {
    for (const [name, options] of Object.entries({
      "report-light": { viewport: { width: 1280, height: 1800 } },
      "report-dark-zh": { viewport: { width: 1280, height: 1800 }, colorScheme: "dark", locale: "zh-CN" },
      "report-phone": { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
      "report-phone-dark-zh": { viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "zh-TW", isMobile: true, hasTouch: true },
    })) {
      const { page, done } = await open(fileUrl(file), options);
      const chinese = name.endsWith("zh");
      assert.equal(await page.textContent("h1"), chinese ? "筛查结果" : "What the sieve found");
      assert.equal(await page.getAttribute("html", "lang"), chinese ? "zh-Hans" : "en");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${name} is ${wide} pixels too wide`);
      await page.screenshot({ path: `${pictures}/${name}.png` });
      await page.evaluate(() => document.getElementById("pages").scrollIntoView({ behavior: "instant" }));
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await page.waitForTimeout(300);
      await page.screenshot({ path: `${pictures}/${name}-pages.png` });
      await page.click("#language");
      assert.equal(await page.textContent("h1"), chinese ? "What the sieve found" : "筛查结果");
      await done();
    }
  });
});

test("text, ids and addresses stay text", async () => {
  const attack = `"><img src=x onerror=alert(1)>`;
  const texts = ["<script>alert(1)</script>", attack, "</script><script>alert(2)</script>", "<!--<script>", "<b>bold</b> &lt;i&gt; {n} $&", "'+alert(3)+'", "一行 </title><svg onload=alert(4)>"];
  const page0 = { id: attack, url: `javascript:alert(5)//${attack}`, text: texts.join("\n") };
  const page1 = { id: "<script>alert(6)</script>", url: "https://<img src=x onerror=alert(7)>.example/", text: texts.join("\n") };
  const file = report("hostile.html", write("hostile.jsonl", jsonl([page0, page1])), "--threshold", "0");
  const { page, done } = await open(fileUrl(file));
  assert.deepEqual(await page.$$eval("#b0-0, #b0-1, #b0-2, #b0-3, #b0-4, #b0-5, #b0-6", (blocks) => blocks.map((block) => block.querySelector(".text").textContent)), texts);
  for (let i = 0; i < texts.length; i += 1) await page.click(`#b0-${i} .score`);
  await page.fill("#search", "<script>");
  await page.waitForSelector("mark.found");
  assert.equal(await page.$$eval("img, #pages script, b b, svg[onload]", (found) => found.length), 0);
  assert.equal(await page.textContent(".page h3 + small"), attack);
  assert.ok(!(await page.$("a[href^='javascript']")));
  await page.click("#b0-0 button.junk");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
  await download.saveAs(`${folder}/hostile-labels.jsonl`);
  assert.equal(lines(readFileSync(`${folder}/hostile-labels.jsonl`, "utf8"))[0].blocks[0].text, texts[0]);
  await done();
});

test("a page of five megabytes, and a thousand pages, stay below two", async () => {
  const line = "昨天下午，镇上的老木匠把修好的长椅搬回了河边的小公园，孩子们围着他问个不停。";
  const huge = write("huge.txt", Array.from({ length: 52_000 }, (_, i) => `${i % 7 ? line : "首页 | 新闻 | 登录"}${i}\n`).join(""));
  assert.ok(statSync(huge).size > 4_500_000);
  const many = write("many.jsonl", jsonl(Array.from({ length: 1000 }, (_, i) => ({ id: `p${i}`, text: `首页 | 登录\n${`${line}${i}\n`.repeat(40)}版权所有 © 2024\n` }))));
  for (const [input, pages] of [[huge, 1], [many, 1000]]) {
    const file = report("big.html", input);
    assert.ok(statSync(file).size < 2e6);
    const again = readFileSync(file);
    assert.ok(readFileSync(report("again.html", input, "--threads", "1")).equals(again), "the same bytes on one thread");
    const { page, done } = await open(fileUrl(file));
    assert.equal((await page.textContent(".tile b")).replace(",", ""), String(pages));
    if (pages > 1) assert.match(await page.textContent(".note"), /of 1,000 pages/);
    else assert.match(await page.evaluate(() => { app.whole.set(0, 1e6); draw(); return document.querySelector(".foot").textContent; }), /more blocks of this page are not in the file/);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.click("[data-preset=strict]");
    await done();
  }
});

test("the page of an evaluation", async () => {
  const file = `${folder}/eval.html`;
  const data = [new URL("../../data/w1.jsonl", import.meta.url), new URL("../../data/w6.jsonl", import.meta.url)].map((url) => url.pathname);
  const measured = JSON.parse(tamis("eval", "embedded", ...data, "--format", "json", "--report", file));
  const { page, done } = await open(fileUrl(file), { viewport: { width: 1280, height: 2600 } });
  assert.equal(await page.textContent(".tile b"), measured.overall.auc.toFixed(4));
  assert.equal(await page.$$eval("svg circle.fill-content, svg circle.fill-boilerplate, svg circle.fill-spam", (dots) => dots.length), 3);
  const matrix = await page.$$eval(".matrix b", (cells) => cells.slice(0, 4).map((cell) => Number(cell.textContent.replaceAll(",", ""))));
  const at = measured.overall.presets[0];
  assert.deepEqual(matrix, [at.true_junk, at.false_content, at.false_junk, at.true_content]);
  await page.screenshot({ path: `${pictures}/eval-light.png`, fullPage: true });
  await page.click("#language");
  await page.click("#theme");
  assert.equal(await page.textContent("h1"), "模型评测");
  await page.screenshot({ path: `${pictures}/eval-dark-zh.png`, fullPage: true });
  await done();
});
