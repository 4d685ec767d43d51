// The same work by every engine, in one process, in turn.

import { deepStrictEqual } from "node:assert/strict";
import { openNexus } from "./engines/nexus.mjs";
import { outcomeOf } from "./engines/platform.mjs";
import { openQuickjs, openQuickjsNg } from "./engines/quickjs.mjs";
import { openSes } from "./engines/ses.mjs";
import { batch, interleave, median, warmUp } from "./measure.mjs";

/**
 * What every engine can be asked to run.
 * @typedef {{ source: string, state?: object, args?: object, limits?: object }} Job the source is the body of an async function; limits are
 * the kernel's, others have none of the kind
 * @typedef {{ returnValue?: unknown, stateMutations: object[], events: object[], logs: object[] }} Outcome what came of it
 */

/** What the others are measured against. */
export const RIVAL = "quickjs-emscripten";

/** What can be compared, by name: which engine, and what it is asked for. */
export const CONTESTANTS = {
  "nexus-kernel": { engine: "nexus" },
  "nexus-kernel, no record": { engine: "nexus", options: { record: false } },
  [RIVAL]: { engine: "quickjs" },
  [`${RIVAL}, context reused`]: { engine: "quickjs", options: { reuse: true } },
  "quickjs-ng": { engine: "quickjsNg" },
  "quickjs-ng, context reused": { engine: "quickjsNg", options: { reuse: true } },
  SES: { engine: "ses" },
};

/** All engines, opened. */
export async function openEngines() {
  const engines = { nexus: await openNexus(), quickjs: await openQuickjs(), quickjsNg: await openQuickjsNg(), ses: await openSes() };
  return { ...engines, close: () => Promise.all(Object.values(engines).map((engine) => engine.close())) };
}

/**
 * Measures jobs, each by each contestant.
 * @param engines opened ones
 * @param {Record<string, [label: string, job: Job, contestant?: string][]>} races by name; the label is the contestant's name where it
 * has no other
 * @param options rounds of each race, and how often a contestant runs in a round
 * @returns {Promise<Record<string, Record<string, number>>>} by race and label, the median of milliseconds of processor time of one run
 */
export async function race(engines, races, { rounds, times = 1 }) {
  const prepared = {};
  for (const [race, entries] of Object.entries(races)) {
    prepared[race] = {};
    for (const [label, job, contestant = label] of entries) {
      const { engine, options } = CONTESTANTS[contestant];
      const run = await prepare(engines[engine], job, options);
      prepared[race][label] = checked(run, await outcomeOf(job), `${race} by ${label}`, times);
    }
  }
  await warmUp(async () => {
    for (const measures of Object.values(prepared)) for (const measure of Object.values(measures)) await measure();
  });
  const medians = {};
  for (const [race, measures] of Object.entries(prepared)) {
    const numbers = await interleave(Object.values(measures), rounds);
    medians[race] = Object.fromEntries(Object.keys(measures).map((label, i) => [label, median(numbers[i])]));
  }
  return medians;
}

/** The same job for several contestants, all of them if not told which. */
export const each = (job, contestants = Object.keys(CONTESTANTS)) => contestants.map((contestant) => [contestant, job]);

const prepare = async (engine, job, options) => (engine.prepareBatch ? engine.prepareBatch(job) : batch(await engine.prepare(job, options)));

/** Nobody gets ahead by a wrong answer. */
function checked(run, expected, what, times) {
  return async () => {
    const { ms, outcome } = await run(times);
    // As JSON has it: a handler that returns nothing has no `returnValue`, or one that is undefined.
    deepStrictEqual(JSON.parse(JSON.stringify(outcome)), expected, what);
    return ms;
  };
}
