// `nexus-kernel serve`, in processes of its own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";

const MAIN = fileURLToPath(new URL("../../target/npm/nexus-kernel/dist/cli/main.js", import.meta.url));
const SECRET = "a secret of more than thirty-two bytes";
const COUNTER = `<NexusPanel title="Counter"><Data><State name="count" type="number"/></Data><Logic><Extension name="nexus.http"/>
  <Tool name="add" capabilities="state:read:count, state:write:count"><Trigger type="manual"/><Handler>return ++$state.count</Handler></Tool>
  <Tool name="ask" capabilities="ext:http"><Trigger type="manual"/><Arg name="url" type="string"/><Handler>return (await $ext.http.get($args.url)).status</Handler></Tool></Logic>
  <View><Text content="{$state.count}"/></View></NexusPanel>`;

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "nexus-kernel-serve-"));
  await writeFile(join(folder, "my counter.nxml"), COUNTER);
  await writeFile(join(folder, "named.nxml"), COUNTER.replace("<NexusPanel", '<NexusPanel id="its-own"'));
  await writeFile(join(folder, "wrong.nxml"), '<NexusPanel><Data><State name="a" type="numbr"/></Data></NexusPanel>');
  await writeFile(join(folder, "config.json"), JSON.stringify({ server: { jwtSecret: SECRET, bodyLimit: 100 } }));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Starts the command; `ended` tells its exit code and what it printed. */
function start(args, { env = {}, input = "" } = {}) {
  const child = spawn(process.execPath, [MAIN, "serve", ...args], { cwd: folder, env: { ...process.env, NO_COLOR: "1", LOG_LEVEL: "silent", ...env } });
  child.stdin.end(input);
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) child[stream].setEncoding("utf8").on("data", (text) => (printed[stream] += text));
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, ...printed }));
  after(() => child.kill("SIGKILL"));
  return { child, printed, ended };
}

/** Starts it on a free port, and waits until it listens; what it told is JSON. */
async function listening(args, options) {
  const started = start(["--port", "0", "--json", ...args], options);
  let told;
  while (!told) {
    await Promise.race([once(started.child.stdout, "data"), started.ended.then((end) => assert.fail(JSON.stringify(end)))]);
    try {
      told = JSON.parse(started.printed.stdout);
    } catch {
      // More is to come.
    }
  }
  return { ...started, told };
}

test("it serves panels of files, by the document's id or the file's name, until it is asked to end", async () => {
  const { child, told, ended } = await listening(["my counter.nxml", "named.nxml"]);
  assert.deepEqual(told.panels.map(({ id, title, status, url }) => [id, title, status, url]), [
    ["my-counter", "Counter", "running", `${told.url}/panels/my-counter`],
    ["its-own", "Counter", "running", `${told.url}/panels/its-own`],
  ]);
  const ran = await fetch(`${told.panels[0].url}/trigger/add`, { method: "POST" });
  assert.equal((await ran.json()).returnValue, 1);
  const socket = new WebSocket(`${told.panels[0].url.replace("http", "ws")}/ws`);
  const [hello] = await once(socket, "message");
  assert.equal(JSON.parse(hello).state.count, 1);
  child.kill("SIGTERM");
  assert.equal((await once(socket, "close"))[0], 1001);
  const { code, stderr } = await ended;
  assert.deepEqual([code, stderr], [0, ""]);
  await assert.rejects(fetch(told.url));
});

test("it tells people where it is, and closes on SIGINT", async () => {
  const { child, printed, ended } = start(["--port", "0", "-"], { input: COUNTER });
  while (!printed.stdout.includes("Counter")) await once(child.stdout, "data");
  assert.match(printed.stdout, /^serving http:\/\/127\.0\.0\.1:\d+\n {2}http:\/\/127\.0\.0\.1:\d+\/panels\/panel_[0-9a-f]{8} {2}Counter\n$/);
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  assert.deepEqual([code, stderr], [0, "closing\n"]);
});

test("asked twice it does not wait for what is under way", async () => {
  const { child, told, ended } = await listening(["named.nxml"]);
  const socket = new WebSocket(`${told.panels[0].url.replace("http", "ws")}/ws`);
  await once(socket, "message");
  // One that does not answer the close.
  socket.pause();
  child.kill("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGTERM");
  assert.equal((await ended).code, 143);
  socket.terminate();
});

test("a file, the environment and options make its configuration", async () => {
  const { child, told, ended } = await listening(["--config", "config.json", "named.nxml"], { env: { BODY_LIMIT: "200", HTTP_ALLOWED_DOMAINS: "example.org" } });
  assert.equal((await fetch(told.panels[0].url)).status, 401);
  assert.equal((await fetch(`${told.url}/health`)).status, 200);
  child.kill("SIGTERM");
  await ended;
  const open = await listening(["--config", "config.json", "--no-auth", "--host", "0.0.0.0", "named.nxml"], { env: { BODY_LIMIT: "200" } });
  const asked = (length) => fetch(`${open.told.panels[0].url}/trigger/add`, { method: "POST", headers: { "content-type": "application/json" }, body: `{${" ".repeat(length - 2)}}` });
  assert.deepEqual([(await asked(200)).status, (await asked(201)).status], [200, 413]);
  open.child.kill("SIGTERM");
  await open.ended;
});

test("a document with mistakes is told as check tells it, and nothing is served", async () => {
  const { code, stdout, stderr } = await start(["--port", "0", "wrong.nxml", "named.nxml"]).ended;
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^wrong\.nxml:1:35: error INVALID_TYPE: /m);
  assert.match(stderr, /1 error/);
  const { code: again, stdout: json, stderr: none } = await start(["--json", "wrong.nxml"]).ended;
  assert.deepEqual([again, none], [1, ""]);
  const [{ file, error, diagnostics }] = JSON.parse(json).files;
  assert.deepEqual([file, error.code, diagnostics.filter(({ severity }) => severity === "error").length], ["wrong.nxml", "INVALID_TYPE", 1]);
});

test("what it cannot do it says, and ends with 2", async () => {
  const taken = await listening([]);
  const { port } = new URL(taken.told.url);
  for (const [args, message] of [
    [["--port", "x"], "--port has to be"],
    [["--port", "65536"], "--port has to be"],
    [["--port", port], "another program listens there"],
    [["--host", "0.0.0.0"], "--no-auth"],
    [["--host", "::"], "JWT_SECRET"],
    [["--config", "nowhere.json"], "nowhere.json cannot be read"],
    [["--config", "named.nxml"], "is no JSON"],
    [["nowhere.nxml"], "nowhere.nxml cannot be read"],
    [["--prot", "1"], "--prot"],
  ]) {
    const { code, stdout, stderr } = await start(args).ended;
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.ok(stderr.includes(message), `${args.join(" ")}: ${stderr}`);
  }
  const { code, stderr } = await start(["--host", "0.0.0.0"], { env: { JWT_SECRET: "short" } }).ended;
  assert.equal(code, 2);
  assert.ok(!stderr.includes("short"), stderr);
  taken.child.kill("SIGTERM");
  await taken.ended;
});
