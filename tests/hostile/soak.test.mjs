// A kernel that goes on for long holds no more than after its first runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WARM_UP, soak } from "./soak.mjs";

/** Enough for 1 KB of each in `kernel.wasm` to outgrow the room that its memory has to spare, some 8 MiB. */
const RUNS = 10_000;

/** What a run may leave behind, in bytes: less than any forgotten context, closure, buffer or message. */
const MOST_PER_RUN = 256;

test("thousands of runs, half of them hostile, leave nothing behind", { timeout: 300_000 }, async (t) => {
  const { warm, end, stopped } = await soak(RUNS);
  t.diagnostic(`after ${WARM_UP} runs ${JSON.stringify(warm)}`);
  t.diagnostic(`after ${RUNS} runs ${JSON.stringify(end)}`);
  assert.equal(stopped, RUNS / 2);
  const held = ({ heapUsed, arrayBuffers, kernelBytes }) => heapUsed + arrayBuffers + kernelBytes;
  const perRun = (held(end) - held(warm)) / (RUNS - WARM_UP);
  assert.ok(perRun < MOST_PER_RUN, `${perRun.toFixed(0)} bytes per run`);
  // Memories of instances that were replaced are gone, and the kernel knows of all that there are.
  assert.ok(end.sandboxes <= 2, `${end.sandboxes} instances`);
  assert.equal(end.stated, end.sandboxBytes);
});
