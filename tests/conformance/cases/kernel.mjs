// createKernel, options, stats, closing.

import { NexusError, createKernel } from "nexus-kernel";
import { equal, ok, rejects, throws } from "../assert.mjs";
import { ALL, until } from "../trial.mjs";

export default {
  "unknown and unusable options are refused by name": async (t) => {
    for (const [name, value] of [
      ["limit", {}], ["pool", 1], ["pool", { max: 1 }], ["pool", { maxInstances: 0 }], ["pool", { maxInstances: 1.5 }], ["pool", { minInstances: 3, maxInstances: 2 }],
      ["pool", { maxQueue: -1 }], ["pool", { maxParkedBytes: -1 }], ["parkingKey", ""], ["parkingKey", new Uint8Array()], ["parkingKey", 7], ["pool", { minInstances: "1" }], ["clock", 1], ["clock", {}], ["clock", { now: 1 }], ["entropy", {}], ["entropy", { fill: true }],
      ["executor", "thread"], ["executor", 1],
    ]) {
      const culprit = typeof value === "object" && !Array.isArray(value) ? Object.keys(value)[0] : undefined;
      await rejects(t.open({ [name]: value }), "INVALID_ARGUMENT", new RegExp(`${name}|${culprit}`));
    }
    for (const options of [null, 1, "x", []]) await rejects(t.open(options), "INVALID_ARGUMENT");
    const kernel = await t.open({ limits: undefined, pool: undefined, executor: "inline", extensions: [], clock: undefined, entropy: undefined });
    equal((await kernel.run("return 1")).returnValue, 1);
  },

  "executor worker gives the same as inline, where there are Workers": async (t) => {
    if (t.place === "workerd") {
      await rejects(t.open({ executor: "worker" }), "INVALID_ARGUMENT", /Web Workers/);
      return;
    }
    const kernel = await t.open({ executor: "worker", extensions: [t.extension] });
    const source = "$state.n = await $ext.test.later($args); return $state.n";
    const results = await Promise.all([1, 2, 3, 4].map((args) => kernel.run(source, { args, capabilities: ALL })));
    equal(results.map(({ returnValue }) => returnValue), [1, 2, 3, 4]);
    equal((await kernel.run("while (true) {}", { limits: { fuel: 1_000_000 } })).error.code, "TIMEOUT");
    equal((await kernel.run(source, { args: 5, capabilities: ALL })).returnValue, 5);
  },

  "executor worker has host functions where threads share memory, and says so where they do not": async (t) => {
    if (t.place === "workerd") return;
    const kernel = await t.open({ executor: "worker" });
    const register = () => kernel.hostFunctions.register({ name: "double", call: ([n]) => n * 2 });
    if (globalThis.crossOriginIsolated === false) {
      throws(register, "INVALID_ARGUMENT", /crossOriginIsolated/);
      equal((await kernel.run("return 1")).returnValue, 1);
      return;
    }
    register();
    equal((await kernel.run("return $host.double(21)", { capabilities: ALL })).returnValue, 42);
  },

  "unknown and unusable options of a run are refused by name": async (t) => {
    const kernel = await t.kernel();
    for (const [name, value] of [["stat", {}], ["capability", []], ["onsegment", () => {}], ["state", 1], ["state", []], ["state", null], ["state", "x"], ["state", new Map()], ["onSegment", 1]]) {
      const pattern = new RegExp(name);
      const code = value instanceof Map ? "SERIALIZATION_ERROR" : "INVALID_ARGUMENT";
      await rejects(kernel.run("return 1", { [name]: value }), code, pattern);
    }
    for (const options of [null, 1, "x", []]) await rejects(kernel.run("return 1", options), "INVALID_ARGUMENT");
    await rejects(kernel.execute("return 1", { onSegment: () => {} }), "INVALID_ARGUMENT", /onSegment/);
    await rejects(kernel.precompile("return 1", { state: {} }), "INVALID_ARGUMENT", /state/);
    await rejects(kernel.inferCapabilities("return 1", { limit: 1 }), "INVALID_ARGUMENT", /limit/);
  },

  "stats count runs, instances and memory": async (t) => {
    const kernel = await t.open({ extensions: [t.extension] });
    const fresh = kernel.stats();
    equal([fresh.totalExecutions, fresh.activeRuns, fresh.suspendedRuns, fresh.activeInstances, fresh.cacheHitRate], [0, 0, 0, 0, 0]);
    ok(fresh.availableInstances >= 1 && fresh.totalMemoryBytes > 0);
    await kernel.run("return 1");
    await kernel.run("return 1");
    const used = kernel.stats();
    equal([used.totalExecutions, used.cacheHitRate], [2, 0.5]);
    // Workers see no more of their clock than milliseconds.
    ok(Number.isFinite(used.avgExecutionTimeUs) && used.avgExecutionTimeUs >= 0);
    const { suspensions } = await kernel.execute("await $ext.test.echo(1)", { capabilities: ALL });
    const waiting = kernel.stats();
    equal([waiting.totalExecutions, waiting.suspendedRuns, waiting.activeInstances], [3, 1, 1]);
    await kernel.resume(suspensions[0].suspensionId, { success: true });
    equal([kernel.stats().suspendedRuns, kernel.stats().activeInstances], [0, 0]);
  },

  "the pool bounds instances, the queue bounds who waits": async (t) => {
    const kernel = await t.open({ pool: { minInstances: 1, maxInstances: 2, maxQueue: 1, maxParkedBytes: 0 }, extensions: [t.extension] });
    const hold = () => kernel.execute("return await $ext.test.echo(1)", { capabilities: ALL });
    const held = [await hold(), await hold()];
    equal(kernel.stats().activeInstances, 2);
    const waiting = kernel.run("return 'waited'");
    const refused = await kernel.run("return 'too many'");
    equal([refused.error?.code, refused.error?.context?.resource], ["RESOURCE_LIMIT", "queue"]);
    for (const { suspensions } of held) await kernel.resume(suspensions[0].suspensionId, { success: true });
    equal((await waiting).returnValue, "waited");
    ok(kernel.stats().availableInstances <= 2);
  },

  "a closed kernel refuses everything and can still be asked for its numbers": async (t) => {
    const kernel = await t.open({ extensions: [t.extension] });
    await kernel.run("return 1");
    equal(await kernel.close(), []);
    const closed = /closed/;
    await rejects(kernel.run("return 1"), "INVALID_ARGUMENT", closed);
    await rejects(kernel.execute("return 1"), "INVALID_ARGUMENT", closed);
    await rejects(kernel.resume("x", { success: true }), "INVALID_ARGUMENT", closed);
    await rejects(kernel.precompile("return 1"), "INVALID_ARGUMENT", closed);
    await rejects(kernel.inferCapabilities("return 1"), "INVALID_ARGUMENT", closed);
    await rejects(kernel.extensions.call("test", "echo", [1]), "INVALID_ARGUMENT", closed);
    equal(kernel.stats().totalExecutions, 1);
    equal(await kernel.close(), [], "closing again does nothing");
  },

  "closing cancels what runs and what waits": async (t) => {
    const kernel = await t.open({ pool: { maxInstances: 1, maxParkedBytes: 0 }, extensions: [t.extension] });
    const held = kernel.run("$state.a = 1; await $ext.test.hold('x')", { capabilities: ALL });
    await until(() => t.extension.notes.length === 1);
    const queued = kernel.run("return 1");
    await until(() => kernel.stats().activeRuns === 1);
    await kernel.close();
    const [first, second] = await Promise.all([held, queued]);
    equal([first.error.code, first.stateMutations.length, second.error.code], ["CANCELLED", 1, "CANCELLED"]);
    equal(t.extension.notes, ["hold x", "hold x aborted"]);
    equal(kernel.stats().totalMemoryBytes, 0);
  },

  "a run that was asked for before the close is cancelled, not refused": async (t) => {
    const kernel = await t.open();
    const run = kernel.run("return 1");
    const closed = kernel.close();
    equal((await run).error.code, "CANCELLED");
    await closed;
  },

  "await using closes": async (t) => {
    const symbol = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");
    const kernel = await t.open();
    equal(typeof kernel[symbol], "function");
    equal(await kernel[symbol](), undefined);
    await rejects(kernel.run("return 1"), "INVALID_ARGUMENT", /closed/);
  },

  "kernels do not see each other": async (t) => {
    const [one, two] = [await t.open({ extensions: [t.extension] }), await t.open()];
    one.hostFunctions.register({ name: "f", signature: "f()", call: () => 1 });
    equal((await two.run("return $ext.list().length", { capabilities: ALL })).returnValue, 0);
    equal((await two.run("$host.f()", { capabilities: ALL })).error.code, "METHOD_NOT_FOUND");
    await one.close();
    equal((await two.run("return 1")).returnValue, 1);
  },

  "many kernels can be made and closed": async () => {
    for (let turn = 0; turn < 20; turn++) {
      const kernel = await createKernel();
      equal((await kernel.run("return $args", { args: turn })).returnValue, turn);
      await kernel.close();
    }
  },

  "a NexusError is an Error with a code": async (t) => {
    const error = await rejects(t.open({ nonsense: 1 }), "INVALID_ARGUMENT", /nonsense/);
    ok(error instanceof NexusError && error instanceof Error && typeof error.stack === "string");
    equal(error.name, "NexusError");
  },

  "a clock or entropy that throws counts as not there": async (t) => {
    const thrower = () => {
      throw new Error("broken");
    };
    const kernel = await t.open({ clock: { now: thrower }, entropy: { fill: thrower } });
    const { returnValue } = await kernel.run("return [Date.now(), Math.random()]");
    ok(Math.abs(returnValue[0] - Date.now()) < 60_000 && returnValue[1] >= 0, `${returnValue}`);
  },
};
