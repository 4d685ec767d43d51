// A process in which runs wait: `node --expose-gc process.mjs NAME COUNT` starts so many runs of a job that wait for the answer to a call, and
// tells by how many bytes the process grew for each.

import { EXTENSIONS } from "../engines/host.mjs";
import { restock } from "../jobs/jobs.mjs";

/** By name, a function that makes one that starts a run. */
const ENGINES = {
  async nexus() {
    const { openNexus } = await import("../engines/nexus.mjs");
    return (await openNexus({ pool: { maxInstances: 2 * count } })).prepare(restock);
  },
  async "nexus-parked"() {
    const { openNexus } = await import("../engines/nexus.mjs");
    const kernel = await openNexus();
    return () => kernel.park(restock);
  },
  async quickjs() {
    const { openQuickjs } = await import("../engines/quickjs.mjs");
    return (await openQuickjs(UNLIMITED)).prepare(restock);
  },
  async "quickjs-ng"() {
    const { openQuickjsNg } = await import("../engines/quickjs.mjs");
    return (await openQuickjsNg(UNLIMITED)).prepare(restock);
  },
  async ses() {
    const { run } = await import("../engines/ses-compartment.mjs");
    return () => run(restock);
  },
};

/** All contexts are in one runtime, whose limit would be that of all: a runtime for each would cost more. */
const UNLIMITED = { memoryBytes: -1 };

const [, , name, count] = process.argv.map((argument) => (isNaN(argument) ? argument : Number(argument)));
let asked;
EXTENSIONS.stock.levels = () => {
  asked();
  return new Promise(() => {});
};

const start = await ENGINES[name]();
const kept = [];

/** Starts a run and waits until it waits, or is parked. */
function suspend() {
  return new Promise((resolve, reject) => {
    asked = resolve;
    const run = start();
    kept.push(run);
    run.then(resolve, reject);
  });
}

// As many before it is measured: what the first ones bring along is the engine's.
for (let i = 0; i < count; i++) await suspend();
const before = memory();
for (let i = 0; i < count; i++) await suspend();
const bytes = (memory() - before) / count;
const parked = name === "nexus-parked" ? (await kept.at(-1)).length : undefined;
process.stdout.write(JSON.stringify({ bytes, parked }), () => process.exit());

function memory() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage.rss();
}
