// Suspended runs as bytes: parked by the embedder, and by the pool when instances run short.

import { equal, fail, ok, print, rejects } from "../assert.mjs";
import { ALL, until, valueOf } from "../trial.mjs";
import { variedRuns } from "../varied-runs.mjs";

const KEY = "a key of thirty-two random bytes";

/** Everything that has to be there again afterwards: closures, private fields, iterators under way, other pending calls. */
const EVERYTHING = `
  class Counter { #n = $args.start; next() { return ++this.#n; } }
  const counter = new Counter(), map = new Map([[counter, "it"]]);
  function* numbers() { for (let i = 0; ; i++) yield i; }
  const iterator = numbers();
  iterator.next();
  $state.list.push(iterator.next().value);
  $log("before");
  const other = $ext.test.echo("other");
  const first = await $ext.test.echo("first");
  $emit("went on", first);
  $state.list.push(iterator.next().value);
  try {
    await $ext.test.echo("second");
  } catch (error) {
    $log.warn(error.message);
  }
  return [first, await other, counter.next(), map.get(counter), [...$state.list], Math.random(), $time.now(), /a(?<b>.)/.exec("xay").groups.b];`;

const OPTIONS = { state: { list: [0] }, args: { start: 5 }, capabilities: ALL };

/** A kernel that parks under a key. */
function keyed(t, options) {
  return t.open({ parkingKey: KEY, clock: { now: () => 1_700_000_000_000 }, extensions: [t.extension], ...options });
}

/**
 * Answers the calls of a run in the same order each time. `between` may move the run to another kernel before each answer.
 * @returns what it returned, and what each segment did
 */
async function finish(kernel, segment, between = async (...same) => same) {
  const told = [];
  let { runId, suspensions: open } = segment;
  const note = ({ events, stateMutations, logs }) => told.push(print([events, stateMutations, logs]));
  note(segment);
  while (open.length > 0) {
    [kernel, runId, open] = await between(kernel, runId, open);
    const call = open.find(({ args }) => args[0] !== "other") ?? open[0];
    const answer = call.args[0] === "second" ? { success: false, error: "no" } : { success: true, value: call.args[0] };
    segment = await kernel.resume(call.suspensionId, answer);
    note(segment);
    open = [...open.filter((other) => other !== call), ...segment.suspensions];
  }
  return [valueOf(segment).map((value) => (value > 0 && value < 1 ? "chance" : value)), told];
}

export default {
  "a run that was parked goes on as if nothing had been": async (t) => {
    const kernel = await keyed(t);
    const usual = await finish(kernel, await kernel.execute(EVERYTHING, OPTIONS));
    equal(usual[0].slice(0, 5), ["first", "other", 6, "it", [0, 1, 2]]);
    const other = await keyed(t);
    const parked = await finish(kernel, await kernel.execute(EVERYTHING, OPTIONS), async (kernel, runId, suspensions) => {
      const unparked = await other.unpark(await kernel.park(runId));
      ok(unparked.runId !== runId);
      equal(unparked.suspensions.length, suspensions.length);
      return [other, unparked.runId, unparked.suspensions];
    });
    equal(parked, usual);
  },

  "each unpark of the same bytes is a run of its own": async (t) => {
    const kernel = await keyed(t);
    const source = "const answer = await $ext.test.echo(1).catch((error) => error.message); $state.answer = answer; return [answer, $state.n++]";
    const { runId } = await kernel.execute(source, { state: { n: 1 }, capabilities: ALL });
    const bytes = await kernel.park(runId);
    const forks = [await kernel.unpark(bytes), await kernel.unpark(bytes.slice()), await kernel.unpark(bytes.slice().buffer)];
    equal(new Set([runId, ...forks.map((fork) => fork.runId)]).size, 4);
    const answers = [{ success: true, value: "a" }, { success: false, error: "b" }, { success: true, value: { c: [1] } }];
    const results = [];
    for (const index of [2, 0, 1]) results[index] = await kernel.resume(forks[index].suspensions[0].suspensionId, answers[index]);
    equal(results.map((result) => result.returnValue), [["a", 1], ["b", 1], [{ c: [1] }, 1]]);
    equal(results.map((result) => result.runId), forks.map((fork) => fork.runId));
    equal(results.map(({ stateMutations }) => stateMutations.map(({ key }) => key)), [["answer", "n"], ["answer", "n"], ["answer", "n"]]);
    equal(kernel.stats().suspendedRuns, 0);
  },

  "a parked run is gone from its kernel": async (t) => {
    const kernel = await keyed(t);
    const { runId, suspensions: [call] } = await kernel.execute("return await $ext.test.echo(1)", { capabilities: ALL });
    equal(kernel.stats().activeInstances, 1);
    await kernel.park(runId);
    equal([kernel.stats().suspendedRuns, kernel.stats().activeInstances], [0, 0]);
    await rejects(kernel.resume(call.suspensionId, { success: true }), "INVALID_ARGUMENT", /unknown/);
    await rejects(kernel.park(runId), "INVALID_ARGUMENT", /run_/);
    await rejects(kernel.park("run_x"), "INVALID_ARGUMENT", /run_x/);
    await rejects(kernel.park(7), "INVALID_ARGUMENT", /string/);
    const done = await kernel.execute("return 1");
    await rejects(kernel.park(done.runId), "INVALID_ARGUMENT");
  },

  "bytes that were changed, cut off or made up are refused": async (t) => {
    const kernel = await keyed(t);
    const bytes = await kernel.park((await kernel.execute("return await $ext.test.echo(1)", { capabilities: ALL })).runId);
    for (let index = 0; index < bytes.length; index += Math.ceil(bytes.length / 40)) {
      const changed = bytes.slice();
      changed[index] ^= 1;
      await rejects(kernel.unpark(changed), "INVALID_ARGUMENT");
      await rejects(kernel.unpark(bytes.slice(0, index)), "INVALID_ARGUMENT");
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    await rejects(kernel.unpark(longer), "INVALID_ARGUMENT", /changed/);
    for (const none of [undefined, null, "bytes", [1, 2], {}, 7]) await rejects(kernel.unpark(none), "INVALID_ARGUMENT", /Uint8Array/);
    await rejects(kernel.unpark(new Uint8Array()), "INVALID_ARGUMENT", /no parked run/);
    await rejects(kernel.unpark(crypto.getRandomValues(new Uint8Array(5_000))), "INVALID_ARGUMENT", /no parked run/);
    equal([kernel.stats().suspendedRuns, kernel.stats().parkedRuns], [0, 0]);
    equal((await kernel.unpark(bytes)).suspensions.length, 1, "the bytes themselves are good");
  },

  "another key, none, or another label opens nothing": async (t) => {
    const source = "return await $ext.test.echo(1)";
    const kernels = { mine: await keyed(t), other: await keyed(t, { parkingKey: new Uint8Array(32).fill(1) }), none: await keyed(t, { parkingKey: undefined }) };
    const parked = {};
    for (const [name, kernel] of Object.entries(kernels)) parked[name] = await kernel.park((await kernel.execute(source, { capabilities: ALL })).runId, { label: "7" });
    for (const [name, bytes] of Object.entries(parked)) {
      for (const [opener, kernel] of Object.entries(kernels)) {
        if (name === opener) continue;
        await rejects(kernel.unpark(bytes, { label: "7" }), "INVALID_ARGUMENT", /key/);
      }
      for (const label of [undefined, "", "8"]) await rejects(kernels[name].unpark(bytes, { label }), "INVALID_ARGUMENT", /label/);
      equal((await kernels[name].unpark(bytes, { label: "7" })).suspensions.length, 1);
    }
    await rejects(kernels.mine.unpark(parked.mine, { label: 7 }), "INVALID_ARGUMENT", /label/);
    const again = await keyed(t, { parkingKey: new TextEncoder().encode(KEY).buffer });
    equal((await again.unpark(parked.mine, { label: "7" })).suspensions.length, 1, "the same key, given otherwise");
  },

  "what a run may do and has used up goes with it": async (t) => {
    const kernel = await keyed(t);
    const limits = { maxEvents: 3, maxHostCalls: 50, fuel: 3_000_000 };
    const suspend = async (source) => {
      const segment = await kernel.execute(source, { state: {}, capabilities: ["ext:test.echo", "events:emit:e", "state:write:a"], limits });
      if (segment.status !== "suspended") throw new Error(print(segment.error));
      return (await kernel.unpark(await kernel.park(segment.runId))).suspensions[0].suspensionId;
    };
    const error = async (source) => (await kernel.resume(await suspend(source), { success: true })).error;
    equal((await error("$emit('e'); $emit('e'); await $ext.test.echo(1); $emit('e'); $emit('e')")).context, { resource: "events", limit: 3, used: 4 });
    equal((await error("await $ext.test.echo(1); $state.b = 1")).code, "PERMISSION_DENIED");
    equal((await error("await $ext.test.echo(1); await $ext.test.later(1)")).code, "PERMISSION_DENIED");
    equal((await error("for (let i = 0; i < 30; i++) $emit.length, $state.a = i; await $ext.test.echo(1); for (let i = 0; i < 30; i++) $state.a = i")).context.resource, "hostCalls");
    const stop = await error("for (let i = 0; i < 5000; i++); await $ext.test.echo(1);\nfor (;;);");
    equal([stop.code, stop.location.line, stop.context.limit], ["TIMEOUT", 2, 3_000_000]);
  },

  "an unparked run sees what changed meanwhile, and can be given up": async (t) => {
    const kernel = await keyed(t);
    const { runId } = await kernel.execute("await $ext.test.echo(1); return [$state.a, $state.b]", { state: { a: 1 }, capabilities: ALL });
    const bytes = await kernel.park(runId);
    const { suspensions: [call] } = await kernel.unpark(bytes);
    equal((await kernel.resume(call.suspensionId, { success: true }, { state: { a: 2, b: 3 } })).returnValue, [2, 3]);
    const controller = new AbortController();
    const given = await kernel.unpark(bytes, { signal: controller.signal });
    controller.abort();
    const { error } = await kernel.resume(given.suspensions[0].suspensionId, { success: true });
    equal(error.code, "CANCELLED");
    await rejects(kernel.unpark(bytes, { signal: AbortSignal.abort() }), "CANCELLED");
    await until(() => kernel.stats().suspendedRuns === 0);
  },

  "host functions of the new kernel serve an unparked run": async (t) => {
    const kernels = [await keyed(t), await keyed(t)];
    kernels.forEach((kernel, index) => kernel.hostFunctions.register({ name: "which", call: () => index }));
    const { runId } = await kernels[0].execute("const before = $host.which(); await $ext.test.echo(1); return [before, $host.which()]", { capabilities: ALL });
    const { suspensions: [call] } = await kernels[1].unpark(await kernels[0].park(runId));
    equal(valueOf(await kernels[1].resume(call.suspensionId, { success: true })), [0, 1]);
  },

  "a run in the middle of being resumed cannot be parked, and an answer after the park finds nothing": async (t) => {
    const kernel = await keyed(t);
    const source = "return await Promise.all([$ext.test.echo(1), $ext.test.echo(2)])";
    const { runId, suspensions: [one, two] } = await kernel.execute(source, { capabilities: ALL });
    const resumed = kernel.resume(one.suspensionId, { success: true, value: 1 });
    await rejects(kernel.park(runId), "INVALID_ARGUMENT", /being resumed/);
    equal((await resumed).status, "suspended");
    const parking = kernel.park(runId);
    await rejects(kernel.resume(two.suspensionId, { success: true }), "INVALID_ARGUMENT", /unknown/);
    const { suspensions } = await kernel.unpark(await parking);
    equal(suspensions.map((call) => call.args), [[2]]);
    equal(valueOf(await kernel.resume(suspensions[0].suspensionId, { success: true, value: 2 })), [1, 2]);
  },

  "runs in flight are not bound by the number of instances": async (t) => {
    const open = [];
    const extension = { name: "test", methods: ["wait"], call: (method, [n]) => new Promise((resolve) => open.push(() => resolve(n * 2))) };
    const kernel = await t.open({ extensions: [extension], pool: { maxInstances: 2 } });
    const source = "const local = Array.from({ length: 20 }, (_, i) => ({ i, n: $args.n })); $state.n = $args.n; const twice = await $ext.test.wait($args.n); return [local.at(-1).n, twice, $state.n, local.length]";
    const runs = Array.from({ length: 60 }, (_, n) => kernel.run(source, { args: { n }, state: {}, capabilities: ALL }));
    await until(() => open.length === 60);
    const { suspendedRuns, parkedRuns, parkedBytes, activeInstances } = kernel.stats();
    equal([suspendedRuns, activeInstances, parkedRuns], [60, 2, 58]);
    ok(parkedBytes > 0 && parkedBytes < 2_000_000, `${parkedBytes} bytes`);
    open.toReversed().forEach((answer) => answer());
    equal((await Promise.all(runs)).map(valueOf), Array.from({ length: 60 }, (_, n) => [n, n * 2, n, 20]));
    const after = kernel.stats();
    equal([after.suspendedRuns, after.parkedRuns, after.parkedBytes, after.activeInstances], [0, 0, 0, 0]);
  },

  "a run that the pool has parked is the same run, to the unit of fuel": async (t) => {
    const runs = variedRuns(60);
    const crowded = await t.open({ extensions: [t.extension], pool: { maxInstances: 1 } });
    const alone = await t.open();
    crowded.hostFunctions.register({ name: "echo", call: ([value]) => value ?? null });
    let parked = 0;
    const onSegment = () => (parked = Math.max(parked, crowded.stats().parkedRuns));
    const results = await Promise.all(runs.map(({ source, options }) => crowded.run(source, { capabilities: ALL, ...options, onSegment })));
    ok(parked > 0, "none was parked");
    for (const [index, { record }] of results.entries()) {
      const replayed = await alone.replay(record);
      if (replayed.status !== "same") fail(`${runs[index].name}: ${print(replayed.divergence)}`);
    }
  },

  "the budget of parked runs is kept: beyond it runs wait, and none is lost": async (t) => {
    const kernel = await t.open({ extensions: [t.extension], pool: { maxInstances: 1, maxParkedBytes: 12_000 } });
    const source = "const kept = $args; return [await $ext.test.echo(1), kept]";
    const held = [];
    for (let n = 0; n < 2; n++) held.push(await kernel.execute(source, { args: n, capabilities: ALL }));
    equal(kernel.stats().parkedRuns, 1);
    ok(kernel.stats().parkedBytes <= 12_000);
    const text = "x".repeat(30_000);
    const noise = "let s = ''; for (let i = 0; i < 2500; i++) s += String.fromCharCode(65 + Math.random() * 5000); const kept = s; await $ext.test.echo(1); return kept.length";
    held.push(await kernel.execute(noise, { args: text, capabilities: ALL }));
    const waiting = kernel.run("return 'waited'");
    ok(kernel.stats().parkedBytes <= 12_000);
    const results = [];
    for (const { suspensions: [call] } of held.toReversed()) results.unshift(await kernel.resume(call.suspensionId, { success: true, value: "a" }));
    equal(results.map(valueOf), [["a", 0], ["a", 1], 2500]);
    equal(valueOf(await waiting), "waited");
  },

  "closing forgets parked runs": async (t) => {
    const kernel = await t.open({ extensions: [t.extension], pool: { maxInstances: 1 } });
    const runs = [1, 2, 3].map((n) => kernel.run("await $ext.test.hold($args)", { args: n, capabilities: ALL }));
    await until(() => kernel.stats().parkedRuns === 2);
    const { suspensions: [call], runId } = await kernel.execute("await $ext.test.echo(1)", { capabilities: ALL });
    const bytes = await kernel.park(runId);
    await kernel.close();
    equal((await Promise.all(runs)).map((result) => result.error.code), ["CANCELLED", "CANCELLED", "CANCELLED"]);
    const { parkedRuns, parkedBytes, totalMemoryBytes } = kernel.stats();
    equal([parkedRuns, parkedBytes, totalMemoryBytes], [0, 0, 0]);
    await rejects(kernel.resume(call.suspensionId, { success: true }), "INVALID_ARGUMENT", /closed/);
    await rejects(kernel.park(runId), "INVALID_ARGUMENT", /closed/);
    await rejects(kernel.unpark(bytes), "INVALID_ARGUMENT", /closed/);
  },
};
