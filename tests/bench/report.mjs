// Measurements as Markdown.

import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";

/** What else the machine did before it was measured: programs that were ready to run, in the mean of a minute. */
const [load] = loadavg();

/** What all of the report is about: when, of what, where. */
export function header({ quick }) {
  const sizes = ["kernel.wasm", "sandbox.wasm"].map((name) => `${name} ${read(`nexus-kernel/${name}`).length} bytes`);
  const rivals = ["quickjs-emscripten", "@jitl/quickjs-ng-wasmfile-release-sync", "ses"].map((name) => `${name} ${versionOf(name)}`);
  const [{ model }] = cpus();
  return `# Results

Written by \`cargo xtask bench${quick ? " --quick --write" : ""}\` on ${new Date().toISOString().slice(0, 10)}. [README.md](README.md) says how it is measured.
nexus-kernel ${versionOf("nexus-kernel")} (${sizes.join(", ")}); ${rivals.join(", ")};
Node ${process.versions.node}, V8 ${process.versions.v8}, Miniflare ${versionOf("miniflare")};
${cpus().length} cores, ${model.trim()}, with a load of ${load.toFixed(1)} before.
`;
}

const read = (file) => readFileSync(fileURLToPath(import.meta.resolve(file)));
const versionOf = (name) => JSON.parse(read(`${name}/package.json`)).version;

/**
 * What is promised, and what was measured of it.
 * @typedef {{ what: string, measured: number, most: number, unit?: string }} Promised `most` is what `measured` may be; without a unit it
 * is a ratio
 */

/** @param {Promised} promise */
export const holds = ({ measured, most }) => measured <= most;

/** All promises, and which are kept. @param {Promised[]} promises */
export function kept(promises) {
  const row = (promise) => {
    const unit = promise.unit ? ` ${promise.unit}` : "";
    return [promise.what, `${round(promise.most)}${unit}`, `${round(promise.measured)}${unit}`, holds(promise) ? "yes" : "**no**"];
  };
  return `## What is promised

${table(["", "at most", "measured", "kept"], promises.map(row))}
Ratios are to quickjs-emscripten, with a context of its own for each run, unless they say otherwise.
`;
}

const round = (number) => String(Math.round(number * 1000) / 1000);

/**
 * A table.
 * @param {string[]} columns their heads; all but the first are numbers
 * @param {(string | number)[][]} rows
 */
export function table(columns, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  return line(columns) + line(columns.map((_, i) => (i === 0 ? "---" : "---:"))) + rows.map(line).join("");
}

/**
 * What several contestants took for several jobs: a row for each contestant, two columns for each job.
 * @param {Record<string, Record<string, number>>} results milliseconds by job and contestant
 * @param base the contestant that is 1
 */
export function comparisons(results, base) {
  const jobs = Object.entries(results);
  const contestants = Object.keys(jobs[0][1]);
  const cells = ([, took], contestant) =>
    contestant in took ? [milliseconds(took[contestant]), (took[contestant] / took[base]).toFixed(2)] : ["", ""];
  return table(
    ["milliseconds", ...jobs.flatMap(([job]) => [job, "ratio"])],
    contestants.map((contestant) => [contestant, ...jobs.flatMap((job) => cells(job, contestant))]),
  );
}

/** Milliseconds with as many digits as mean something. */
export const milliseconds = (number) => (number >= 100 ? number.toFixed(0) : number.toPrecision(3));
