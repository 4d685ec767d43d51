// Calls that the handler awaits: one after the other, and all at once.

import { RIVAL, each, openEngines, race } from "./race.mjs";
import { comparisons } from "./report.mjs";

const CALLS = 100;
const JOBS = {
  "in sequence": { source: `let sum = 0; for (let i = 0; i < ${CALLS}; i++) sum += await $ext.echo.back(i); return sum;` },
  "in parallel": { source: `return (await Promise.all(Array.from({ length: ${CALLS} }, (_, i) => $ext.echo.back(i)))).length;` },
};

/** Measures. Answers a section of the report. */
export async function measure({ quick }) {
  const rounds = quick ? 9 : 25;
  const engines = await openEngines();
  const results = await race(engines, Object.fromEntries(Object.entries(JOBS).map(([name, job]) => [name, each(job)])), { rounds, times: 10 });
  await engines.close();
  const section = `## Awaited calls

A run that makes ${CALLS} calls, which the host answers by promises, as soon as it is asked. Milliseconds of processor time a run, and what that is of
${RIVAL}'s; medians of ${rounds} rounds of 10 runs.

${comparisons(results, RIVAL)}
Promised: not slower than ${RIVAL}.
`;
  const promises = Object.entries(results).map(([name, took]) => ({ what: `${CALLS} awaits ${name}`, measured: took["nexus-kernel"] / took[RIVAL], most: 1 }));
  return { section, promises };
}
