// What the tests of the element share: a page with a kernel in it, and short ways to write documents.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openBuiltPage } from "../support/chromium.mjs";

/** Everything that a tool of these tests may need. */
const EVERYTHING = "state:read:*, state:write:*, events:emit:*, view:update:*, ext:gate";

/** A tool that may do everything; `parts` are its arguments. */
export function tool(name, code, parts = "") {
  return `<Tool name="${name}" capabilities="${EVERYTHING}">${parts}<Handler><![CDATA[${code}]]></Handler></Tool>`;
}

/** A document. */
export function nxml({ data = "", logic = "", view = "", title = "Test" }) {
  return `<NexusPanel title="${title}"><Data>${data}</Data><Logic><Extension name="gate"/>${logic}</Logic><View>${view}</View></NexusPanel>`;
}

/**
 * Opens the page.
 * @returns `page`, `show(document, options)`, `heard(event)` (details of the element's DOM events so far), `state()`, `stop()`
 */
export async function openPanels() {
  const built = await openBuiltPage(fileURLToPath(new URL("page", import.meta.url)));
  const { page } = built;
  page.setDefaultTimeout(15_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  return {
    ...built,
    errors,
    /** Ends it; fails if something was thrown that nobody caught, or tried that the page's policy forbids. */
    async stop() {
      const violations = await page.evaluate(() => globalThis.places.violations);
      await built.stop();
      assert.deepEqual([errors, violations], [[], []]);
    },
    show: (document, options) => page.evaluate(([document, options]) => globalThis.places.show(document, options), [typeof document === "string" ? document : nxml(document), options]),
    heard: (name) => page.evaluate((name) => globalThis.places.heard(name), name),
    state: () => page.evaluate(() => globalThis.places.panel.state),
    /** Runs a tool as somebody else would: the element hears of it by the panel only. */
    elsewhere: (name, args) => page.evaluate(async ([name, args]) => {
      const { panel, element } = globalThis.places;
      const result = await panel.trigger(name, args);
      // The view is told a frame later.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await element.updateComplete;
      return result.returnValue;
    }, [name, args]),
  };
}
