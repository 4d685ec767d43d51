// Headless Chromium with a page from a Vite build, served as it would be anywhere. `CHROMIUM` names the browser, Debian's otherwise.

import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let pages = 0;

/**
 * Builds a page that sets `globalThis.places`, serves it and opens it.
 * @param root the page's folder
 * @param headers what it is served with
 * @returns {Promise<{ page: import("playwright-core").Page, version: string, stop(): Promise<void> }>}
 */
export async function openBuiltPage(root, headers = {}) {
  // Others may build the same page at the same time.
  const outDir = fileURLToPath(new URL(`../../target/tests/page-${process.pid}-${++pages}`, import.meta.url));
  const shared = {
    root,
    configFile: false,
    logLevel: "error",
    worker: { format: "es" },
    build: { target: "es2023", outDir, emptyOutDir: true },
    preview: { host: "127.0.0.1", port: 0, strictPort: false, headers },
  };
  await build(shared);
  const server = await preview(shared);
  // A profile of its own comes with each launch.
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS });
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error("page:", error));
  await page.goto(server.resolvedUrls.local[0]);
  await page.waitForFunction(() => globalThis.places);
  return {
    page,
    version: browser.version(),
    async stop() {
      await browser.close();
      await server.close();
      await rm(outDir, { recursive: true });
    },
  };
}
