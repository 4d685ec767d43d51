// The server of Node.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { after, test } from "node:test";
import WebSocket from "ws";
import { serve } from "../../target/npm/nexus-kernel/dist/serve/index.js";
import { extension, kernelFor, nexusError } from "./harness.mjs";

const SECRET = "a secret of more than thirty-two bytes";
const PANEL = `<NexusPanel id="p"><Data><State name="n" type="number"/></Data><Logic><Extension name="nexus.test"/>
  <Tool name="wait" capabilities="ext:test, state:write:n"><Handler>await $ext.test.wait(); $state.n = 1; return "waited"</Handler></Tool>
  <Tool name="echo"><Arg name="text" type="string"/><Handler>return $args.text.length</Handler></Tool></Logic></NexusPanel>`;

/** A server of a kernel with a panel; `open()` lets what waits go on. */
async function started(options = {}) {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  const kernel = await kernelFor({ extensions: [extension("test", { wait: () => opened })], ...options });
  await kernel.panels.create(PANEL);
  const server = await serve(kernel, { port: 0 });
  after(() => (open(), server.close()));
  return { kernel, server, open };
}

/** Sends bytes, and answers all that comes back until the connection is closed or `enough` has come. */
function raw(port, text, enough = "\r\n\r\n") {
  return new Promise((resolve, reject) => {
    let got = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (bytes) => {
      got += bytes;
      if (!got.includes(enough)) return;
      socket.destroy();
      resolve(got);
    });
    socket.on("close", () => resolve(got)).on("error", reject);
  });
}

test("it says where it listens, and listens there", async () => {
  const { server } = await started();
  assert.equal(server.url, `http://127.0.0.1:${server.port}`);
  assert.equal((await fetch(`${server.url}/health`)).status, 200);
  const other = await serve(await kernelFor(), { port: 0, host: "localhost" });
  after(() => other.close());
  assert.equal((await fetch(`${other.url}/health`)).status, 200);
});

test("it does not listen where others come unless somebody says who they are, or that it does not matter", async () => {
  const bare = await kernelFor();
  for (const host of ["0.0.0.0", "::", "192.168.0.1", "example.org"]) {
    await assert.rejects(serve(bare, { port: 0, host }), nexusError("INVALID_ARGUMENT", "auth: false"));
  }
  for (const auth of [{ secret: SECRET }, false]) {
    const server = await serve(await kernelFor({ auth }), { port: 0, host: "0.0.0.0" });
    assert.equal(server.url, `http://127.0.0.1:${server.port}`);
    assert.equal((await fetch(`${server.url}/panels`)).status, auth ? 401 : 200);
    await server.close();
  }
});

test("options that there are not, and places where it cannot listen, are refused", async () => {
  const kernel = await kernelFor();
  for (const options of [{ prot: 1 }, { port: -1 }, { port: 65_536 }, { port: "80" }, { host: "" }, null]) {
    await assert.rejects(serve(kernel, options), nexusError("INVALID_ARGUMENT"));
  }
  const server = await serve(kernel, { port: 0 });
  after(() => server.close());
  await assert.rejects(serve(kernel, { port: server.port }), nexusError("INVALID_ARGUMENT", "another program listens there"));
});

test("closing lets requests end, tells sockets 1001, and frees the port", async () => {
  const { server, open } = await started();
  const waiting = fetch(`${server.url}/panels/p/trigger/wait`, { method: "POST" }).then((response) => response.json());
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/panels/p/ws`);
  await once(socket, "message");
  const closing = server.close();
  assert.equal((await once(socket, "close"))[0], 1001);
  await assert.rejects(fetch(`${server.url}/health`));
  open();
  assert.equal((await waiting).returnValue, "waited");
  await closing;
  assert.equal(server.close(), closing);
  const again = await serve(await kernelFor(), { port: server.port });
  await again.close();
});

test("a connection that asks nothing holds nothing up", async () => {
  const { server } = await started();
  const idle = connect(server.port, "127.0.0.1");
  await once(idle, "connect");
  await fetch(`${server.url}/health`);
  const began = performance.now();
  await server.close();
  assert.ok(performance.now() - began < 5_000);
  idle.destroy();
});

test("a client that goes away gives its request up, and the kernel goes on", async () => {
  const { kernel, server, open } = await started();
  const giveUp = new AbortController();
  const waiting = fetch(`${server.url}/panels/p/trigger/wait`, { method: "POST", signal: giveUp.signal });
  while (kernel.panels.get("p").info().suspendedRuns === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  giveUp.abort();
  await assert.rejects(waiting, { name: "AbortError" });
  open();
  assert.equal((await fetch(`${server.url}/health`)).status, 200);
});

test("a request for another protocol is answered as if it had not asked for it, with its body", async () => {
  const { server } = await started();
  const body = JSON.stringify({ text: "x".repeat(50_000) });
  const answer = await new Promise((resolve, reject) => {
    const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABk", "content-type": "application/json", "content-length": body.length };
    request(`${server.url}/panels/p/trigger/echo`, { method: "POST", headers }, async (response) => {
      let text = "";
      for await (const part of response) text += part;
      resolve({ status: response.statusCode, body: JSON.parse(text) });
    }).once("error", reject).end(body);
  });
  assert.deepEqual([answer.status, answer.body.returnValue], [200, 50_000]);
});

test("what is no request is answered 400 by the same kind of error, upgrades too", async () => {
  const { server } = await started();
  for (const head of ["GET /health HTTP/1.1\r\nHost: a b\r\n\r\n", "GET /panels/p/ws HTTP/1.1\r\nHost: a b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"]) {
    const answer = await raw(server.port, head, "}}");
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.match(answer, /\{"error":\{"code":"INVALID_ARGUMENT"/);
  }
  assert.match(await raw(server.port, "nonsense\r\n\r\n"), /^HTTP\/1\.1 400 /);
  assert.match(await raw(server.port, `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(40_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
});

test("an upgrade that is refused is answered like a request, and the connection closed", async () => {
  const { server } = await started();
  const answer = await raw(server.port, "GET /panels/none/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "never");
  assert.match(answer, /^HTTP\/1\.1 404 Not Found\r\n/);
  assert.match(answer, /connection: close/i);
  assert.match(answer, /"PANEL_NOT_FOUND"/);
});

test("what a client sends together with its request is the first of its socket", async () => {
  const { server } = await started();
  const head = "GET /panels/p/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  // {"type":"PING"}, with a mask of zeros.
  const frame = Buffer.concat([Buffer.from([0x81, 0x80 | 15, 0, 0, 0, 0]), Buffer.from('{"type":"PING"}')]);
  const answer = await raw(server.port, Buffer.concat([Buffer.from(head), frame]), "PONG");
  assert.match(answer, /^HTTP\/1\.1 101 /);
});

test("requests that are refused unread leave the connection usable, or say that they do not", async () => {
  const { server } = await started({ api: { bodyLimit: 1000 } });
  for (const bytes of [2_000, 200_000, 3_000_000, 30_000_000]) {
    for (let i = 0; i < 3; i++) {
      const response = await fetch(`${server.url}/panels/p/trigger/echo`, { method: "POST", headers: { "content-type": "application/json" }, body: "x".repeat(bytes) });
      assert.equal(response.status, 413);
      assert.equal((await response.json()).error.code, "RESOURCE_LIMIT");
      assert.equal((await fetch(`${server.url}/health`)).status, 200);
    }
  }
});

test("a kernel that somebody put something around answers the same", async () => {
  const { kernel, server } = await started({ api: { corsOrigins: ["https://a.example"] } });
  const around = await serve({ fetch: (request) => kernel.fetch(request), upgrade: (request) => kernel.upgrade(request) }, { port: 0 });
  after(() => around.close());
  const headers = { "content-type": "application/json", origin: "https://a.example" };
  for (const [path, init] of [
    ["/panels/p/state", { headers }],
    ["/panels/p/state", { method: "HEAD" }],
    ["/panels/p", { method: "OPTIONS", headers }],
    ["/panels/p/trigger/echo", { method: "POST", headers, body: '{"text":"\u00fc\u{1f600}"}' }],
    ["/panels/p/trigger/echo", { method: "POST", body: "{", headers }],
    ["/panels/nope", { method: "DELETE" }],
  ]) {
    const [own, other] = await Promise.all([server, around].map(async ({ url }) => {
      const response = await fetch(url + path, init);
      const { date, ...fields } = Object.fromEntries(response.headers);
      const { durationMs, executionId, ...body } = JSON.parse((await response.text()) || "{}");
      return { status: response.status, fields, keys: Object.keys(body), returnValue: body.returnValue, error: body.error };
    }));
    delete own.fields["content-length"], delete other.fields["content-length"];
    assert.deepEqual(own, other, `${init.method ?? "GET"} ${path}`);
  }
});

test("the global objects stay as they are", async () => {
  const script = `const before = [Request, Response]; const { serve } = await import(${JSON.stringify(new URL("../../target/npm/nexus-kernel/dist/serve/index.js", import.meta.url).href)});
    const server = await serve({ fetch: async () => new Response("ok") }, { port: 0 }); await fetch(server.url).then((response) => response.text());
    console.log(Request === before[0] && Response === before[1]); await server.close();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  let printed = "";
  child.stdout.on("data", (text) => (printed += text));
  await once(child, "close");
  assert.equal(printed.trim(), "true");
});
