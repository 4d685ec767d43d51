// Where the corpus runs, each place with one kernel for all cases: `{ runCase(class, name), stop() }`.

import { fileURLToPath } from "node:url";
import { openBuiltPage } from "../support/chromium.mjs";
import { startWorkerd } from "../support/workerd.mjs";
import { performCase } from "./perform.mjs";

/** This very process. */
export async function openNode() {
  return { runCase: performCase, async stop() {} };
}

/**
 * Headless Chromium.
 * @param place `"page"` or `"worker"`, a module Web Worker in it
 */
export async function openChromium(place) {
  const { page, stop } = await openBuiltPage(fileURLToPath(new URL("page", import.meta.url)));
  return {
    runCase: (kind, name) => page.evaluate(([place, kind, name]) => globalThis.places[place](kind, name), [place, kind, name]),
    stop,
  };
}

/** workerd, where all requests share an isolate and so the kernel. */
export async function openWorkerd() {
  const worker = await startWorkerd({ entrypoint: fileURLToPath(new URL("workerd-worker.mjs", import.meta.url)) });
  return {
    async runCase(kind, name) {
      const response = await fetch(worker.url, { method: "POST", body: JSON.stringify([kind, name]) });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return response.json();
    },
    stop: () => worker.stop(),
  };
}
