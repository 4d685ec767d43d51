// `cargo xtask bench`: measures, prints what came out, and with `--write` makes it tests/bench/RESULTS.md.
//
// node run.mjs --unmetered PATH [--quick] [--write] [SECTION…]

import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { header, holds, kept } from "./report.mjs";

/** Files of this folder that measure, each in a process of its own; it answers a section of the report, and what is promised of that (`Promised` in report.mjs). */
const SECTIONS = ["isolated-run", "host-calls", "awaits", "processor", "linearity", "cold-start", "download", "suspended", "panels", "doors", "metering", "recovery"];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { unmetered: { type: "string" }, quick: { type: "boolean" }, write: { type: "boolean" } },
});

const chosen = positionals.length > 0 ? positionals : SECTIONS;
const sections = [];
const promises = [];
for (const name of chosen) {
  if (!SECTIONS.includes(name)) throw new Error(`no section ${name}: there is ${SECTIONS.join(", ")}`);
  console.error(`measuring ${name} …`);
  const measured = await measure(name);
  console.log(measured.section);
  sections.push(measured.section);
  promises.push(...measured.promises);
}
const summary = kept(promises);
console.log(summary);
if (options.write) await writeFile(new URL("RESULTS.md", import.meta.url), [header(options), summary, ...sections].join("\n"));
process.exitCode = promises.every(holds) ? 0 : 1;

async function measure(name) {
  const section = fork(new URL("section-process.mjs", import.meta.url));
  section.send({ name, options });
  const ended = once(section, "exit").then(([code]) => {
    throw new Error(`${name} ended with ${code} before it was measured`);
  });
  const [measured] = await Promise.race([once(section, "message"), ended]);
  return measured;
}
