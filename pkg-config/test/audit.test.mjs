import assert from "node:assert/strict";
import { test } from "node:test";
import { extension, kernelFor, nexusError, returned } from "./harness.mjs";
import { verifyAudit } from "./package.mjs";

const brief = ({ action, target, outcome, count }) => [action, target, outcome.status, ...(count ? [count] : [])].join(" ");

async function scene(options) {
  const kernel = await kernelFor({ extensions: [extension("files", { read: async () => "text", fail() { throw new Error("no such file"); } })], ...options });
  kernel.hostFunctions.register({ name: "sum", call: (numbers) => numbers.reduce((a, b) => a + b, 0) });
  return kernel;
}

test("what a handler does, asks for and is refused is recorded", async () => {
  const kernel = await scene();
  const source = `
    $state.n = $state.n + $host.sum(1, 2);
    try { $state.other = 1 } catch {}
    $view.focus("list");
    await $ext.files.read("/etc/passwd");
    $emit("read", { password: "hunter2" });
    try { await $ext.files.fail() } catch {}`;
  const capabilities = ["state:read:n", "state:write:n", "host:sum", "events:emit:*", "view:update:*", "ext:files"];
  const result = await kernel.run(source, { state: { n: 1 }, capabilities });
  returned(result);
  const entries = kernel.audit.entries();
  assert.deepEqual(entries.map(brief), [
    "hostCall sum allowed",
    "stateRead state.get allowed 1",
    "stateWrite n allowed",
    "viewUpdate list allowed",
    "extensionRequest files.read allowed",
    "stateWrite other denied",
    "extensionCall files.read allowed",
    "eventEmit read allowed",
    "extensionRequest files.fail allowed",
    "extensionCall files.fail error",
  ]);
  assert.ok(entries.every((entry, index) => entry.run === result.runId && entry.sequence === index + 1));
  assert.equal(entries[5].outcome.reason, "state.set needs state:write:other");
  assert.deepEqual(entries[9].outcome, { status: "error", code: "EXTENSION_ERROR", message: "no such file" });
  assert.equal(typeof entries[6].durationMs, "number");
  const text = kernel.audit.export();
  for (const secret of ["hunter2", "passwd"]) assert.ok(!text.includes(secret), secret);
});

test("what a panel does and refuses is recorded, with whose doing it is", async () => {
  const kernel = await scene();
  const nxml = `<NexusPanel id="p">
    <Data><State name="n" type="number"/></Data>
    <Logic>
      <Tool name="add" capabilities="state:write:n, events:emit:*"><Handler>$state.n = 1; $emit("more")</Handler></Tool>
      <Tool name="fail" capabilities="state:write:n"><Handler>$state.n = 2; throw new Error("no")</Handler></Tool>
      <Tool name="react" capabilities=""><Trigger type="event" pattern="more"/><Handler>return 1</Handler></Tool>
    </Logic></NexusPanel>`;
  const panel = await kernel.panels.create(nxml);
  await assert.rejects(kernel.panels.create(nxml, { id: "p" }), nexusError("PANEL_EXISTS"));
  await panel.trigger("add", undefined, { actor: "ann" });
  await panel.trigger("fail");
  await assert.rejects(panel.trigger("sub"), nexusError("TOOL_NOT_FOUND"));
  await panel.set("n", 3);
  await panel.destroy();
  const entries = kernel.audit.entries();
  const told = (ofTrigger) => entries.filter((entry) => (entry.actor === "trigger:event") === ofTrigger)
    .map((entry) => `${brief(entry)} (${entry.actor ?? ""} ${entry.handler ?? ""})`);
  // When the trigger's run has its turn is its own affair.
  assert.deepEqual(told(true), ["triggerFired react allowed (trigger:event )", "panelRun react allowed (trigger:event react)"]);
  assert.deepEqual(told(false), [
    "panelCreate p allowed ( )",
    "panelCreate p error ( )",
    "panelTrigger add allowed (ann )",
    "stateWrite n allowed (ann add)",
    "eventEmit more allowed (ann add)",
    "panelRun add allowed (ann add)",
    "panelTrigger fail allowed ( )",
    "panelRun fail error ( fail)",
    "panelTrigger sub error ( )",
    "stateWrite n allowed ( )",
    "panelDestroy p allowed ( )",
  ]);
  assert.ok(entries.every((entry) => entry.panel === "p"));
});

test("calls of extensions that the embedder makes are recorded too", async () => {
  const kernel = await scene();
  await kernel.extensions.call("files", "read", ["/etc/passwd"]);
  await assert.rejects(kernel.extensions.call("files", "fail"));
  assert.deepEqual(kernel.audit.entries().map(brief), ["extensionCall files.read allowed", "extensionCall files.fail error"]);
});

test("an entry is JSON that JSON.stringify spells as the export does", async () => {
  const kernel = await scene({ clock: { now: () => 1_700_000_000_000.9 } });
  const told = [];
  kernel.audit.subscribe((entry) => told.push(entry));
  await kernel.run('$emit("\\u2028 \\"é\\" \\u0001\\n" + "x".repeat(500), 1)', { capabilities: ["events:emit:*"] });
  await kernel.run("$state.n", {});
  const lines = kernel.audit.entries().map((entry) => JSON.stringify(entry));
  assert.equal(kernel.audit.export(), lines.map((line) => `${line}\n`).join(""));
  assert.deepEqual(told, kernel.audit.entries());
  assert.equal(told[0].time, 1_700_000_000_000);
});

test("an export is checked, and what was done to it is found", async () => {
  const kernel = await scene();
  for (let n = 0; n < 5; n++) await kernel.run(`$emit("event ${n}")`, { capabilities: ["events:emit:*"] });
  const text = kernel.audit.export();
  const { lastHash } = kernel.audit.stats();
  assert.deepEqual(verifyAudit(text), {
    valid: true,
    entries: 5,
    firstSequence: 1,
    lastSequence: 5,
    previousHash: "0".repeat(64),
    lastHash,
  });
  const lines = text.trim().split("\n");
  const problem = (edited) => {
    const { valid, entries, firstProblem } = verifyAudit(edited.join("\n"));
    assert.equal(valid, false);
    assert.ok(firstProblem.reason.length > 10);
    return [firstProblem.kind, firstProblem.line, firstProblem.sequence, entries];
  };
  assert.deepEqual(problem(lines.with(2, lines[2].replace("event 2", "event 9"))), ["changed", 3, 3, 2]);
  assert.deepEqual(problem(lines.toSpliced(2, 1)), ["missing", 3, 4, 2]);
  assert.deepEqual(problem(lines.toSpliced(2, 2, lines[3], lines[2])), ["reordered", 3, 4, 2]);
  assert.deepEqual(problem(lines.toSpliced(3, 0, lines[2])), ["duplicated", 4, 3, 3]);
  assert.deepEqual(problem(lines.with(2, lines[2].slice(0, 30))), ["unreadable", 3, undefined, 2]);
  // Only the last hash tells of what is missing at the end.
  assert.notEqual(verifyAudit(lines.slice(0, 4).join("\n")).lastHash, lastHash);
  assert.throws(() => verifyAudit(undefined), nexusError("INVALID_ARGUMENT", "string"));
});

test("the ring keeps the newest, and the chain goes on", async () => {
  const kernel = await scene({ audit: { capacity: 2 } });
  for (let n = 0; n < 5; n++) await kernel.run(`$emit("${n}")`, { capabilities: ["events:emit:*"] });
  assert.deepEqual(kernel.audit.entries().map(({ target }) => target), ["3", "4"]);
  assert.deepEqual(kernel.audit.entries({ since: 4 }).map(({ target }) => target), ["4"]);
  assert.deepEqual(kernel.audit.entries({ limit: 1 }).map(({ target }) => target), ["3"]);
  const { valid, firstSequence } = verifyAudit(kernel.audit.export());
  assert.deepEqual([valid, firstSequence], [true, 4]);
  const { capacity, entries, total, denied, errors } = kernel.audit.stats();
  assert.deepEqual([capacity, entries, total, denied, errors], [2, 2, 5, 0, 0]);
});

test("nothing is recorded where it is switched off", async () => {
  for (const audit of [false, { capacity: 0 }]) {
    const kernel = await scene({ audit });
    const unsubscribe = kernel.audit.subscribe(() => assert.fail("there is nothing to tell"));
    await kernel.run('$emit("e"); $state.n', { capabilities: ["events:emit:*"] });
    assert.deepEqual([kernel.audit.entries(), kernel.audit.export(), kernel.audit.stats().total], [[], "", 0]);
    unsubscribe();
  }
});

test("a listener that throws disturbs nobody, and one that unsubscribed hears no more", async () => {
  const told = [];
  const records = [];
  const kernel = await scene({ logger: { level: "error", write: (line, record) => records.push(record) } });
  const heard = [];
  kernel.audit.subscribe(() => { throw new Error("not me"); });
  const unsubscribe = kernel.audit.subscribe(({ target }) => heard.push(target));
  kernel.audit.subscribe(({ target }) => told.push(target));
  returned(await kernel.run('$emit("a")', { capabilities: ["events:emit:*"] }));
  unsubscribe();
  unsubscribe();
  returned(await kernel.run('$emit("b")', { capabilities: ["events:emit:*"] }));
  assert.deepEqual([heard, told], [["a"], ["a", "b"]]);
  assert.deepEqual(records.map(({ level, message, fields }) => [level, message, fields.error]), Array(2).fill(["error", "a listener of the audit log threw", "not me"]));
});

test("what is no option, listener or number is refused", async () => {
  for (const audit of [true, 5, { capacity: -1 }, { capacity: 1.5 }, { size: 1 }, null]) {
    await assert.rejects(kernelFor({ audit }), nexusError("INVALID_ARGUMENT", "audit"));
  }
  const kernel = await scene();
  assert.throws(() => kernel.audit.subscribe("f"), nexusError("INVALID_ARGUMENT", "function"));
  for (const options of [{ since: -1 }, { since: NaN }, { limit: "1" }, { from: 1 }]) {
    assert.throws(() => kernel.audit.entries(options), nexusError("INVALID_ARGUMENT"));
  }
});
