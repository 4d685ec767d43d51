// In Node `http` connects to public addresses only, whatever a name leads to. Names are looked up as each test says; nothing here
// leaves this machine.

import assert from "node:assert/strict";
import dns from "node:dns";
import { createServer } from "node:http";
import net from "node:net";
import { after, before, beforeEach, mock, test } from "node:test";
import { gzipSync } from "node:zlib";
import { failed, kernelFor, returned } from "./harness.mjs";
import { httpExtension } from "./package.mjs";

const ANY = { capabilities: ["ext:http"] };
const get = (kernel, url, options) => kernel.run("return (await $ext.http.get($args[0], $args[1])).data", { ...ANY, args: [url, options ?? null] });

/** Addresses by name, and how often each name was looked up. */
const names = new Map();
const lookups = [];
const { lookup } = dns;
mock.method(dns, "lookup", (host, ...rest) => {
  // Servers of these tests listen by it.
  if (net.isIP(host)) return lookup(host, ...rest);
  const done = rest.at(-1);
  lookups.push(host);
  const found = names.get(host)?.();
  if (!found) return process.nextTick(done, Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" }));
  process.nextTick(done, null, found.map((address) => ({ address, family: net.isIP(address) })));
});

/** A server that must not be reached by the names of these tests, unless a test sends it what goes to the public. */
let reached = 0;
let port;
const server = createServer((_, response) => {
  reached++;
  response.end("inside");
});
before(() => new Promise((resolve) => server.listen(0, "127.0.0.1", () => {
  ({ port } = server.address());
  resolve();
})));
after(() => { server.closeAllConnections(); server.close(); });
beforeEach(() => { names.clear(); lookups.length = 0; reached = 0; });

const kernel = await kernelFor({ extensions: [httpExtension({ allowedDomains: ["*", "*.trick.org:80"] })] });

for (const address of [
  "127.0.0.1", "127.255.0.1", "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1",
  "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
  "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
  "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
]) {
  test(`a name that leads to ${address} is refused`, async () => {
    names.set("a.trick.org", () => [address]);
    const { message } = failed(await get(kernel, "http://a.trick.org/"), "EXTENSION_ERROR");
    assert.equal(message, `network error: fetch failed: a.trick.org leads to ${address}, which is not a public address`);
    assert.deepEqual(lookups, ["a.trick.org"]);
  });
}

test("one address that is not public is enough", async () => {
  names.set("b.trick.org", () => ["93.184.216.34", "127.0.0.1"]);
  assert.match(failed(await get(kernel, "http://b.trick.org/"), "EXTENSION_ERROR").message, /leads to 127\.0\.0\.1/);
});

/** While it lasts, connections that are meant for a public address come to the server here. @returns what they were meant for */
function publicIsHere(t) {
  const meant = [];
  const connect = net.connect;
  t.mock.method(net, "connect", ({ host, lookup, ...options }) => {
    const socket = new net.Socket();
    lookup(host, { all: true }, (error, addresses) => {
      if (error) return socket.destroy(error);
      meant.push(...addresses.map(({ address }) => address));
      socket.connect({ ...options, host: "127.0.0.1", port });
    });
    return socket;
  });
  assert.notEqual(net.connect, connect);
  return meant;
}

test("a name that leads to public addresses is asked there", async (t) => {
  const meant = publicIsHere(t);
  names.set("c.trick.org", () => ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]);
  assert.equal(returned(await get(kernel, "http://c.trick.org/")), "inside");
  assert.deepEqual(meant, ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]);
});

test("a name that leads elsewhere a moment later is refused then: what is looked up is what is connected to", async (t) => {
  const meant = publicIsHere(t);
  let times = 0;
  names.set("d.trick.org", () => [times++ === 0 ? "93.184.216.34" : "127.0.0.1"]);
  // The server closes each connection, so that the next request looks the name up again.
  server.prependOnceListener("request", (_, response) => response.setHeader("connection", "close"));
  returned(await get(kernel, "http://d.trick.org/"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.match(failed(await get(kernel, "http://d.trick.org/"), "EXTENSION_ERROR").message, /d\.trick\.org leads to 127\.0\.0\.1/);
  assert.deepEqual(meant, ["93.184.216.34"]);
  assert.equal(reached, 1);
});

test("a name that leads nowhere says so", async () => {
  assert.match(failed(await get(kernel, "http://e.trick.org/"), "EXTENSION_ERROR").message, /^network error: .*ENOTFOUND e\.trick\.org/);
});

test("where private networks are allowed, and with a fetch of the embedder's, names lead where they lead", async () => {
  const open = await kernelFor({ extensions: [httpExtension({ allowedDomains: ["*"], allowPrivateNetworks: true })] });
  assert.equal(returned(await get(open, `http://127.0.0.1:${port}/`)), "inside");
  const own = await kernelFor({ extensions: [httpExtension({ allowedDomains: ["*"], fetch: async () => new Response("own") })] });
  assert.equal(returned(await get(own, "http://f.trick.org/")), "own");
  assert.deepEqual(lookups, []);
});

test("whatever ends a request gives its place back", async () => {
  let answer;
  const trying = createServer((request, response) => answer(request, response));
  await new Promise((resolve) => trying.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${trying.address().port}`;
  const options = { allowedDomains: ["*"], allowPrivateNetworks: true, maxConcurrent: 1, maxQueue: 0, maxResponseBytes: 100_000, maxRedirects: 3 };
  const one = await kernelFor({ extensions: [httpExtension(options)] });
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  assert.ok(bomb.length < 100_000, "small on the wire");
  for (const [name, way, message] of [
    ["slow head", () => {}, /^timeout: no complete answer within 150 ms$/],
    ["slow body", (_, response) => { response.writeHead(200); const drip = setInterval(() => response.write("x"), 10); response.on("close", () => clearInterval(drip)); }, /^timeout: /],
    ["huge body", (_, response) => response.end(Buffer.alloc(100_001)), /^response too large: more than 100000 bytes$/],
    ["huge body without a length", (_, response) => { response.writeHead(200); for (let i = 0; i < 3; i++) response.write(Buffer.alloc(50_000)); }, /^response too large/],
    ["huge body that was small when compressed", (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb), /^response too large/],
    ["a length that is not true", (_, response) => { response.writeHead(200, { "content-length": 10 }); response.write("x"); response.destroy(); }, /^network error: /],
    ["redirect loop", (request, response) => response.writeHead(302, { location: request.url }).end(), /^too many redirects: more than 3$/],
    ["redirect inside a loop of two", (request, response) => response.writeHead(307, { location: request.url === "/a" ? "/b" : "/a" }).end(), /^too many redirects/],
    ["redirect to a file", (_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(), /^invalid URL/],
    ["redirect with user info", (_, response) => response.writeHead(302, { location: `http://a:b@127.0.0.1/` }).end(), /^invalid URL/],
    ["broken connection", (_, response) => response.destroy(), /^network error: /],
  ]) {
    answer = way;
    assert.match(failed(await get(one, `${origin}/`, { timeout: 150 }), "EXTENSION_ERROR").message, message, name);
    answer = (_, response) => response.end("fine");
    assert.equal(returned(await get(one, `${origin}/`)), "fine", `after ${name}`);
  }
  let entered;
  const inside = new Promise((resolve) => (entered = resolve));
  answer = () => entered();
  const controller = new AbortController();
  const holding = one.run("return (await $ext.http.get($args)).data", { ...ANY, args: origin, signal: controller.signal });
  await inside;
  assert.match(failed(await get(one, `${origin}/`), "EXTENSION_ERROR").message, /^queue full: 1 requests under way, 0 waiting$/);
  controller.abort();
  failed(await holding, "CANCELLED");
  answer = (_, response) => response.end("fine");
  assert.equal(returned(await get(one, `${origin}/`)), "fine", "after an abort");
  trying.closeAllConnections();
  trying.close();
});

test("an environment whose fetch cannot be kept from private addresses refuses, and says what to do", async () => {
  const symbol = Symbol.for("undici.globalDispatcher.1");
  const own = Object.getOwnPropertyDescriptor(globalThis, symbol);
  Object.defineProperty(globalThis, symbol, { ...own, value: undefined });
  try {
    assert.match(failed(await get(kernel, "http://g.trick.org/"), "EXTENSION_ERROR").message, /give httpExtension a fetch of your own/);
  } finally {
    Object.defineProperty(globalThis, symbol, own);
  }
});
