// From nothing to a first result: in Node, in a page, in a Worker.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openStartPage } from "./cold-start/page.mjs";
import { bundled } from "./cold-start/workerd.mjs";
import { interleave, median } from "./measure.mjs";
import { table } from "./report.mjs";

/** Milliseconds that a start in Node may take. */
const MOST_MS = 60;

/** By what the report calls them, the files of `cold-start/`. */
const ENGINES = { "nexus-kernel": "nexus", "quickjs-emscripten": "quickjs", "quickjs-ng": "quickjs-ng", SES: "ses" };

/** Measures. Answers a section of the report. */
export async function measure({ quick }) {
  const rounds = quick ? 5 : 15;
  const node = await inNode(rounds);
  const page = await inPage(rounds);
  const worker = await inWorker(rounds);
  const shown = (ms) => (ms === undefined ? "" : ms.toFixed(0));
  const section = `## Cold start

From the import of the package to the first result, of a handler that multiplies two numbers: in a new process of Node; in a page of Chromium${page.version} with a
new profile, the files coming from this machine. In workerd, from the start of the program to the first answer, less what a Worker takes that answers at
once. Milliseconds that passed, medians of ${rounds}.

${table(["", "Node", "page", "Worker"], Object.keys(ENGINES).map((name) => [name, shown(node[name]), shown(page.took[name]), shown(worker[name])]))}
Promised in Node: at most ${MOST_MS} ms.
`;
  return { section, promises: [{ what: "a cold start in Node", measured: node["nexus-kernel"], most: MOST_MS, unit: "ms" }] };
}

/** By name what each takes, in turn. */
async function medians(contestants, rounds) {
  const numbers = await interleave(Object.values(contestants), rounds);
  return Object.fromEntries(Object.keys(contestants).map((name, i) => [name, median(numbers[i])]));
}

function inNode(rounds) {
  const script = fileURLToPath(new URL("cold-start/node-process.mjs", import.meta.url));
  const start = (engine) => async () => Number((await promisify(execFile)(process.execPath, [script, engine])).stdout);
  return medians(Object.fromEntries(Object.entries(ENGINES).map(([name, engine]) => [name, start(engine)])), rounds);
}

async function inPage(rounds) {
  const page = await openStartPage();
  const start = (engine) => async () => (await page.start(engine)).ms;
  const took = await medians(Object.fromEntries(Object.entries(ENGINES).map(([name, engine]) => [name, start(engine)])), rounds);
  await page.stop();
  return { took, version: ` ${page.version}` };
}

async function inWorker(rounds) {
  const workers = { nothing: await bundled("nothing"), "nexus-kernel": await bundled("nexus"), "quickjs-emscripten": await bundled("quickjs") };
  const { nothing, ...took } = await medians(workers, rounds);
  return Object.fromEntries(Object.entries(took).map(([name, ms]) => [name, ms - nothing]));
}
