// What panels take: to be made, to live, to be asked.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createKernel } from "nexus-kernel";
import { interleave, median, processorMs, quantile, warmUp } from "./measure.mjs";
import { HANDLERS, HANDLER_CAPABILITIES, counter, large, todo } from "./panels/documents.mjs";
import { milliseconds, table } from "./report.mjs";

const PANELS = 1_000;
const LARGE_BYTES = 1 << 20;
/** Milliseconds that the check of such a document may take. */
const MOST_MS = 100;

/** Measures. Answers a section of the report. */
export async function measure({ quick }) {
  const [one, different] = [await fill("one"), await fill("different")];
  const asked = await ask(quick ? 300 : 2_000);
  const checked = await check(quick ? 5 : 15);
  const passed = (numbers) => [0.5, 0.99].map((part) => milliseconds(quantile(numbers, part)));
  const kibibytes = (bytes) => (bytes / 1024).toFixed(1);
  const section = `## Panels

${PANELS} panels in one kernel, made one after the other, of a document of ${todo().length} bytes with two tools; of the same one each time, or of as many different
ones. Milliseconds that passed for each, and KiB that the process and the memory of the kernel module grew by for each, garbage collected.

${table(
    ["made of", "median", "99 %", "KiB of the process", "KiB of the module"],
    [["one document", one], ["different documents", different]].map(([name, { took, rss, wasm }]) => [name, ...passed(took), kibibytes(rss), kibibytes(wasm)]),
  )}
A tool of one of ${PANELS} panels against the same handler by \`kernel.run\`, with the state given: in turn in one process, ${asked.times} times each. A panel has its state besides,
computes what depends on it, tells of it and keeps the order. Milliseconds that passed.

${table(
    ["handler", "by a panel, median", "99 %", "by run, median", "99 %", "ratio of medians"],
    asked.rows.map(({ name, panel, run }) => [name, ...passed(panel), ...passed(run), (median(panel) / median(run)).toFixed(2)]),
  )}
The check of a document of ${(LARGE_BYTES / 2 ** 20).toFixed(0)} MiB, its handlers by their syntax trees included: milliseconds of processor time, medians of ${checked.rounds}, and the first time in a process.

${table(
    ["document", "bytes", "handlers", "median", "first"],
    checked.rows.map(({ name, bytes, handlers, took, first }) => [name, bytes, handlers, milliseconds(median(took)), milliseconds(first)]),
  )}
Promised: at most ${MOST_MS} ms.
`;
  const promises = checked.rows.map(({ name, took }) => ({ what: `the check of a document of 1 MiB, ${name}`, measured: median(took), most: MOST_MS, unit: "ms" }));
  return { section, promises };
}

async function fill(which) {
  const script = fileURLToPath(new URL("panels/process.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script, which, PANELS], { maxBuffer: 16 << 20 });
  return JSON.parse(stdout);
}

async function ask(times) {
  const kernel = await createKernel({ extensions: [{ name: "bench", methods: ["echo"], call: (_method, [value]) => value }] });
  for (let i = 1; i < PANELS; i++) await kernel.panels.create(todo());
  const panel = await kernel.panels.create(counter);
  const timed = (work) => async () => {
    const began = performance.now();
    const { status, error } = await work();
    if (status !== "success") throw new Error(error.message);
    return performance.now() - began;
  };
  const rows = [];
  for (const [i, [name, source]] of Object.entries(HANDLERS).entries()) {
    const options = { state: { count: 1 }, args: { by: 1 }, capabilities: HANDLER_CAPABILITIES };
    const contestants = [timed(() => panel.trigger(`t${i}`, { by: 1 })), timed(() => kernel.run(source, options))];
    await warmUp(() => interleave(contestants, 200));
    const [byPanel, byRun] = await interleave(contestants, times);
    rows.push({ name, panel: byPanel, run: byRun });
  }
  await kernel.close();
  return { times, rows };
}

async function check(rounds) {
  const full = large(LARGE_BYTES);
  const bare = withoutLogic(large(1.9 * LARGE_BYTES));
  const rows = [];
  for (const [name, text] of [["all of data and view", bare], ["a third of it handlers", full]]) {
    const kernel = await createKernel();
    const once = async () => {
      const began = processorMs();
      const found = await kernel.panels.check(text);
      if (found.length > 0) throw new Error(`${found[0].code}: ${found[0].message}`);
      return processorMs() - began;
    };
    const first = await once();
    await warmUp(once);
    const [took] = await interleave([once], rounds);
    rows.push({ name, bytes: text.length, handlers: text.split("<Handler>").length - 1, first, took });
    await kernel.close();
  }
  return { rounds, rows };
}

/** What is left shows and changes values, and runs nothing. */
const withoutLogic = (text) => text.replace(/<Logic>[^]*<\/Logic>/, "").replace(/ trigger="[^"]*" args="[^"]*"/g, "");
