// What a run takes that waits for an answer.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { median } from "./measure.mjs";
import { table } from "./report.mjs";

/** By what the report calls them, what `suspended/process.mjs` does, and with how many runs. */
const WAYS = {
  "nexus-kernel, in an instance": ["nexus", 20],
  "nexus-kernel, parked": ["nexus-parked", 300],
  "quickjs-emscripten, a context": ["quickjs", 300],
  "quickjs-ng, a context": ["quickjs-ng", 300],
  "SES, a compartment": ["ses", 300],
};

/** Measures. Answers a section of the report. */
export async function measure({ quick }) {
  const rounds = quick ? 1 : 3;
  const rows = [];
  for (const [name, [way, count]] of Object.entries(WAYS)) {
    const measured = [];
    for (let i = 0; i < rounds; i++) measured.push(await grow(way, count));
    const parked = measured[0].parked === undefined ? "" : kibibytes(measured[0].parked);
    rows.push([name, kibibytes(median(measured.map(({ bytes }) => bytes))), parked]);
  }
  const section = `## A run that waits

How many KiB a process grows for each run of \`jobs/restock.js\` that waits for its answer, garbage collected; medians of ${rounds} processes. A parked run is bytes
that can be put anywhere.

${table(["", "KiB a run", "KiB of bytes"], rows)}`;
  return { section, promises: [] };
}

async function grow(way, count) {
  const script = fileURLToPath(new URL("suspended/process.mjs", import.meta.url));
  return JSON.parse((await promisify(execFile)(process.execPath, ["--expose-gc", script, way, count])).stdout);
}

const kibibytes = (bytes) => (bytes / 1024).toFixed(0);
