// The labeling page and its server.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { after, before, describe, test } from "node:test";
import { close, folder, jsonl, launch, lines, open, pagesOf, pictures, repo, serve, tamis, write } from "./helpers.mjs";

after(close);

/** A request as any program could make it. */
function ask(url, { method = "GET", headers = {}, body } = {}) {
  const { hostname, port, pathname, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path: pathname, method, headers: { host, ...headers } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (data) => { text += data; }).on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Bytes to the server, and what it answers until it closes. */
function raw(port, text) {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = net.connect(port, "127.0.0.1", () => socket.write(text));
    socket.setEncoding("utf8").on("data", (data) => { answer += data; }).on("end", () => resolve(answer)).on("error", reject);
  });
}

describe("label", () => {
  let server, pages;
  const labels = `${folder}/labels.jsonl`;
  before(async () => {
    pages = write("label.jsonl", jsonl(pagesOf(["w1", "w6"], 8)));
    server = await serve(pages, "--labels", labels, "--data", `${repo}/data/w2.jsonl`, "-j", "2");
  });
  after(() => server.end());

  test("refuses other hosts, other sites and those who don't know the token", async () => {
    const { url } = server;
    const { origin, port } = new URL(url);
    assert.equal((await ask(url)).status, 200);
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.2:${port}`, `127.0.0.1:${port}.evil.example`]) {
      const refused = await ask(url, { headers: { host } });
      assert.ok([400, 403].includes(refused.status), `${host}: ${refused.status}`);
      assert.ok(!refused.text.includes("application/json"), host);
    }
    assert.match(await raw(port, `GET ${new URL(url).pathname} HTTP/1.0\r\n\r\n`), /^HTTP\/1.\d 403/, "no host");
    assert.match(await raw(port, `GET ${new URL(url).pathname} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`), /^HTTP\/1.\d 40[03]/, "two hosts");
    for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { origin: `https://127.0.0.1:${port}` }, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }]) {
      assert.equal((await ask(url, { headers })).status, 403, JSON.stringify(headers));
    }
    for (const path of ["/", "/data", "//", "/0/", `/${"0".repeat(32)}/`, new URL(url).pathname.slice(0, -2)]) {
      assert.equal((await ask(origin + path)).status, 404, path);
    }
    const body = JSON.stringify({ page: "x", block: 0, label: "junk" });
    const json = { "content-type": "application/json" };
    const post = (headers, text = body) => ask(`${url}labels`, { method: "POST", headers, body: text });
    assert.equal((await post(json)).status, 403, "writing needs an origin");
    assert.equal((await post({ ...json, origin: "https://evil.example" })).status, 403);
    assert.equal((await post({ "content-type": "text/plain", origin })).status, 415);
    assert.equal((await post({ ...json, origin })).status, 400, "there is no such page");
    assert.equal((await post({ ...json, origin }, "{")).status, 400);
    assert.equal((await post({ ...json, origin }, `{"page":"${"x".repeat(100_000)}"}`)).status, 400);
    assert.equal((await ask(url, { method: "OPTIONS", headers: { origin: "https://evil.example", "access-control-request-method": "POST" } })).status, 403);
    const { headers } = await ask(url);
    assert.equal(headers["x-frame-options"], "DENY");
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.equal(headers["access-control-allow-origin"], undefined);
  });

  test("another site's page can neither read nor write", async () => {
    const evil = http.createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<p>another site")).listen(0, "127.0.0.1");
    await new Promise((resolve) => evil.on("listening", resolve));
    const context = await (await launch()).newContext();
    try {
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${evil.address().port}/`);
      const outcome = await page.evaluate(async (url) => {
        const tried = [];
        for (const how of [{}, { method: "POST", body: "{}" }, { method: "POST", body: "{}", headers: { "content-type": "application/json" } }, { mode: "no-cors", method: "POST", body: "{}" }]) {
          tried.push(await fetch(`${url}train`, how).then((answer) => answer.status, () => "refused"));
        }
        return tried;
      }, server.url);
      assert.deepEqual(outcome, ["refused", "refused", "refused", "refused"]);
      assert.equal((await ask(`${server.url}train`)).text, "null", "nothing was started");
    } finally {
      await context.close();
      evil.close();
      evil.closeAllConnections();
    }
  });

  test("shows the most uncertain first, saves every label, trains, and goes on after a kill", async () => {
    const { page, done } = await open(server.url);
    await page.keyboard.press("n");
    const distances = await page.evaluate(() => uncertain().map(([p, b]) => distance(app.data.pages[p].b[b])));
    assert.deepEqual(distances, [...distances].sort((x, y) => x - y));
    const first = await page.$eval(".block.current", (block) => [Number(block.dataset.page), Number(block.dataset.block)]);
    assert.deepEqual(first, await page.evaluate(() => uncertain()[0]));
    const saved = () => page.waitForFunction(() => app.labels.status === "" && document.getElementById("tools").textContent.includes("labels.jsonl"));
    await page.keyboard.press("x");
    await saved();
    let records = lines(readFileSync(labels, "utf8"));
    assert.equal(records.length, 1, "the file has the label at once");
    assert.equal(records[0].blocks[first[1]].label, "junk");
    await page.keyboard.press("c");
    await page.keyboard.press("x");
    await page.keyboard.press("u");
    await saved();
    assert.match(await page.textContent("#labels"), /^2 /);
    await page.screenshot({ path: `${pictures}/label-light.png` });
    await done();

    // A second server goes on with the file of a killed one.
    await server.end("SIGKILL");
    server = await serve(pages, "--labels", labels, "--data", `${repo}/data/w2.jsonl`, "-j", "2");
    const again = await open(server.url, { colorScheme: "dark", locale: "zh-CN" });
    assert.match(await again.page.textContent("#labels"), /^2 /);
    const before = await again.page.evaluate(() => app.data.pages.flatMap((one) => one.b.map((block) => block[1])));
    await again.page.click("#retrain");
    await again.page.waitForFunction(() => app.outcome, null, { timeout: 240_000 });
    assert.deepEqual(await again.page.evaluate(() => app.outcome.failed), undefined);
    const scores = await again.page.evaluate(() => app.data.pages.flatMap((one) => one.b.map((block) => block[1])));
    assert.equal(scores.length, before.length);
    assert.notDeepEqual(scores, before);
    assert.match(await again.page.textContent("#outcome"), /个改变/);
    await again.page.screenshot({ path: `${pictures}/label-dark-zh.png` });
    await again.page.setViewportSize({ width: 390, height: 844 });
    await again.page.screenshot({ path: `${pictures}/label-phone-dark-zh.png` });
    await again.done();

    assert.equal(await server.end(), 0, "an interrupt is the regular end");
    records = lines(readFileSync(labels, "utf8"));
    assert.equal(new Set(records.map((record) => record.id)).size, records.length, "one record a page");
    const stats = JSON.parse(tamis("data", "stats", labels, "--format", "json")).total;
    assert.deepEqual([stats.junk, stats.content], [1, 1]);
    tamis("train", labels, `${repo}/data/w2.jsonl`, "-o", `${folder}/model.safetensors`, "--no-augment", "-j", "2");
  });
});
