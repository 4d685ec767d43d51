import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { extension, kernelFor, nexusError } from "./harness.mjs";

/** A kernel that logs, and what it logged. */
async function logging(logger, options = {}) {
  const lines = [];
  const records = [];
  const write = (line, record) => void (lines.push(line), records.push(record));
  const kernel = await kernelFor({ logger: { write, ...logger }, ...options });
  return { kernel, lines, records };
}

test("handlers' lines and what became of runs are records with panel, handler and run where there are any", async () => {
  const failing = extension("files", { fail() { throw new Error("no such file"); } });
  const { kernel, lines, records } = await logging({ level: "debug" }, { extensions: [failing] });
  const result = await kernel.run(
    '$log.debug("one"); $log("two"); try { $state.x } catch {} try { await $ext.files.fail() } catch {}\nthrow new Error("three")',
    { capabilities: ["ext:files"] },
  );
  assert.equal(result.status, "error");
  assert.deepEqual(records.map(({ level, message, run }) => [level, message, run]), [
    ["debug", "one", result.runId],
    ["info", "two", result.runId],
    ["warn", "refused: state.get needs state:read:x", result.runId],
    ["debug", "the run waits for answers", result.runId],
    ["warn", "the call of files.fail failed: no such file", result.runId],
    ["warn", records[5].message, result.runId],
  ]);
  assert.ok(records[5].message.startsWith("the run failed: ") && records[5].message.includes("three"));
  assert.deepEqual(records[0].fields, { source: "handler" });
  assert.deepEqual(records[2].fields, { capability: "state:read:x", count: 1 });
  assert.equal(records[4].fields.code, "EXTENSION_ERROR");
  assert.equal(records[5].fields.code, "EXECUTION_ERROR");
  assert.equal(records[5].fields.line, 2);
  assert.deepEqual(lines.map((line) => JSON.parse(line)), records);
  assert.ok(records.every(({ time }) => new Date(time).toISOString() === time));
});

test("a level leaves out what matters less, and silent everything", async () => {
  const levels = {};
  for (const level of ["debug", "info", "warn", "error", "silent", undefined]) {
    const { kernel, records } = await logging({ level });
    await kernel.run('$log.debug(); $log.info(); $log.warn(); $log.error(); throw 1');
    levels[level] = records.filter(({ fields }) => fields.source).map((record) => record.level);
  }
  const all = ["debug", "info", "warn", "error"];
  assert.deepEqual(levels, { debug: all, info: all.slice(1), warn: all.slice(2), error: all.slice(3), silent: [], undefined: [] });
});

test("a line for people is one line whatever a handler writes", async () => {
  const { kernel, lines } = await logging({ level: "warn", pretty: true }, { clock: { now: () => 0 } });
  const { runId } = await kernel.run('$log.warn("a\\nb\\u001b[2J")');
  assert.deepEqual(lines, [`1970-01-01T00:00:00.000Z WARN  [${runId}] a\\nb\\u{1b}[2J source=handler`]);
  const coloured = await logging({ level: "warn", pretty: true, color: true });
  await coloured.kernel.run('$log.warn("a")');
  assert.ok(coloured.lines[0].includes("\u001b[33mWARN"));
});

test("a limit that was hit is a warning with its code", async () => {
  const { kernel, records } = await logging({ level: "warn" });
  await kernel.run("while (true);", { limits: { fuel: 100_000 } });
  assert.deepEqual(records.map(({ level, fields }) => [level, fields.code]), [["warn", "TIMEOUT"]]);
});

test("what goes wrong with the embedder's own functions goes to the log where there is one", async () => {
  const { kernel, records } = await logging({ level: "error" });
  await kernel.run("return 1", { onSegment() { throw new Error("mine"); } });
  assert.deepEqual(records.map(({ level, message, fields }) => [level, message, fields.error]), [["error", "onSegment threw", "mine"]]);
});

/** What a program writes on its error output. */
function errorOutput(options) {
  const program = `
    import { createKernel } from ${JSON.stringify(new URL("./package.mjs", import.meta.url).href)};
    console.error = (...values) => process.stdout.write("error " + values.join(" ") + "\\n");
    console.info = (...values) => process.stdout.write("info " + values.join(" ") + "\\n");
    const kernel = await createKernel(${options});
    await kernel.run('$log("hello"); return 1', { onSegment() { throw new Error("mine"); } });
    await kernel.close();`;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
}

test("unless asked the kernel says nothing but what goes wrong with the embedder's own functions", () => {
  assert.equal(errorOutput("{}"), "error nexus-kernel: onSegment threw Error: mine\n");
  assert.equal(errorOutput('{ logger: { level: "silent" } }'), "");
  assert.match(errorOutput('{ logger: { level: "info", pretty: true } }'), /^info .* INFO  \[run_\w+\] hello source=handler\nerror .* ERROR onSegment threw error=mine\ninfo .* the kernel closes\n$/);
});

test("a writer that throws stops nothing", () => {
  assert.match(errorOutput('{ logger: { level: "info", write() { throw new Error("full") } } }'), /^(?:error nexus-kernel: logger.write threw Error: full\n){3}$/);
});

test("what is no option or level is refused", async () => {
  for (const logger of [true, { level: "loud" }, { level: null }, { pretty: 1 }, { color: "red" }, { write: {} }, { leve: "info" }]) {
    await assert.rejects(kernelFor({ logger }), nexusError("INVALID_ARGUMENT", "logger"));
  }
});
