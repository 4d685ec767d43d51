// A page of headless Chromium, and a module Web Worker in it, from a Vite build that is served as it would be anywhere.

import { fileURLToPath } from "node:url";
import { build, preview } from "vite";
import { launchChromium } from "../../support/chromium.mjs";

const ROOT = fileURLToPath(new URL("page", import.meta.url));

/** Builds and opens the page. @param outDir where the build goes, relative to this repository's `target/tests` */
async function openPage(outDir) {
  const shared = {
    root: ROOT,
    configFile: false,
    logLevel: "error",
    worker: { format: "es" },
    build: { target: "es2023", outDir: fileURLToPath(new URL(`../../../target/tests/${outDir}`, import.meta.url)), emptyOutDir: true },
    preview: { host: "127.0.0.1", port: 0, strictPort: false },
  };
  await build(shared);
  const server = await preview(shared);
  const browser = await launchChromium();
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error("page:", error));
  await page.goto(server.resolvedUrls.local[0]);
  await page.waitForFunction(() => globalThis.places);
  return {
    page,
    async stop() {
      await browser.close();
      await server.close();
    },
  };
}

/** @param place `"page"` or `"worker"` */
export async function openChromium(place, server) {
  const { page, stop } = await openPage(`conformance-${place}-${process.pid}`);
  const ask = (request) => page.evaluate(([place, request]) => globalThis.places[place](request), [place, request]);
  return {
    runCase: (subject, name) => ask({ subject, name, surroundings: { place, server } }),
    runComparison: (comparison) => ask({ comparison }),
    stop,
  };
}
