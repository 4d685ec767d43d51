// Records of runs, replayed by a kernel that has nothing of what they called.

import { encode } from "nexus-kernel";
import { equal, fail, ok, print, rejects } from "../assert.mjs";
import { ALL, testExtension, valueOf } from "../trial.mjs";
import { variedRuns } from "../varied-runs.mjs";

/** What a result says, but for its name and what differs from time to time. */
function told({ runId, metrics, ...result }) {
  const { durationUs, compilationTimeUs, cacheHit, ...counted } = metrics;
  return print({ ...result, counted }).replaceAll(runId, "run");
}

/** Runs on one kernel and replays on another. */
async function roundTrip(t, source, options) {
  const result = await t.run(source, options);
  const kernel = await t.open();
  const replayed = await kernel.replay(structuredClone(result.record));
  if (replayed.status !== "same") fail(`${source}\n${print(replayed.divergence)}`);
  equal(told(replayed.result), told(result), source);
  return result;
}

export default {
  "200 varied runs replay to the same bytes, and call nothing": async (t) => {
    const runs = variedRuns(200);
    const source = await t.open({ extensions: [t.extension], pool: { maxInstances: 2 } });
    source.hostFunctions.register({ name: "echo", call: ([value]) => value ?? null });
    const target = await t.open({ pool: { maxInstances: 2 } });
    for (const { name, ...run } of runs) {
      const result = await source.run(run.source, { capabilities: ALL, ...run.options });
      // A call that was given up may hear of it only later.
      const calls = () => t.extension.notes.filter((note) => !note.endsWith(" aborted")).length;
      const called = calls();
      const replayed = await target.replay(result.record);
      if (replayed.status !== "same") fail(`${name}: ${print(replayed.divergence)}`);
      equal(told(replayed.result), told(result), name);
      equal(calls(), called, `${name} called something`);
    }
  },

  "a record is plain data that encodes, and no part of what a result is compared by": async (t) => {
    const result = await t.run("return await $ext.test.echo($args)", { args: { n: [1, null] } });
    ok(!Object.keys(result).includes("record") && !("record" in { ...result }));
    const { record } = result;
    ok(record === result.record, "read once");
    equal(record.version, 1);
    equal(record.source, "return await $ext.test.echo($args)");
    equal(record.steps.map(({ answers }) => answers.map(({ suspensionId }) => suspensionId)), [[], ["1"]]);
    equal(record.steps[1].answers[0].outcome, { success: true, value: { n: [1, null] } });
    equal((await (await t.open()).replay(JSON.parse(JSON.stringify(record)))).status, "same");
    ok(encode(record).length > 100);
  },

  "record: false leaves none": async (t) => {
    equal((await t.run("return 1", { record: false })).record, undefined);
    await rejects(t.run("return 1", { record: "no" }), "INVALID_ARGUMENT", /record/);
  },

  "parallel calls replay in the order in which their answers came": async (t) => {
    const source = `
      const order = [];
      await Promise.all([3, 1, 2].map(async (n) => order.push(await (n % 2 ? $ext.test.later(n) : $ext.test.echo(n)))));
      return order`;
    const result = await roundTrip(t, source);
    equal(valueOf(result).toSorted(), [1, 2, 3]);
  },

  "one changed answer is told at the call that it answered": async (t) => {
    const source = "let n = 1; for (let i = 0; i < 4; i++) n = await $ext.test.echo(n + i); return n";
    const { record } = await t.run(source);
    for (const step of [1, 2, 3, 4]) {
      const changed = structuredClone(record);
      changed.steps[step].answers[0].outcome.value += 100;
      const { status, divergence } = await (await t.kernel()).replay(changed);
      equal(status, "diverged");
      equal([divergence.step, divergence.answered], [step, [{ suspensionId: String(step), extensionName: "test", method: "echo" }]]);
      equal(divergence.path, step < 4 ? "segment.suspensions[0].args[0]" : "segment.returnValue");
      equal(divergence.found - divergence.expected, 100);
    }
  },

  "what was recorded as fuel and stack is held against the replay": async (t) => {
    const { record } = await t.run("const f = () => { throw new Error('x') };\nf()");
    const fuel = structuredClone(record);
    fuel.steps[0].segment.metrics.fuelUsed += 1;
    const stack = structuredClone(record);
    stack.steps[0].segment.error.stack = "elsewhere";
    const kernel = await t.kernel();
    equal((await kernel.replay(fuel)).divergence.path, "segment.metrics.fuelUsed");
    equal((await kernel.replay(stack)).divergence.path, "segment.error.stack");
  },

  "runs that were stopped replay to the same stop": async (t) => {
    await roundTrip(t, "for (let i = 0; ; i++) $emit('e', i)");
    await roundTrip(t, "$emit('before'); for (;;);", { limits: { fuel: 100_000 } });
    await roundTrip(t, "const a = []; for (;;) a.push([a.length])", { limits: { fuel: 1e9, memoryBytes: 16 << 20 } });
    await roundTrip(t, "for (;;) { await $ext.test.echo(1); $state.n = 1 }", { limits: { fuel: 1_000_000 } });
  },

  "runs that the clock or the caller stopped replay to the same place": async (t) => {
    // There the clock stands still while a handler computes.
    if (t.place === "workerd") return;
    const timedOut = await t.run("let n = 0; for (;;) { $state.n = ++n % 900; if (n % 5000 === 4999) await $ext.test.echo(n) }", {
      limits: { timeoutMs: 30, fuel: 1e12, maxStateMutations: 1e9, maxHostCalls: 1e9 },
    });
    equal(timedOut.error.context.resource, "timeoutMs");
    const kernel = await t.open();
    const replayed = await kernel.replay(timedOut.record);
    equal(replayed.divergence, undefined);
    equal(told(replayed.result), told(timedOut));
    const controller = new AbortController();
    const run = t.run("$emit('a'); await $ext.test.hold(1)", { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    const aborted = await run;
    equal(aborted.error.code, "CANCELLED");
    equal(told((await kernel.replay(aborted.record)).result), told(aborted));
  },

  "what is no record is refused": async (t) => {
    const kernel = await t.kernel();
    const { record } = await t.run("return 1");
    const refused = (value, word) => rejects(kernel.replay(value), "INVALID_ARGUMENT", word);
    for (const value of [undefined, null, 1, "x", [], {}]) await refused(value, /no record/);
    await refused({ ...record, version: 2 }, /version 2/);
    await refused({ ...record, engine: "0".repeat(64) }, /engine/);
    await refused({ ...record, more: 1 }, /more/);
    await refused({ ...record, steps: [] }, /whole/);
    await refused({ ...record, seed: "x" }, /seed/);
    await refused({ ...record, limits: { ...record.limits, fuel: 0 } }, /fuel/);
    const signal = AbortSignal.abort();
    await rejects(kernel.replay(record, { signal }), "CANCELLED");
  },

  "replays leave the kernel as it was": async (t) => {
    const kernel = await t.open({ extensions: [testExtension()], pool: { maxInstances: 1 } });
    const { record } = await kernel.run("await $ext.test.echo(1); await $ext.test.echo(2)", { capabilities: ALL });
    const changed = structuredClone(record);
    changed.steps[1].segment.suspensions[0].args[0] = 3;
    for (let i = 0; i < 5; i++) {
      equal((await kernel.replay(changed)).status, "diverged");
      equal((await kernel.replay(record)).status, "same");
    }
    const { activeInstances, availableInstances, activeRuns, suspendedRuns } = kernel.stats();
    equal([activeInstances, availableInstances, activeRuns, suspendedRuns], [0, 1, 0, 0]);
  },
};
