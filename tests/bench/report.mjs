// Measurements as Markdown.

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

/** What all of the report is about: when, of what, where. */
export function header({ quick }) {
  const read = (name) => readFileSync(fileURLToPath(import.meta.resolve(`nexus-kernel/${name}`)));
  const { version } = JSON.parse(read("package.json"));
  const sizes = ["kernel.wasm", "sandbox.wasm"].map((name) => `${name} ${read(name).length} bytes`);
  const [{ model }] = cpus();
  return `# Results

Written by \`cargo xtask bench${quick ? " --quick --write" : ""}\` on ${new Date().toISOString().slice(0, 10)}. [README.md](README.md) says how it is measured.
nexus-kernel ${version} (${sizes.join(", ")}); Node ${process.versions.node}, V8 ${process.versions.v8};
${cpus().length} cores, ${model.trim()}.
`;
}

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
