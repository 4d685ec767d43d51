// What metering costs: the sandbox module as it ships against the same module without its meter.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { geometricMean, interleave, median, warmUp } from "./measure.mjs";
import { programs } from "./programs.mjs";
import { table } from "./report.mjs";
import { Sandbox } from "./sandbox.mjs";

/** What the mean ratio may be. */
const MOST = 1.15;

/** Measures. Answers a section of the report. */
export async function measure({ unmetered, quick }) {
  if (!unmetered) throw new Error("--unmetered has to name the module without a meter; cargo xtask bench builds it");
  const rounds = quick ? 3 : 15;
  const rows = await compare(unmetered, rounds);
  const mean = geometricMean(rows.map(({ ratio }) => ratio));
  const section = `## What metering costs

The sandbox module as it ships against the same module without its meter; medians of ${rounds} rounds of processor
time, to which other programs on the machine do not add.

${table(
    ["program", "fuel", "without ms", "metered ms", "ratio"],
    rows.map(({ name, fuel, free, metered, ratio }) => [name, fuel, free.toFixed(1), metered.toFixed(1), ratio.toFixed(2)]),
  )}
Geometric mean of the ratios: **${mean.toFixed(3)}**; promised: at most ${MOST}.
`;
  return { section, promises: [{ what: "metered against not metered, in the mean", measured: mean, most: MOST }] };
}

async function compare(unmetered, rounds) {
  const shipped = fileURLToPath(import.meta.resolve("nexus-kernel/sandbox.wasm"));
  const modules = await Promise.all([shipped, unmetered].map(async (path) => WebAssembly.compile(await readFile(path))));
  const suite = (await programs()).map((program) => ({
    ...program,
    sandboxes: modules.map((module) => new Sandbox(module, program.source)),
  }));
  await warmUp(async () => {
    for (const program of suite) await interleave(contestants(program), 1);
  });
  const rows = [];
  for (const program of suite) {
    const [metered, free] = (await interleave(contestants(program), rounds)).map(median);
    rows.push({ name: program.name, fuel: program.sandboxes[0].run().fuel, metered, free, ratio: metered / free });
  }
  return rows;
}

function contestants({ name, expected, sandboxes }) {
  return sandboxes.map((sandbox) => () => {
    const { ms, returned } = sandbox.run();
    if (returned !== expected) throw new Error(`${name} returned ${returned}, expected ${expected}`);
    return ms;
  });
}
