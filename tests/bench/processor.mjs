// Programs that compute: how fast the engines are.

import { geometricMean } from "./measure.mjs";
import { programs } from "./programs.mjs";
import { RIVAL, each, openEngines, race } from "./race.mjs";
import { milliseconds, table } from "./report.mjs";

/** What the mean of our ratios to the rival may be. */
const MOST = 2.4;
/** Programs that may not be slower than the rival's. */
const NOT_SLOWER = ["float-loop", "integer-loop", "json-parse", "json-stringify"];
const NAMES = ["nexus-kernel", RIVAL, "quickjs-ng", "SES"];

/** Measures. Answers a section of the report. */
export async function measure({ quick }) {
  const rounds = quick ? 3 : 9;
  const suite = await programs();
  const engines = await openEngines();
  const medians = await race(engines, Object.fromEntries(suite.map(({ name, source }) => [name, each({ source }, NAMES)])), { rounds });
  await engines.close();

  const ratios = Object.values(medians).map((took) => NAMES.map((contestant) => took[contestant] / took[RIVAL]));
  const means = NAMES.map((_, i) => geometricMean(ratios.map((row) => row[i])));
  const section = `## Programs that compute

The programs of \`programs/\`, each run isolated; ours with its meter, its limits and its record. Milliseconds of processor time, and in brackets what that
is of ${RIVAL}'s; medians of ${rounds} rounds. SES isolates nothing but objects: it is the platform's own compiler.

${table(
    ["program", ...NAMES],
    [
      ...suite.map(({ name }, row) => [name, ...NAMES.map((contestant, i) => `${milliseconds(medians[name][contestant])} (${ratios[row][i].toFixed(2)})`)]),
      ["**geometric mean**", ...means.map((mean) => `**${mean.toFixed(2)}**`)],
    ],
  )}
Promised: a mean of at most ${MOST}, and at most 1 for ${NOT_SLOWER.join(", ")}.
`;
  const notSlower = suite.flatMap(({ name }, i) => (NOT_SLOWER.includes(name) ? [{ what: `the program ${name}`, measured: ratios[i][0], most: 1 }] : []));
  return { section, promises: [{ what: "programs that compute, in the mean", measured: means[0], most: MOST }, ...notSlower] };
}
