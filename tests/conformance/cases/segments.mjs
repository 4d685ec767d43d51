// execute and resume by hand, and onSegment.

import { equal, ok, rejects } from "../assert.mjs";
import { ALL, until, valueOf } from "../trial.mjs";

const TWO_CALLS = `
  $state.step = 1;
  const [a, b] = await Promise.all([$ext.test.echo('a'), $ext.test.echo('b')]);
  $state.step++;
  const c = await $ext.test.echo('c');
  return [a, b, c, $state.step, $state.outside ?? null]`;

export default {
  "execute stops at the first suspension, resume answers call by call": async (t) => {
    const kernel = await t.kernel();
    const first = await kernel.execute(TWO_CALLS, { capabilities: ALL });
    equal([first.status, first.stateMutations.length, first.suspensions.length], ["suspended", 1, 2]);
    ok(!("returnValue" in first) && !("error" in first));
    equal(first.suspensions.map(({ extensionName, method, args }) => [extensionName, method, args]), [["test", "echo", ["a"]], ["test", "echo", ["b"]]]);
    const [a, b] = first.suspensions;
    const second = await kernel.resume(b.suspensionId, { success: true, value: "B" });
    equal([second.status, second.stateMutations, second.suspensions, second.runId], ["suspended", [], [], first.runId]);
    const third = await kernel.resume(a.suspensionId, { success: true, value: "A" });
    equal([third.status, third.stateMutations.map(({ value }) => value), third.suspensions.length], ["suspended", [2], 1]);
    const last = await kernel.resume(third.suspensions[0].suspensionId, { success: true });
    equal([last.status, last.returnValue], ["success", ["A", "B", null, 2, null]]);
    equal(t.extension.notes, [], "the embedder made the calls");
    equal(kernel.stats().suspendedRuns, 0);
  },

  "execute of a handler that does not suspend is the whole run": async (t) => {
    const kernel = await t.kernel();
    const segment = await kernel.execute("$state.a = 1; return 2", { capabilities: ALL });
    equal([segment.status, segment.returnValue, segment.stateMutations.length], ["success", 2, 1]);
    equal((await kernel.execute("throw 1")).status, "error");
  },

  "a call can be answered with a failure": async (t) => {
    const kernel = await t.kernel();
    const start = async (source) => (await kernel.execute(source, { capabilities: ALL })).suspensions[0].suspensionId;
    const caught = "try { await $ext.test.echo(1) } catch (e) { return [e.message, e.code, e.extension, e.method] }";
    for (const error of ["no", { message: "no" }, { message: "no", code: "E_MINE" }, new Error("no")]) {
      const { returnValue } = await kernel.resume(await start(caught), { success: false, error });
      equal(returnValue, ["no", "EXTENSION_ERROR", "test", "echo"]);
    }
    const { error } = await kernel.resume(await start("\nawait $ext.test.echo(1)"), { success: false, error: "no" });
    equal([error.code, error.message, error.location.line], ["EXTENSION_ERROR", "no", 2]);
  },

  "what changed outside meanwhile is seen after the resume": async (t) => {
    const kernel = await t.kernel();
    const source = "const before = [$state.n, $state.gone]; await $ext.test.echo(1); return [before, $state.n, 'gone' in $state, $state.added, $state.kept]";
    const state = { n: 1, gone: 2, kept: 3 };
    const { suspensions } = await kernel.execute(source, { state, capabilities: ALL });
    const result = await kernel.resume(suspensions[0].suspensionId, { success: true }, { state: { n: 10, gone: undefined, added: { x: 1 } } });
    equal(valueOf(result), [[1, 2], 10, false, { x: 1 }, 3]);
    equal(result.stateMutations, [], "what others changed is no change of this run");
    equal(state, { n: 1, gone: 2, kept: 3 });
  },

  "unknown and answered suspensions are refused": async (t) => {
    const kernel = await t.kernel();
    const yes = { success: true, value: 1 };
    await rejects(kernel.resume("nobody.1", yes), "INVALID_ARGUMENT", /nobody\.1/);
    await rejects(kernel.resume("", yes), "INVALID_ARGUMENT");
    const { suspensions } = await kernel.execute(TWO_CALLS, { capabilities: ALL });
    const [a, b] = suspensions.map(({ suspensionId }) => suspensionId);
    equal((await kernel.resume(a, yes)).status, "suspended");
    await rejects(kernel.resume(a, yes), "INVALID_ARGUMENT", /answered/);
    const [first, second] = await Promise.allSettled([kernel.resume(b, yes), kernel.resume(b, yes)]);
    equal([first.status, second.status, second.reason?.code], ["fulfilled", "rejected", "INVALID_ARGUMENT"]);
    const last = await kernel.resume(first.value.suspensions[0].suspensionId, yes);
    equal(last.status, "success");
    await rejects(kernel.resume(first.value.suspensions[0].suspensionId, yes), "INVALID_ARGUMENT");
  },

  "answers of a run that ended without them are refused": async (t) => {
    const kernel = await t.kernel();
    const { suspensions } = await kernel.execute("return await Promise.race([$ext.test.echo(1), $ext.test.echo(2)])", { capabilities: ALL });
    const [a, b] = suspensions.map(({ suspensionId }) => suspensionId);
    equal((await kernel.resume(b, { success: true, value: "b" })).returnValue, "b");
    await rejects(kernel.resume(a, { success: true }), "INVALID_ARGUMENT");
  },

  "a malformed answer is refused and leaves the call open": async (t) => {
    const kernel = await t.kernel();
    const { suspensions } = await kernel.execute("return await $ext.test.echo(1)", { capabilities: ALL });
    const id = suspensions[0].suspensionId;
    for (const answer of [undefined, null, 1, "x", [], {}, { success: "yes" }, { success: false }, { success: false, error: 5 }, { success: true, valu: 1 }]) {
      await rejects(kernel.resume(id, answer), "INVALID_ARGUMENT");
    }
    await rejects(kernel.resume(5, { success: true }), "INVALID_ARGUMENT");
    await rejects(kernel.resume(id, { success: true, value: new Map() }), "SERIALIZATION_ERROR");
    await rejects(kernel.resume(id, { success: true }, { stat: {} }), "INVALID_ARGUMENT", /stat/);
    await rejects(kernel.resume(id, { success: true }, { state: { f: () => 1 } }), "SERIALIZATION_ERROR");
    await rejects(kernel.resume(id, { success: true }, { signal: 1 }), "INVALID_ARGUMENT", /signal/);
    await rejects(kernel.resume(id, { success: true, value: "x".repeat((1 << 20) + 1) }), "RESOURCE_LIMIT");
    equal((await kernel.resume(id, { success: true, value: "still open" })).returnValue, "still open");
  },

  "answers that come at once take turns": async (t) => {
    const kernel = await t.kernel();
    const source = "const seen = []; await Promise.all([1, 2, 3].map(async (i) => seen.push(await $ext.test.echo(i)))); return seen";
    const { suspensions } = await kernel.execute(source, { capabilities: ALL });
    const order = [2, 0, 1];
    const segments = await Promise.all(order.map((index) => kernel.resume(suspensions[index].suspensionId, { success: true, value: index })));
    equal(segments.map(({ status }) => status), ["suspended", "suspended", "success"]);
    equal(segments[2].returnValue, order);
  },

  "a suspended run that nobody resumes is given up after its time": async (t) => {
    const kernel = await t.kernel();
    const { suspensions } = await kernel.execute("await $ext.test.echo(1)", { capabilities: ALL, limits: { suspensionTimeoutMs: 20 } });
    await until(() => kernel.stats().suspendedRuns === 0);
    await rejects(kernel.resume(suspensions[0].suspensionId, { success: true }), "INVALID_ARGUMENT");
    equal(kernel.stats().activeInstances, 0);
  },

  "onSegment hears each segment as it ends, with what is new in it": async (t) => {
    const segments = [];
    const source = "$emit('a'); await $ext.test.later(1); $emit('b'); await $ext.test.later(2); $emit('c'); return 1";
    const result = await t.run(source, { onSegment: (segment) => segments.push(segment) });
    equal(segments.map(({ status }) => status), ["suspended", "suspended", "success"]);
    equal(segments.map(({ events }) => events.map(({ name }) => name)), [["a"], ["b"], ["c"]]);
    equal(segments.map(({ suspensions }) => suspensions.length), [1, 1, 0]);
    equal(segments.reduce((sum, { metrics }) => sum + metrics.fuelUsed, 0), result.metrics.fuelUsed);
    for (const { runId } of segments) equal(runId, result.runId);
  },

  "an onSegment that throws stops nothing": async (t) => {
    const throwing = () => {
      throw new Error("the listener's own affair");
    };
    equal(await t.value("await $ext.test.echo(1); return 2", { onSegment: throwing }), 2);
  },
};
