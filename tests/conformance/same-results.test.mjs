// The same handler with the same input gives the same result everywhere: values, effects, errors with their places, fuel and memory; on the thread
// that asks as in Workers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openChromium } from "./places/chromium.mjs";
import { openNode } from "./places/node.mjs";
import { openWorkerd } from "./places/workerd.mjs";
import { comparisons } from "./comparisons.mjs";

const PATIENCE = { timeout: 120_000 };
const places = {};

before(async () => {
  places.node = await openNode();
  places["chromium page"] = await openChromium("page");
  places["chromium worker"] = await openChromium("worker");
  places.workerd = await openWorkerd();
}, PATIENCE);
after(() => Promise.all(Object.values(places).map((place) => place.stop())));

for (const name of Object.keys(comparisons)) {
  test(`same result everywhere: ${name}`, PATIENCE, async () => {
    const expected = await places.node.runComparison(name, "inline");
    assert.match(expected, /"fuelUsed":\d/);
    for (const [label, place] of Object.entries(places)) {
      // Node inline for the second time: also run after run in the same place.
      assert.equal(await place.runComparison(name, "inline"), expected, label);
      if (label === "workerd") continue;
      assert.equal(await place.runComparison(name, "worker"), expected, `${label}, executor "worker"`);
    }
  });
}
