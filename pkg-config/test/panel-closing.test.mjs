// Kernels that are closed, and panels that are destroyed, at any moment.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { randomNumbers } from "../../tests/support/mulberry32.mjs";
import { extension, kernelFor, sleep } from "./harness.mjs";
import { createKernel, executor } from "./package.mjs";
import { assertIdle, lifecycle, nxml, tool, until, watch } from "./panel-harness.mjs";

const LOGIC = tool("walk", `for (let i = 0; i < $args.steps; i++) { $state.count++; $state["own" + $args.n] = i; $emit("step", i); await $ext.test.wait($args.ms) } if ($args.n % 5 === 4) throw new Error("n"); return $state.count`,
  '<Arg name="n" type="number"/><Arg name="steps" type="number"/><Arg name="ms" type="number"/>')
  + tool("spin", "let n = 0; for (let i = 0; i < 30_000; i++) n += i; $state.count++; return n")
  + tool("wide", "$state.count++; await Promise.all([$ext.test.wait(1), $ext.test.wait(3), $ext.test.fail().catch(() => {}), $ext.test.never()])")
  + tool("echo", "$state.echoes++", '<Trigger type="event" pattern="step"/>')
  + tool("tick", "$state.ticks++", '<Trigger type="interval" ms="100"/>');

const methods = {
  wait: (ms) => (ms === 0 ? 0 : sleep(ms)),
  fail: () => { throw new Error("no"); },
  never: () => new Promise(() => {}),
};

/** Starts some of everything; `all` are the promises, each with what it is. */
function startWork(kernel, panels, random) {
  const below = (n) => Math.floor(random() * n);
  const all = [];
  const start = (what, promise) => all.push([what, promise]);
  for (let n = 0; n < 25; n++) {
    const panel = panels[below(panels.length)];
    const kinds = [
      () => start("walk", panel.trigger("walk", { n, steps: below(6), ms: below(6) })),
      () => start("walk", panel.trigger("walk", [n, below(3), 0])),
      () => start("spin", panel.trigger("spin")),
      () => start("wide", panel.trigger("wide")),
      () => start("set", panel.set("text", `set ${n}`)),
      () => start("run", kernel.run("await $ext.test.wait(2); return 1", { capabilities: ["ext:test"] })),
      () => start("create", kernel.panels.create(nxml({ logic: lifecycle("mount", "$state.count = 1; await $ext.test.wait(2); $state.count = 2") }))),
      () => start("check", kernel.panels.check(nxml({ logic: tool("t", "return 1") }))),
    ];
    kinds[below(kinds.length)]();
  }
  return all;
}

/** Outcomes that work may have when it is ended from outside. */
function assertEnded(outcome, what) {
  if (outcome.status === "rejected") {
    const { code, message } = outcome.reason;
    assert.ok(["INVALID_ARGUMENT", "CANCELLED", "PANEL_NOT_FOUND"].includes(code), `${what}: ${code} ${message}`);
  } else if (outcome.value?.status === "error") {
    const { code, message } = outcome.value.error;
    assert.ok(code === "CANCELLED" || (code === "EXECUTION_ERROR" && message.includes("n")), `${what}: ${code} ${message}`);
  }
}

const DATA = '<State name="text"/><State name="echoes" type="number"/><State name="ticks" type="number"/>';

async function settledInTime(all) {
  const outcomes = Promise.allSettled(all.map(([, promise]) => promise));
  const late = sleep(20_000).then(async () => {
    const hung = [];
    for (const [what, promise] of all) if ((await Promise.race([promise.then(() => 1, () => 1), sleep(0)])) !== 1) hung.push(what);
    assert.fail(`never settled: ${hung}`);
  });
  return Promise.race([outcomes, late]);
}

const CLOSINGS = executor === "worker" ? 6 : 25;
test(`a kernel that is closed at any of ${CLOSINGS} moments settles every promise, leaves nothing in use and loses no state that was told of`, async () => {
  for (let seed = 1; seed <= CLOSINGS; seed++) {
    const random = randomNumbers(seed);
    const kernel = await createKernel({ extensions: [extension("test", methods)], pool: { maxInstances: 1 + Math.floor(random() * 4) } });
    const panels = await Promise.all([1, 2].map(() => kernel.panels.create(nxml({ data: DATA, logic: LOGIC + lifecycle("unmount", "$state.text = 'unmounted'; await $ext.test.wait(1); $state.count = -1") }))));
    const watched = panels.map(watch);
    const all = startWork(kernel, panels, random);
    // Anything from before the first of it began to after the last has ended.
    const moment = random();
    if (moment > 0.1) await sleep(moment * 60);
    const closing = kernel.close();
    all.push(["close", closing], ["close again", kernel.close()]);
    const late = panels[0].trigger("spin");
    all.push(["late", late]);
    for (const [i, outcome] of (await settledInTime(all)).entries()) assertEnded(outcome, `seed ${seed}: ${all[i][0]}`);
    await assert.rejects(late, /closed/);
    assert.deepEqual(await closing, [], `seed ${seed}`);
    await assertIdle(kernel);
    for (const [i, panel] of panels.entries()) {
      assert.deepEqual([panel.status, panel.state.text, panel.state.count], ["stopped", "unmounted", -1], `seed ${seed}: unmount ran`);
      watched[i].check();
      assert.deepEqual([panel.info().queuedRuns, panel.info().suspendedRuns], [0, 0]);
    }
    const versions = panels.map(({ version }) => version);
    await sleep(3);
    assert.deepEqual(panels.map(({ version }) => version), versions, `seed ${seed}: nothing changes afterwards`);
  }
});

test("panels that are destroyed at any moment take only their own with them", async () => {
  const kernel = await kernelFor({ extensions: [extension("test", methods)], pool: { maxInstances: 3 } });
  for (let seed = 1; seed <= (executor === "worker" ? 4 : 12); seed++) {
    const random = randomNumbers(1_000 + seed);
    const stays = await kernel.panels.create(nxml({ data: DATA, logic: LOGIC }));
    const goes = await kernel.panels.create(nxml({ data: DATA, logic: LOGIC }));
    const watched = [stays, goes].map(watch);
    const all = startWork(kernel, [goes], random);
    const kept = Array.from({ length: 5 }, (_, n) => stays.trigger("walk", { n: 10 * n, steps: 3, ms: 2 }));
    await sleep(random() * 40);
    all.push(["destroy", goes.destroy()]);
    for (const [i, outcome] of (await settledInTime(all)).entries()) assertEnded(outcome, `seed ${seed}: ${all[i][0]}`);
    const { state, version } = goes;
    for (const { status } of await Promise.all(kept)) assert.equal(status, "success");
    // Each step is told to `echo`, which may still run.
    await until(() => stays.state.echoes === 15);
    assert.equal(stays.state.count, 15);
    assert.deepEqual([goes.state, goes.version], [state, version], `seed ${seed}`);
    watched.forEach((seen) => seen.check());
    for (const panel of kernel.panels.list()) await panel.destroy();
    await assertIdle(kernel);
  }
});

test("a panel that is being destroyed when its kernel closes is unmounted to the end", async () => {
  const kernel = await createKernel({ extensions: [extension("test", methods)] });
  const panel = await kernel.panels.create(nxml({ logic: lifecycle("unmount", "await $ext.test.wait(20); $state.count = 1") }));
  const destroying = panel.destroy();
  await kernel.close();
  assert.equal(panel.state.count, 1);
  assert.equal(await destroying, true);
});

const child = (body) => `
  import { createKernel } from ${JSON.stringify(new URL("package.mjs", import.meta.url).href)};
  import { nxml, tool, lifecycle } from ${JSON.stringify(new URL("panel-harness.mjs", import.meta.url).href)};
  const forever = () => new Promise((resolve) => setTimeout(resolve, 3_600_000).unref());
  const kernel = await createKernel({ extensions: [{ name: "test", methods: ["forever"], call: forever }] });
  const panel = await kernel.panels.create(nxml({ logic: tool("hour", "$state.count++", '<Trigger type="interval" ms="1h"/>') + tool("quick", "$state.count++", '<Trigger type="interval" ms="100"/>')
    + tool("cron", "$state.count++", '<Trigger type="cron" expression="@yearly"/>') + tool("slow", "$state.count++; await $ext.test.forever()") }));
  const run = panel.trigger("slow");
  while (panel.status !== "suspended") await new Promise((resolve) => setTimeout(resolve, 1));
  ${body}
  console.log("over", panel.status, (await run).error?.code);`;
/** Runs it in a process of its own, which has to exit by itself. */
const inProcess = (body) => promisify(execFile)(process.execPath, ["--input-type=module", "--eval", child(body)], { timeout: 30_000, env: { ...process.env, NEXUS_TEST_EXECUTOR: executor } });

test("no timer of a closed kernel keeps a process", async () => {
  const began = Date.now();
  const { stdout } = await inProcess("await kernel.close();");
  assert.equal(stdout, "over stopped CANCELLED\n");
  assert.ok(Date.now() - began < 25_000);
});

test("a kernel and a process outlive their panels, and no timer of a panel that is gone fires there", async () => {
  const { stdout } = await inProcess(`
    await panel.destroy();
    const { version } = panel;
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (panel.version !== version) throw new Error("something fired");
    await kernel.close();`);
  assert.equal(stdout, "over stopped CANCELLED\n");
});
