// Handlers, each run on its own: what a run costs altogether.

import { ask, forecast, restock } from "./jobs/jobs.mjs";
import { RIVAL, each, openEngines, race } from "./race.mjs";
import { comparisons } from "./report.mjs";

/** What is promised of the handler of 60 lines: of the rival's time, with a context of its own for each run, this part. */
const MOST = 0.8;
const JOBS = { "one call": ask, "60 lines": restock, "60 lines, more data": forecast };

/** Measures. Answers a section of the report. */
export async function measure({ quick }) {
  const rounds = quick ? 9 : 25;
  const engines = await openEngines();
  const results = await race(engines, Object.fromEntries(Object.entries(JOBS).map(([name, job]) => [name, each(job)])), { rounds, times: 20 });
  await engines.close();
  const section = `## An isolated run

Each run in an instance brought to its image, or a context, or a compartment, of its own; where a context is *reused*, runs see what others
left, and the handler is compiled once. The handlers: one that awaits one call and does nothing else; \`jobs/restock.js\`, some 60 lines, one call
and a state of 50 flat records; \`jobs/forecast.js\`, the same with 300 nested records more. Milliseconds of processor time a run, and what that is
of ${RIVAL}'s; medians of ${rounds} rounds of 20 runs.

${comparisons(results, RIVAL)}
Promised of the 60 lines: at most ${MOST} of ${RIVAL}.
`;
  const took = results["60 lines"];
  return { section, promises: [{ what: "an isolated run of 60 lines", measured: took["nexus-kernel"] / took[RIVAL], most: MOST }] };
}
