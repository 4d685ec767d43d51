// A page of headless Chromium, or a module Web Worker in it.

import { fileURLToPath } from "node:url";
import { openBuiltPage } from "../../support/chromium.mjs";

/** Pages with these headers share memory with their Workers. */
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** @param place `"page"` or `"worker"` */
export async function openChromium(place, server, { executor, isolated = false } = {}) {
  const { page, stop } = await openBuiltPage(fileURLToPath(new URL("page", import.meta.url)), isolated ? ISOLATED : {});
  const ask = (request) => page.evaluate(([place, request]) => globalThis.places[place](request), [place, request]);
  return {
    runCase: (subject, name) => ask({ subject, name, surroundings: { place, server, executor } }),
    runComparison: (comparison, executor) => ask({ comparison, executor }),
    runStep: (step, given, executor) => ask({ step, given, executor }),
    stop,
  };
}
