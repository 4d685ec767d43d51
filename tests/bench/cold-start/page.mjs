// A page's first result: in Chromium, each time with a profile that is new.

import { fileURLToPath } from "node:url";
import { openBuiltPage } from "../../support/chromium.mjs";

/**
 * Builds the page and starts the browser.
 * @returns {Promise<{ version: string, start(engine: string): Promise<{ ms: number, files: string[] }>, stop(): Promise<void> }>} `start`
 * answers what `page/page.mjs` does
 */
export async function openStartPage() {
  const { page, version, stop } = await openBuiltPage(fileURLToPath(new URL("page", import.meta.url)));
  const address = page.url();
  const browser = page.context().browser();
  return {
    version,
    async start(engine) {
      // It has caches of its own, which end with it.
      const context = await browser.newContext();
      try {
        const fresh = await context.newPage();
        await fresh.goto(address);
        await fresh.waitForFunction(() => globalThis.places);
        return await fresh.evaluate((engine) => globalThis.places.start(engine), engine);
      } finally {
        await context.close();
      }
    },
    stop,
  };
}
