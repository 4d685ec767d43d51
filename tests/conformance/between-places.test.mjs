// A run that was parked in one place goes on in every other, and a record made in one replays in every other; also in a process of its own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { openChromium } from "./places/chromium.mjs";
import { openNode } from "./places/node.mjs";
import { openWorkerd } from "./places/workerd.mjs";

const PATIENCE = { timeout: 120_000 };
const places = {};

/** Another Node, started anew for each step. */
const anotherProcess = {
  async runStep(step, given, executor) {
    const script = `
      import { text } from "node:stream/consumers";
      import { steps } from ${JSON.stringify(new URL("travels.mjs", import.meta.url).href)};
      process.stdout.write(JSON.stringify(await steps[${JSON.stringify(step)}](JSON.parse(await text(process.stdin)), ${JSON.stringify(executor)})));`;
    const running = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { maxBuffer: 16 << 20 });
    running.child.stdin.end(JSON.stringify(given ?? null));
    return JSON.parse((await running).stdout);
  },
  async stop() {},
};

before(async () => {
  places.node = await openNode();
  places["another Node process"] = anotherProcess;
  places["chromium page"] = await openChromium("page");
  places["chromium worker"] = await openChromium("worker");
  places.workerd = await openWorkerd();
}, PATIENCE);
after(() => Promise.all(Object.values(places).map((place) => place.stop())));

const executors = (label) => (label === "workerd" ? ["inline"] : ["inline", "worker"]);

for (const [first, second, expected] of [
  ["park", "resume", /"total":11\.25,"seen":\["before","other"\]/],
  ["record", "replay", /^same .*"total":7\.5,/],
]) {
  test(`${first} in any place, ${second} in any other`, PATIENCE, async () => {
    const outcomes = new Set();
    for (const [from, source] of Object.entries(places)) {
      for (const executor of executors(from)) {
        const made = await source.runStep(first, undefined, executor);
        for (const [to, target] of Object.entries(places)) {
          // Each pair of places once; each executor on either side.
          const outcome = await target.runStep(second, made, executors(to).at(executor === "inline" ? -1 : 0));
          assert.match(outcome, expected, `${first} in ${from} (${executor}), ${second} in ${to}`);
          outcomes.add(outcome);
        }
      }
    }
    assert.equal(outcomes.size, 1, [...outcomes].join("\n"));
  });
}
