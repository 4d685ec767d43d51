// `cargo xtask bench`: measures, prints what came out, and with `--write` makes it tests/bench/RESULTS.md.
//
// node run.mjs --unmetered PATH [--quick] [--write] [SECTION…]

import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { header } from "./report.mjs";

/** Files of this folder that measure: each answers a section of the report, and what it found to be worse than it has to be. */
const SECTIONS = ["isolated-run", "host-calls", "awaits", "processor", "linearity", "cold-start", "download", "metering", "recovery"];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { unmetered: { type: "string" }, quick: { type: "boolean" }, write: { type: "boolean" } },
});

const chosen = positionals.length > 0 ? positionals : SECTIONS;
const parts = [header(options)];
const failures = [];
for (const name of chosen) {
  if (!SECTIONS.includes(name)) throw new Error(`no section ${name}: there is ${SECTIONS.join(", ")}`);
  console.error(`measuring ${name} …`);
  const { measure } = await import(`./${name}.mjs`);
  const { section, failed } = await measure(options);
  console.log(section);
  parts.push(section);
  failures.push(...failed);
}
if (options.write) await writeFile(new URL("RESULTS.md", import.meta.url), `${parts.join("\n")}`);
for (const failure of failures) console.error(`worse than it has to be: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
