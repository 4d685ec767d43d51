// What Node lacks is held against Chromium's engine, so that no case is right by our word alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { readCases } from "./cases.mjs";
import { expectedText, textOf } from "./outcome.mjs";

let browser;
let page;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
  });
  page = await browser.newPage();
});
after(() => browser?.close());

for (const { name, source, expected } of readCases().filter(({ newer }) => newer)) {
  test(name, async () => {
    // A frame is a realm of its own.
    const outcome = await page.evaluate(
      async ({ source, textOf }) => {
        const frame = document.body.appendChild(document.createElement("iframe"));
        const run = frame.contentWindow.eval(`(async function handler(){"use strict";${source}\n})`);
        const text = new Function(`return ${textOf}`)();
        try {
          return text(await run());
        } catch (error) {
          return `throws ${error?.name}`;
        } finally {
          frame.remove();
        }
      },
      { source, textOf: String(textOf) },
    );
    assert.equal(outcome, expectedText(expected));
  });
}
