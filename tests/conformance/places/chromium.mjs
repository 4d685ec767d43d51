// A page of headless Chromium, or a module Web Worker in it.

import { fileURLToPath } from "node:url";
import { openBuiltPage } from "../../support/chromium.mjs";

/** @param place `"page"` or `"worker"` */
export async function openChromium(place, server) {
  const { page, stop } = await openBuiltPage(fileURLToPath(new URL("page", import.meta.url)));
  const ask = (request) => page.evaluate(([place, request]) => globalThis.places[place](request), [place, request]);
  return {
    runCase: (subject, name) => ask({ subject, name, surroundings: { place, server } }),
    runComparison: (comparison) => ask({ comparison }),
    stop,
  };
}
