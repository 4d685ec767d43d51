// Handlers of one document are read one after another by the same sandbox: what one does to it is nothing to the others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelFor } from "./harness.mjs";

const kernel = await kernelFor();

/** A document whose tools have these handlers, each beginning a line of its own, the first the second. */
function documentOf(handlers) {
  const tools = handlers.map((code, index) => `<Tool name="t${index}" trigger="manual" capabilities="events:emit:*"><Handler>${code}</Handler></Tool>`);
  return `<NexusPanel><Logic>\n${tools.join("\n")}\n</Logic></NexusPanel>`;
}

const told = (diagnostics) => diagnostics.map(({ code, location }) => [code, location.line]);

const GOOD = "$emit('a', [1, 2].map((n) => `${n}`)); return 1 < 2";
const BROKEN = "$emit('a'); return (";
const UNKNOWN = "$emit('a'); return fetch('a')";
/** Its syntax tree needs more memory than a sandbox has. */
const HUGE = `$emit('a');${"x;".repeat(450_000)}`;

test("each is told what is wrong with it, wherever it stands", async () => {
  for (const [handlers, expected] of [
    [[GOOD, BROKEN, UNKNOWN, GOOD], [["COMPILATION_ERROR", 3], ["FORBIDDEN_GLOBAL", 4]]],
    [[HUGE, GOOD, BROKEN], [["SANDBOX_ERROR", 2], ["COMPILATION_ERROR", 4]]],
    [[BROKEN, GOOD, HUGE, UNKNOWN, HUGE, GOOD], [["COMPILATION_ERROR", 2], ["SANDBOX_ERROR", 4], ["FORBIDDEN_GLOBAL", 5], ["SANDBOX_ERROR", 6]]],
  ]) {
    assert.deepEqual(told(await kernel.panels.check(documentOf(handlers))), expected);
  }
});

test("those before leave no less memory to one that needs much", async () => {
  // Several of these together take more than a sandbox has, one alone does not.
  const large = `const f = () => {}; $emit('a');${"f();".repeat(20_000)}`;
  assert.deepEqual(told(await kernel.panels.check(documentOf(Array(8).fill(large)))), []);
});

test("the sandbox that read them runs handlers as any other", async () => {
  await kernel.panels.check(documentOf([GOOD, HUGE, GOOD, BROKEN]));
  const fresh = await kernelFor();
  const [own, other] = await Promise.all([kernel, fresh].map((one) => one.run("return [1, 2].map(n => n * 2)")));
  assert.deepEqual(own.returnValue, [2, 4]);
  assert.equal(own.metrics.fuelUsed, other.metrics.fuelUsed);
});
