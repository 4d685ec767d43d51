// The built page, served, a browser to open it in, and its playground of handlers.

import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";
import { startEndpoints } from "./endpoints.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = "test/.dist";
const RUN = /^Run(?!away)/;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Builds the page against endpoints of its own, and serves both.
 * @param {{ samples?: string, panels?: string }} [servers] of the sample panels; without, their sources answer inside the page
 */
export async function startSite({ samples = "", panels = "" } = {}) {
  const endpoints = await startEndpoints();
  process.env.VITE_API_BASE = endpoints.url;
  process.env.VITE_SAMPLES_BASE = samples;
  process.env.VITE_PANELS_BASE = panels;
  const shared = { root: ROOT, logLevel: "error" };
  await build({ ...shared, build: { outDir: OUT, emptyOutDir: true } });
  const server = await preview({
    ...shared,
    build: { outDir: OUT },
    preview: { host: "127.0.0.1", port: 0, strictPort: false },
  });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  return {
    url: server.resolvedUrls.local[0],
    api: endpoints.url,
    browser,
    async stop() {
      await browser.close();
      await server.close();
      endpoints.stop();
    },
  };
}

/** Opens the playground of handlers. */
export async function openPlayground(site, { hash = "#sample=counter", place = "page", ...options } = {}) {
  const { page, problems } = await openPage(site, hash, options);
  await page.getByRole("button", { name: RUN }).waitFor();
  if (place === "worker") await page.getByRole("radio", { name: "Web Worker" }).check();
  return new Playground(page, problems);
}

/** Opens the page in a context of its own; `problems` gathers what a visitor's console would show in red. */
export async function openPage(site, hash, options) {
  const context = await site.browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  context.setDefaultTimeout(8_000);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await page.goto(site.url + hash);
  return { page, problems };
}

/** Replaces what an editor holds. */
export async function write(page, label, text) {
  await page.getByRole("textbox", { name: label }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
}

/** Where pictures of the page go: for people to look at. */
export const SCREENSHOTS = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));

/** The page through its visitor's eyes. */
export class Playground {
  constructor(page, problems) {
    this.page = page;
    this.problems = problems;
    this.status = page.getByTestId("status");
    this.errorCode = page.getByTestId("error-code");
    this.answer = page.getByLabel("Returned value");
    this.segments = page.locator(".segment");
    this.runButton = page.getByRole("button", { name: RUN });
    this.stopButton = page.getByRole("button", { name: "Stop", exact: true });
  }

  async sample(title) {
    await this.page.getByRole("navigation").getByRole("button", { name: title }).click();
  }

  write(label, text) {
    return write(this.page, label, text);
  }

  async run() {
    await this.runButton.click();
    await this.finished();
  }

  async finished() {
    await this.page.locator(".badge.success, .badge.error").waitFor({ timeout: 15_000 });
  }

  /** The lines of one kind: [label, text, note] each. */
  entries(kind) {
    return this.page.locator(`.entry.${kind}`).evaluateAll((items) =>
      items.map((item) => ["kind", "text", "note"].map((part) => item.querySelector(`.entry-${part}`)?.textContent ?? "")),
    );
  }

  /** A key's cells before and after, and how it changed. */
  async state(key) {
    const row = this.page.locator(`tr[data-key="${key}"]`);
    return { change: await row.getAttribute("class"), cells: await row.locator("td").allTextContents() };
  }

  close() {
    return this.page.context().close();
  }
}
