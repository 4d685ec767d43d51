// Giving a run up.

import { equal, rejects } from "../assert.mjs";
import { ALL, until } from "../trial.mjs";

export default {
  "a signal that is aborted already cancels before anything runs": async (t) => {
    const result = await t.run("$state.a = 1", { signal: AbortSignal.abort() });
    equal([result.status, result.error.code, result.stateMutations], ["error", "CANCELLED", []]);
  },

  "an abort while the handler waits keeps what it did, and aborts its calls": async (t) => {
    const controller = new AbortController();
    const run = t.run("$state.a = 1; $emit('before'); try { await $ext.test.hold('x') } finally { $state.a = 2 }", { signal: controller.signal });
    await until(() => t.extension.notes.includes("hold x"));
    controller.abort(new Error("enough"));
    const result = await run;
    equal([result.status, result.error.code], ["error", "CANCELLED"]);
    equal([result.stateMutations.map(({ value }) => value), result.events.length], [[1], 1]);
    equal(t.extension.notes, ["hold x", "hold x aborted"]);
    const kernel = await t.kernel();
    const { activeRuns, suspendedRuns, activeInstances } = kernel.stats();
    equal([activeRuns, suspendedRuns, activeInstances], [0, 0, 0]);
  },

  "an abort while the handler computes stops it": async (t) => {
    const kernel = await t.kernel();
    const controller = new AbortController();
    kernel.hostFunctions.register({ name: "abort", signature: "abort()", call: () => controller.abort() });
    const result = await t.run("$emit('before');\n$host.abort();\nwhile (true) {}", { signal: controller.signal });
    // A Worker is ended with what it was doing.
    equal([result.error.code, result.events.length], ["CANCELLED", t.executor === "worker" ? 0 : 1]);
    equal(await t.value("return 'alive'"), "alive");
  },

  "an abort while the run waits for an instance": async (t) => {
    const kernel = await t.open({ pool: { maxInstances: 1 }, extensions: [t.extension] });
    const [first, second] = [new AbortController(), new AbortController()];
    const holding = kernel.run("await $ext.test.hold('x')", { capabilities: ALL, signal: first.signal });
    await until(() => t.extension.notes.length === 1);
    const waiting = kernel.run("return 1", { signal: second.signal });
    second.abort();
    equal((await waiting).error.code, "CANCELLED");
    first.abort();
    equal((await holding).error.code, "CANCELLED");
    equal((await kernel.run("return 2")).returnValue, 2);
  },

  "an abort after the end changes nothing": async (t) => {
    const controller = new AbortController();
    const result = await t.run("return 1", { signal: controller.signal });
    controller.abort();
    equal([result.status, result.returnValue], ["success", 1]);
  },

  "execute and resume take a signal too": async (t) => {
    const kernel = await t.kernel();
    const controller = new AbortController();
    const { suspensions } = await kernel.execute("$state.a = 1; await $ext.test.echo(1); $state.a = 2", { capabilities: ALL, signal: controller.signal });
    controller.abort();
    const result = await kernel.resume(suspensions[0].suspensionId, { success: true });
    equal([result.error.code, result.stateMutations], ["CANCELLED", []]);
    const second = await kernel.execute("await $ext.test.echo(1)", { capabilities: ALL });
    const answer = await kernel.resume(second.suspensions[0].suspensionId, { success: true }, { signal: AbortSignal.abort() });
    equal(answer.error.code, "CANCELLED");
  },

  "precompile, inferCapabilities and extensions.call take a signal": async (t) => {
    const kernel = await t.kernel();
    const signal = AbortSignal.abort();
    await rejects(kernel.precompile("return 1", { signal }), "CANCELLED");
    await rejects(kernel.inferCapabilities("return 1", { signal }), "CANCELLED");
    await rejects(kernel.extensions.call("test", "echo", [1], { signal }), "CANCELLED");
    const controller = new AbortController();
    const held = kernel.extensions.call("test", "hold", ["x"], { signal: controller.signal });
    await until(() => t.extension.notes.includes("hold x"));
    controller.abort();
    await rejects(held, "CANCELLED");
    equal(t.extension.notes, ["hold x", "hold x aborted"]);
  },

  "what is no signal is refused": async (t) => {
    const kernel = await t.kernel();
    for (const signal of [1, "abort", {}, null, new EventTarget()]) {
      await rejects(kernel.run("return 1", { signal }), "INVALID_ARGUMENT", /signal/);
    }
  },
};
