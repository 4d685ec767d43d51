// The panels of the Worker, in workerd.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { startWorker } from "./start.mjs";

const NOTES = `<NexusPanel id="notes" title="Notes">
  <Data><State name="notes" type="list"/><State name="mounts" type="number"/></Data>
  <Logic>
    <Extension name="nexus.http"/>
    <Extension name="nexus.storage"/>
    <Tool name="write" capabilities="state:read:*, state:write:*, events:emit:written">
      <Arg name="text" type="string"/>
      <Handler>$state.notes.push($args.text); $emit("written", $args.text); return $state.notes.length;</Handler>
    </Tool>
    <Tool name="odd" capabilities="state:write:*">
      <Handler>const put = (key, value) => { $state[key] = value; };
        for (let i = 0; i &lt; 300; i++) put("key " + i, i);
        for (const key of ["key 7"]) delete $state[key];
        put("long", "x".repeat(900000)); $state.notes = null;</Handler>
    </Tool>
    <Tool name="keep" capabilities="ext:storage"><Arg name="value" type="string"/><Handler>await $ext.storage.put("kept", $args.value);</Handler></Tool>
    <Tool name="kept" capabilities="ext:storage"><Handler>return await $ext.storage.get("kept");</Handler></Tool>
    <Tool name="news" capabilities="ext:http"><Arg name="url" type="string"/><Handler>return (await $ext.http.get($args.url)).data.items.length;</Handler></Tool>
    <Lifecycle on="mount" capabilities="state:read:mounts, state:write:mounts"><Handler>$state.mounts += 1;</Handler></Lifecycle>
  </Logic>
  <View><Text content="{$state.notes.length}"/></View>
</NexusPanel>`;

const asker = (worker, headers = {}) => async (path, body, method = body === undefined ? "GET" : "POST") => {
  const init = body === undefined ? { method, headers } : { method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
  const response = await fetch(worker.url + path, init);
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
};

/** A client of a panel: what it was told, and a way to wait for more. */
async function connect(worker, path, headers = {}) {
  const socket = new WebSocket(worker.url.replace("http", "ws") + path, { headers });
  const told = [];
  const waiting = new Set();
  socket.on("message", (data) => {
    told.push(JSON.parse(data.toString()));
    for (const check of waiting) check();
  });
  const closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
  await new Promise((resolve, reject) => {
    socket.once("open", resolve).once("error", reject);
    socket.once("unexpected-response", (_, response) => reject(Object.assign(new Error("refused"), { status: response.statusCode })));
  });
  const until = (count) =>
    new Promise((resolve) => {
      const check = () => told.length >= count && (waiting.delete(check), resolve(told));
      waiting.add(check);
      check();
    });
  return { told, until, closed, send: (message) => socket.send(JSON.stringify(message)), close: () => socket.close() };
}

describe("without a key, on this machine", () => {
  let worker;
  let ask;
  before(async () => {
    worker = await startWorker();
    ask = asker(worker);
  });
  after(() => worker?.stop());

  test("the panels of the deployment are there from the start", async () => {
    const { status, body } = await ask("/panels");
    assert.equal(status, 200);
    assert.ok(body.panels.some(({ id }) => id === "counter"));
    assert.equal((await ask("/panels/counter/trigger/add", { by: 2 })).body.status, "success");
    assert.equal((await ask("/health")).body.status, "healthy");
    assert.match((await (await fetch(`${worker.url}/metrics`)).text()), /nexus_/);
  });

  test("a panel is made, watched by two, and calls this Worker's endpoints", async () => {
    const made = await ask("/panels", { nxml: NOTES });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const [one, two] = await Promise.all([connect(worker, "/panels/notes/ws"), connect(worker, "/panels/notes/ws")]);
    one.send({ type: "TRIGGER", tool: "write", args: { text: "first" }, requestId: 1 });
    const types = (told) => told.map(({ type }) => type);
    assert.deepEqual(types(await one.until(4)), ["CONNECTED", "PATCH", "EVENT", "RESULT"]);
    assert.deepEqual(types(await two.until(3)), ["CONNECTED", "PATCH", "EVENT"]);
    const seen = two.told.at(-1).version;
    two.close();
    await two.closed;
    await ask("/panels/notes/trigger/write", { text: "second" });
    const again = await connect(worker, `/panels/notes/ws?since=${seen}`);
    assert.deepEqual((await again.until(3)).map(({ type, version, resumed }) => [type, resumed ?? version]), [["CONNECTED", true], ["PATCH", seen + 1], ["EVENT", seen + 2]]);
    assert.equal((await ask("/panels/notes/trigger/news", { url: `${worker.url}/sample/news` })).body.returnValue, 3);
    assert.equal((await ask("/panels/notes", undefined, "DELETE")).status, 204);
    assert.equal(await one.closed, 1000);
    assert.equal(await again.closed, 1000);
  });

  test("asked by another name it serves no panels without a key, and everything else", async () => {
    const asked = (path) =>
      new Promise((resolve, reject) => {
        httpRequest(worker.url + path, { headers: { host: "panels.example" } }, (response) => resolve(response.resume().statusCode)).once("error", reject).end();
      });
    assert.deepEqual([await asked("/panels"), await asked("/panels/counter/state"), await asked("/health"), await asked("/sample/news")], [401, 401, 200, 200]);
  });
});

describe("over restarts", () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "nexus-kernel-worker-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("panels, their states and what they stored are there again; destroyed ones are not", async () => {
    const first = await startWorker({ folder });
    let ask = asker(first);
    await ask("/panels", { nxml: NOTES });
    await ask("/panels", { nxml: NOTES, id: "gone" });
    await ask("/panels", { id: "data", kind: "list", metadata: { by: "me" }, initialState: { n: 1 }, tools: [{ name: "add", handler: "return ++$state.n", capabilities: ["state:read:n", "state:write:n"] }] });
    await ask("/panels/notes/trigger/write", { text: "kept" });
    await ask("/panels/notes/trigger/odd", {});
    await ask("/panels/data/trigger/add", {});
    await ask("/panels/counter/trigger/add", { by: 5 });
    await ask("/panels/notes/trigger/keep", { value: "stored" });
    assert.equal((await ask("/panels/gone", undefined, "DELETE")).status, 204);
    const before = (await ask("/panels/notes/state")).body.state;
    // What changed is written within 250 ms.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await first.stop();

    const second = await startWorker({ folder });
    try {
      ask = asker(second);
      const { body } = await ask("/panels");
      assert.deepEqual(body.panels.map(({ id }) => id).sort(), ["counter", "data", "notes"]);
      const { state } = (await ask("/panels/notes/state")).body;
      assert.deepEqual(state, { ...before, mounts: before.mounts + 1 });
      assert.equal(state.long.length, 900_000);
      assert.equal("key 7" in state, false);
      assert.equal((await ask("/panels/counter/state")).body.state.count, 5);
      const data = (await ask("/panels/data")).body;
      assert.deepEqual([data.kind, data.metadata, data.state], ["list", { by: "me" }, { n: 2 }]);
      assert.equal((await ask("/panels/data/trigger/add", {})).body.returnValue, 3);
      assert.equal((await ask("/panels/notes/trigger/kept", {})).body.returnValue, "stored");
      const client = await connect(second, "/panels/notes/ws?since=1&instance=of-before");
      const [hello] = await client.until(1);
      assert.equal(hello.resumed, false);
      assert.equal(hello.state.mounts, state.mounts);
      client.close();
    } finally {
      await second.stop();
    }
  });
});

describe("with JWT_SECRET", () => {
  const SECRET = "the secret of the Worker's own tests";
  let worker;
  before(async () => {
    worker = await startWorker({ variables: { JWT_SECRET: SECRET, JWT_AUDIENCE: "worker" } });
  });
  after(() => worker?.stop());
  const token = (claims, { secret = SECRET, alg = "HS256" } = {}) => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg })}.${part({ aud: "worker", exp: Math.floor(Date.now() / 1000) + 60, ...claims })}`;
    return `${text}.${alg === "none" ? "" : createHmac("sha256", secret).update(text).digest("base64url")}`;
  };
  const status = async (bearer, path = "/panels") => (await asker(worker, bearer ? { authorization: `Bearer ${bearer}` } : {})(path)).status;

  test("panels are for those with a token; forged ones are refused", async () => {
    const all = { permissions: ["panel:read", "panel:execute"] };
    assert.equal(await status(token(all)), 200);
    for (const bearer of [undefined, "x", token(all, { secret: `${SECRET}!` }), token(all, { alg: "none" }), token({ ...all, aud: "other" }), token({ ...all, exp: 1 })]) {
      assert.equal(await status(bearer), 401);
      const headers = bearer ? { authorization: `Bearer ${bearer}` } : {};
      await assert.rejects(connect(worker, "/panels/counter/ws", headers), { status: 401 });
    }
    assert.equal(await status(token({ permissions: ["panel:read:other"] }), "/panels/counter"), 403);
    const client = await connect(worker, "/panels/counter/ws", { authorization: `Bearer ${token(all)}` });
    assert.equal((await client.until(1))[0].type, "CONNECTED");
    client.close();
  });

  test("what is not of panels needs none", async () => {
    assert.equal(await status(undefined, "/health"), 200);
    assert.equal(await status(undefined, "/sample/news"), 200);
  });
});
