// Calls of the host on the spot: reads of the state, and functions of the embedder.

import { RIVAL, each, openEngines, race } from "./race.mjs";
import { comparisons } from "./report.mjs";

const CALLS = 100_000;
/** Of the time of the rival's host calls, our reads of the state may take this part. */
const MOST = 1 / 5;

const loop = (call) => `let sum = 0; for (let i = 0; i < ${CALLS}; i++) sum += ${call}; return sum;`;
const limits = { maxHostCalls: 2 * CALLS };
const reads = { source: loop("$state.n"), state: { n: 3 }, limits };
const calls = { source: loop('$host.get("n")'), limits };

const READS = "nexus-kernel, reads of the state";

/** Measures. Answers a section of the report. */
export async function measure({ quick }) {
  const rounds = quick ? 5 : 11;
  const engines = await openEngines();
  const entries = [[READS, reads, "nexus-kernel"], ...each(calls, ["nexus-kernel", "nexus-kernel, no record", RIVAL, "quickjs-ng", "SES"])];
  const results = await race(engines, { "100 000 calls": entries }, { rounds });
  await engines.close();
  const took = results["100 000 calls"];
  const section = `## Host calls

100 000 of them in one handler, of a function of the embedder that looks a number up by its name. That is the others' way to a state that the host
keeps; a handler of ours reads \`$state.n\`, which is checked and counted like any call of the host. Milliseconds of processor time and what that is of
${RIVAL}'s, medians of ${rounds}.

${comparisons(results, RIVAL)}
Promised of the reads: at most ${MOST} of ${RIVAL}.
`;
  return { section, promises: [{ what: "reads of the state against host calls", measured: took[READS] / took[RIVAL], most: MOST }] };
}
