// The client of a panel, in Node: over real sockets that are cut, refused and closed. Where panels are shown see places.test.mjs.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { afterEach, test } from "node:test";
import { startSocketServer } from "./socket-server.mjs";
import { WebSocket } from "ws";

// Node 20 has none of its own; the client uses what a page has.
globalThis.WebSocket ??= WebSocket;
const { connectPanel } = await import("../node_modules/nexus-kernel/dist/client/connect.js");

const NXML = `<NexusPanel title="Counter" id="counter"><Data><State name="n" type="number"/><State name="t"/><Computed name="double" value="$state.n * 2"/></Data>
  <Logic><Extension name="gate"/>
    <Tool name="add" capabilities="state:read:n, state:write:n, events:emit:added"><Arg name="by" type="number" default="1"/><Handler>$state.n += $args.by; $emit("added", $state.n); return $state.n;</Handler></Tool>
    <Tool name="slow" capabilities="ext:gate, state:read:n, state:write:n"><Handler>await $ext.gate.wait(1); await $ext.gate.wait(2); $state.n++; return "slow";</Handler></Tool>
    <Tool name="scope"><Handler>return $scope;</Handler></Tool></Logic>
  <View><Layout><Text content="n is {$state.n}"/><Input bind="$state.t"/></Layout></View></NexusPanel>`;

const stops = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

let open;
async function serve(options = {}) {
  open = new Map();
  const gate = { name: "gate", methods: ["wait"], call: (_method, [number]) => new Promise((resolve) => open.set(number, resolve)) };
  const server = await startSocketServer({ extensions: [gate], ...options });
  stops.push(() => server.stop());
  const panel = await server.kernel.panels.create(NXML);
  return { server, panel, url: `${server.url}/panels/counter` };
}

function connect(target, options) {
  const connection = connectPanel(target, options);
  const heard = [];
  for (const name of ["status", "connected", "patch", "event", "view", "result", "error"]) connection.on(name, (event) => heard.push([name, event]));
  stops.push(() => connection.close());
  return { connection, heard, of: (name) => heard.filter(([kind]) => kind === name).map(([, event]) => event) };
}

async function until(holds) {
  const end = performance.now() + 15_000;
  while (!(await holds())) {
    assert.ok(performance.now() < end, `never: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const connected = ({ connection }) => until(() => connection.status === "connected");

test("calls that are made at once wait for the connection", async () => {
  const { url } = await serve();
  const { connection } = connect(url);
  assert.equal(connection.status, "connecting");
  const result = await connection.trigger("add", { by: 3 });
  assert.deepEqual([result.status, result.returnValue, connection.title, connection.panelId], ["success", 3, "Counter", "counter"]);
});

test("state and computed values are mirrored, and each version is told once", async () => {
  const { url, panel } = await serve();
  const client = connect(url);
  await connected(client);
  for (let time = 0; time < 5; time++) await panel.trigger("add");
  await until(() => client.connection.version === panel.version);
  assert.deepEqual([client.connection.state, client.connection.computed], [panel.state, panel.computed]);
  assert.deepEqual(client.of("event").map(({ name, payload }) => [name, payload]), [1, 2, 3, 4, 5].map((n) => ["added", n]));
  const versions = client.heard.filter(([name]) => name === "patch" || name === "event").map(([, { version }]) => version);
  assert.deepEqual(versions, Array.from({ length: 10 }, (_none, index) => index + 1));
});

test("a call keeps its answer through two suspensions, and is told of both", async () => {
  const { url } = await serve();
  const { connection } = connect(url);
  const told = [];
  const slow = connection.trigger("slow", undefined, { onProgress: ({ suspensions }) => told.push(suspensions.map(({ extensionName, method }) => `${extensionName}.${method}`)) });
  await until(() => open.has(1));
  const quick = await connection.trigger("add");
  assert.equal(quick.returnValue, 1);
  open.get(1)();
  await until(() => open.has(2));
  open.get(2)();
  assert.equal((await slow).returnValue, "slow");
  assert.deepEqual(told, [["gate.wait"], ["gate.wait"]]);
});

test("scope and arguments arrive, a refusal rejects with its code", async () => {
  const { url } = await serve();
  const { connection } = connect(url);
  assert.deepEqual((await connection.trigger("scope", null, { scope: { a: [1] } })).returnValue, { a: [1] });
  await assert.rejects(connection.trigger("nothing"), { name: "NexusError", code: "TOOL_NOT_FOUND" });
  await assert.rejects(connection.trigger("add", { by: "x" }), { code: "INVALID_ARGUMENT" });
  assert.equal((await connection.trigger("add", [7])).returnValue, 7);
});

test("set changes what the view binds, and nothing else", async () => {
  const { url, panel } = await serve();
  const { connection } = connect(url);
  assert.equal(await connection.set(["t"], "text"), panel.version);
  assert.equal(panel.state.t, "text");
  await assert.rejects(connection.set(["n"], 5), { code: "PERMISSION_DENIED" });
  await assert.rejects(connection.set("t", { a: 1 }), { code: "INVALID_ARGUMENT" });
});

test("a signal ends the waiting, not the run", async () => {
  const { url, panel } = await serve();
  const { connection } = connect(url);
  const controller = new AbortController();
  const call = connection.trigger("slow", undefined, { signal: controller.signal });
  await until(() => open.has(1));
  controller.abort();
  await assert.rejects(call, { code: "CANCELLED" });
  await assert.rejects(connection.trigger("add", [1], { signal: controller.signal }), { code: "CANCELLED" });
  open.get(1)();
  await until(() => open.has(2));
  open.get(2)();
  await until(() => panel.state.n === 1);
});

test("a connection that is cut comes back and misses nothing", async () => {
  const { url, server, panel } = await serve();
  const client = connect(url);
  await connected(client);
  for (let round = 0; round < 3; round++) {
    await panel.trigger("add");
    server.drop(true);
    server.cut();
    await until(() => client.connection.status === "reconnecting");
    for (let time = 0; time < 4; time++) await panel.trigger("add");
    server.drop(false);
    await until(() => client.connection.version === panel.version);
  }
  assert.deepEqual(client.of("event").map(({ payload }) => payload), Array.from({ length: 15 }, (_none, index) => index + 1));
  assert.deepEqual(client.connection.state, panel.state);
  assert.deepEqual(client.of("connected").map(({ resumed }) => resumed), [false, true, true, true]);
  assert.deepEqual(client.of("status").map(({ status }) => status), ["connected", "reconnecting", "connected", "reconnecting", "connected", "reconnecting", "connected"]);
  assert.match(server.requests.at(-1), /[?&]since=\d+&instance=/);
  assert.deepEqual(client.of("error"), []);
});

test("what was asked before the cut is rejected, and that it may have happened is said", async () => {
  const { url, server } = await serve();
  const client = connect(url);
  const slow = client.connection.trigger("slow");
  await until(() => open.has(1));
  server.drop(true);
  server.cut();
  await assert.rejects(slow, ({ code, message }) => code === "CANCELLED" && /may have happened/.test(message));
  await assert.rejects(client.connection.trigger("add"), { code: "CANCELLED" });
  server.drop(false);
  await connected(client);
  assert.equal((await client.connection.trigger("add")).returnValue, 1);
});

test("a panel that was made anew meanwhile begins anew", async () => {
  const { url, server, panel } = await serve();
  const client = connect(url);
  await connected(client);
  for (let time = 0; time < 3; time++) await panel.trigger("add");
  await until(() => client.connection.state.n === 3);
  server.drop(true);
  server.cut();
  await until(() => client.connection.status === "reconnecting");
  await panel.destroy();
  const next = await server.kernel.panels.create(NXML);
  for (let time = 0; time < 5; time++) await next.trigger("add");
  server.drop(false);
  await connected(client);
  assert.deepEqual([client.connection.state.n, client.of("connected").at(-1).resumed], [5, false]);
  await next.trigger("add");
  await until(() => client.connection.state.n === 6);
});

test("a panel that was destroyed is not looked for again", async () => {
  const { url, server, panel } = await serve();
  const client = connect(url);
  await connected(client);
  const pending = client.connection.trigger("slow");
  pending.catch(() => {});
  await until(() => open.has(1));
  await panel.destroy();
  assert.deepEqual((await client.connection.closed).code, 1000);
  await assert.rejects(pending, { code: "CANCELLED" });
  await assert.rejects(client.connection.trigger("add"), { code: "CANCELLED" });
  assert.equal(server.requests.length, 1);
});

test("a panel that is not there is given up after some attempts, and the server's reason is told", async () => {
  const { server } = await serve();
  const client = connect(`${server.url}/panels/nobody`);
  await client.connection.closed;
  assert.deepEqual(client.of("error").map(({ code }) => code), ["PANEL_NOT_FOUND"]);
  assert.equal(server.requests.length, 3);
});

test("a token is sent in the protocol's header, asked for at each attempt, and a wrong one is given up", async () => {
  const secret = "a secret of thirty-two bytes or more";
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const unsigned = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: "ann", permissions: ["panel:read", "panel:execute"], exp: Math.floor(Date.now() / 1000) + 600 })}`;
  const token = `${unsigned}.${createHmac("sha256", secret).update(unsigned).digest("base64url")}`;
  const { url, server } = await serve({ auth: { secret } });
  const good = connect(url, { token });
  assert.equal((await good.connection.trigger("add")).returnValue, 1);
  const asked = [];
  const late = connect(url, { token: async () => (asked.push(1), asked.length < 2 ? "wrong" : token) });
  assert.equal((await late.connection.trigger("add")).returnValue, 2);
  assert.equal(asked.length, 2);
  const bad = connect(url, { token: `${unsigned}.wrong` });
  await bad.connection.closed;
  assert.deepEqual(bad.of("error").map(({ code }) => code), ["UNAUTHORIZED"]);
  assert.ok(server.requests.every((request) => !request.includes(token)), "no token in an address");
});

test("a connection on which nothing is heard is made anew, one that only has nothing to say is not", async () => {
  const { url, server, panel } = await serve({ api: { idleTimeoutMs: 400 } });
  const client = connect(url);
  await connected(client);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.deepEqual(client.of("status").map(({ status }) => status), ["connected"], "its PINGs keep it");
  assert.equal(server.requests.length, 1);
  server.freeze();
  await panel.trigger("add");
  await until(() => client.connection.state.n === 1);
  assert.equal(server.requests.length, 2);
  assert.deepEqual(client.of("status").map(({ status }) => status), ["connected", "reconnecting", "connected"]);
});

test("a maker of sockets is asked for each, and topics are told by messages", async () => {
  const { url, server, panel } = await serve();
  const wishes = [];
  const target = (wish) => {
    wishes.push(wish);
    return new WebSocket(`${url.replace("http", "ws")}/ws${wish.seen ? `?since=${wish.seen.since}` : ""}`);
  };
  const client = connect(target, { topics: ["view", "events"] });
  await until(() => client.connection.view !== undefined);
  await panel.trigger("add");
  await until(() => client.of("event").length === 1);
  assert.deepEqual(client.of("patch"), []);
  server.cut();
  await until(() => wishes.length === 2);
  await connected(client);
  assert.deepEqual([wishes[0].seen, wishes[1].seen.since > 0], [undefined, true]);
});

test("a connection goes on from what another has seen", async () => {
  const { url, panel } = await serve();
  const first = connect(url);
  await connected(first);
  await panel.trigger("add");
  await until(() => first.connection.version === panel.version);
  const { seen } = first.connection;
  first.connection.close();
  await panel.trigger("add");
  const second = connect(url, { seen });
  await until(() => second.of("event").length === 1);
  assert.deepEqual([second.of("event")[0].payload, second.of("connected")[0].resumed], [2, true]);
});

test("what closes is closed on both sides, and tells it once", async () => {
  const { url, panel } = await serve();
  const client = connect(url);
  await connected(client);
  client.connection.close(1000, "done");
  client.connection.close();
  assert.deepEqual(await client.connection.closed, { code: 1000, reason: "done" });
  assert.deepEqual(client.of("status").map(({ status }) => status), ["connected", "closed"]);
  await panel.trigger("add");
  assert.deepEqual(client.of("event"), []);
});

test("what is no target is refused at once", () => {
  for (const target of [undefined, null, 1, {}, "http://[", "ftp://x/panels/a"]) assert.throws(() => connectPanel(target), { code: "INVALID_ARGUMENT" }, String(target));
});

test("a listener that throws is told to the console, and the others hear on", async (t) => {
  const { url, panel } = await serve();
  const client = connect(url);
  const logged = t.mock.method(console, "error", () => {});
  const seen = [];
  client.connection.on("patch", () => {
    throw new Error("on purpose");
  });
  client.connection.on("patch", ({ version }) => seen.push(version));
  await connected(client);
  await panel.trigger("add");
  await until(() => seen.length === 1);
  assert.equal(logged.mock.callCount(), 1);
});
