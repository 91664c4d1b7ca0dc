// Runs tamis, and a browser on what it made. TAMIS names the program, CHROMIUM the browser.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const repo = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const program = process.env.TAMIS ? path.resolve(repo, process.env.TAMIS) : path.join(repo, "target/debug/tamis");
/** Pictures of the pages, to be looked at. */
export const pictures = path.join(repo, "target/browser");
mkdirSync(pictures, { recursive: true });

export const folder = mkdtempSync(path.join(tmpdir(), "tamis-browser-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

export function tamis(...args) {
  return execFileSync(program, args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
}

export const lines = (text) => text.trim().split("\n").map((line) => JSON.parse(line));

export function write(name, text) {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Pages of the repository's data as JSON Lines of text. */
export function pagesOf(names, most = 40) {
  const pages = names.flatMap((name) => lines(readFileSync(path.join(repo, "data", `${name}.jsonl`), "utf8")).slice(0, most));
  return pages.map(({ id, site, blocks }) => ({ id, url: `https://${site.replaceAll("/", ".")}.example/a?b=1`, text: blocks.map((block) => block.text).join("\n") }));
}

export const jsonl = (records) => records.map((record) => `${JSON.stringify(record)}\n`).join("");

let browser = null;

export async function launch() {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  return browser;
}

export async function close() {
  await browser?.close();
  browser = null;
}

/** Opens a page; any error in it, or any request beyond its own address, fails the test at `done()`. */
export async function open(url, options = {}) {
  const context = await (await launch()).newContext({ viewport: { width: 1200, height: 1000 }, locale: "en-GB", ...options });
  const page = await context.newPage();
  const wrong = [];
  const own = new URL(url);
  page.on("pageerror", (error) => wrong.push(error.stack));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("dialog", (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    const to = new URL(request.url());
    if (!["blob:", "data:"].includes(to.protocol) && (to.origin !== own.origin || (own.protocol === "file:" && to.href.split("#")[0] !== own.href))) wrong.push(`asks for ${to.href}`);
  });
  await page.goto(url);
  const done = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return { page, done };
}

export const fileUrl = (file) => `file://${file}`;

/** Starts `tamis label`; gives its address and ends it with an interrupt. */
export async function serve(...args) {
  const child = spawn(program, ["label", ...args], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const url = await new Promise((resolve, reject) => {
    child.stderr.on("data", (data) => {
      said += data;
      const found = /http:\/\/\S+/.exec(said);
      if (found) resolve(found[0]);
    });
    child.on("exit", () => reject(new Error(said)));
  });
  const exited = new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
  const end = (signal = "SIGINT") => { child.kill(signal); return exited; };
  return { url, end, pid: child.pid };
}
