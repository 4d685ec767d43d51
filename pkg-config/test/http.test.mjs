import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { failed, kernelFor, nexusError, returned, sleep } from "./harness.mjs";
import { createKernel, httpExtension } from "./package.mjs";

const ANY = { capabilities: ["ext:http"] };
const LOCAL = { allowedDomains: ["*"], allowPrivateNetworks: true };

/** A real server on loopback, and what it was asked. */
const asked = [];
let underWay = 0;
let mostUnderWay = 0;
const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://x");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, headers } = request;
  asked.push({ method, path: request.url, headers, body: Buffer.concat(chunks).toString() });
  mostUnderWay = Math.max(mostUnderWay, ++underWay);
  response.on("close", () => underWay--);
  const routes = {
    "/json": () => response.writeHead(200, { "content-type": "application/json; charset=utf-8", "X-Kind": "j" }).end('{"a":[1,2.5,null],"t":"\u00e9"}'),
    "/problem": () => response.writeHead(418, { "content-type": "application/problem+json" }).end('{"title":"tea"}'),
    "/malformed": () => response.writeHead(200, { "content-type": "application/json" }).end("{"),
    "/text": () => response.writeHead(200, { "content-type": "text/plain" }).end("plain"),
    "/empty": () => response.writeHead(204).end(),
    "/echo": () => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ method, body: asked.at(-1).body, type: headers["content-type"] ?? null })),
    "/to": () => response.writeHead(Number(url.searchParams.get("status") ?? 302), { location: url.searchParams.get("where") }).end(),
    "/loop": () => response.writeHead(302, { location: "/loop" }).end(),
    "/large": () => response.writeHead(200).end("x".repeat(Number(url.searchParams.get("bytes")))),
    "/drip": () => { response.writeHead(200, { "content-type": "text/plain" }); response.write("first"); },
    "/silent": () => {},
    "/slow": () => setTimeout(() => response.writeHead(200).end("slow"), 30),
    "/reset": () => request.socket.destroy(),
  };
  (routes[url.pathname] ?? (() => response.writeHead(404).end("no")))();
});
let origin;
let host;
before(() => new Promise((resolve) => server.listen(0, "127.0.0.1", () => {
  host = `127.0.0.1:${server.address().port}`;
  origin = `http://${host}`;
  resolve();
})));
after(() => { server.closeAllConnections(); server.close(); });

const kernel = await kernelFor({ extensions: [httpExtension(LOCAL)] });
const get = (path, options, on = kernel) => on.run("return await $ext.http.get($args[0], $args[1])", { ...ANY, args: [`${origin}${path}`, options ?? null] });

test("it is an extension like any other, and not there unless it is added", async () => {
  assert.deepEqual(kernel.extensions.list(), ["http"]);
  assert.deepEqual(kernel.extensions.getMethods("http").sort(), ["delete", "get", "head", "options", "patch", "post", "put", "request"]);
  const bare = await kernelFor();
  failed(await bare.run("await $ext.http.get('http://a.org')", ANY), "EXTENSION_NOT_FOUND");
});

test("a response is status, headers in lower case, data and ok", async () => {
  const { headers, ...response } = returned(await get("/json"));
  assert.deepEqual(response, { status: 200, statusText: "OK", data: { a: [1, 2.5, null], t: "\u00e9" }, ok: true });
  assert.equal(headers["x-kind"], "j");
  assert.deepEqual(returned(await get("/problem")).data, { title: "tea" });
  assert.equal(returned(await get("/problem")).ok, false);
  assert.equal(returned(await get("/text")).data, "plain");
  assert.equal(returned(await get("/empty")).data, null);
  assert.equal(returned(await get("/nowhere")).status, 404);
});

test("all eight methods reach the server as themselves", async () => {
  asked.length = 0;
  const source = `
    const url = $args;
    await Promise.all([$ext.http.get(url), $ext.http.delete(url), $ext.http.head(url), $ext.http.options(url)]);
    const sent = [];
    for (const method of ["post", "put", "patch"]) sent.push((await $ext.http[method](url, { method })).data);
    sent.push((await $ext.http.request({ method: "PUT", url, body: "text", headers: { "content-type": "text/x" } })).data);
    return sent;`;
  const sent = returned(await kernel.run(source, { ...ANY, args: `${origin}/echo` }));
  assert.deepEqual(sent.map(({ method, body, type }) => [method, body, type]), [
    ["POST", '{"method":"post"}', "application/json"],
    ["PUT", '{"method":"put"}', "application/json"],
    ["PATCH", '{"method":"patch"}', "application/json"],
    ["PUT", "text", "text/x"],
  ]);
  assert.deepEqual(asked.slice(0, 4).map(({ method }) => method).sort(), ["DELETE", "GET", "HEAD", "OPTIONS"]);
});

test("requests carry the user agent, unless they bring their own", async () => {
  asked.length = 0;
  await get("/text");
  await get("/text", { headers: { "User-Agent": "mine/1" } });
  const named = await kernelFor({ extensions: [httpExtension({ ...LOCAL, userAgent: "agent/7" })] });
  await get("/text", undefined, named);
  assert.deepEqual(asked.map(({ headers }) => headers["user-agent"]), ["nexus-kernel/0.1.0", "mine/1", "agent/7"]);
});

test("two requests at once are under way together", async () => {
  mostUnderWay = 0;
  const result = await kernel.run("return (await Promise.all([$ext.http.get($args + '/slow'), $ext.http.get($args + '/slow')])).map((r) => r.data)", { ...ANY, args: origin });
  assert.deepEqual(returned(result), ["slow", "slow"]);
  assert.equal(mostUnderWay, 2);
});

test("malformed JSON, a broken connection and a port where nobody listens are failures that say so", async () => {
  assert.match(failed(await get("/malformed"), "EXTENSION_ERROR").message, /json/i);
  assert.match(failed(await get("/reset"), "EXTENSION_ERROR").message, /network/i);
  const closed = createServer();
  await new Promise((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address();
  await new Promise((resolve) => closed.close(resolve));
  const error = failed(await kernel.run("await $ext.http.get($args)", { ...ANY, args: `http://127.0.0.1:${port}/` }), "EXTENSION_ERROR");
  assert.match(error.message, /ECONNREFUSED|refused/i);
  assert.deepEqual([error.context.extension, error.context.method], ["http", "get"]);
});

test("the timeout covers a server that is silent and a body that never ends", async () => {
  for (const path of ["/silent", "/drip"]) {
    const started = performance.now();
    assert.match(failed(await get(path, { timeout: 60 }), "EXTENSION_ERROR").message, /time/i);
    assert.ok(performance.now() - started < 2_000);
  }
});

test("a body is allowed at the limit and refused one past it", async () => {
  const small = await kernelFor({ extensions: [httpExtension({ ...LOCAL, maxResponseBytes: 1_000 })] });
  assert.equal(returned(await get("/large?bytes=1000", undefined, small)).data.length, 1_000);
  failed(await get("/large?bytes=1001", undefined, small), "EXTENSION_ERROR");
});

test("redirects are followed, each hop is checked, and there is an end to them", async () => {
  assert.equal(returned(await get("/to?where=/text")).data, "plain");
  assert.match(failed(await get("/loop"), "EXTENSION_ERROR").message, /redirect/i);
  const only = await kernelFor({ extensions: [httpExtension({ allowedDomains: [host], allowPrivateNetworks: true })] });
  assert.equal(returned(await get("/to?where=/text", undefined, only)).data, "plain");
  assert.match(failed(await get(`/to?where=http://localhost:${server.address().port}/text`, undefined, only), "EXTENSION_ERROR").message, /not allowed/);
});

test("a redirect turns POST into GET from 301 to 303 and keeps it with 307", async () => {
  const post = (status) => kernel.run("return (await $ext.http.post($args, 'body')).data", { ...ANY, args: `${origin}/to?status=${status}&where=/echo` });
  for (const status of [301, 302, 303]) assert.equal(returned(await post(status)).method, "GET");
  const { method, body } = returned(await post(307));
  assert.deepEqual([method, body], ["POST", "body"]);
});

test("a host that is not allowed is not asked", async () => {
  asked.length = 0;
  for (const options of [{}, { allowedDomains: [] }, { allowedDomains: ["*"] }, { allowedDomains: ["example.org"], allowPrivateNetworks: true }]) {
    const strict = await kernelFor({ extensions: [httpExtension(options)] });
    assert.match(failed(await get("/text", undefined, strict), "EXTENSION_ERROR").message, /not allowed/);
  }
  assert.equal(asked.length, 0);
});

test("caveats hold for host and method", async () => {
  const run = (capability, method = "get") => kernel.run(`return (await $ext.http.${method}($args)).status`, { capabilities: [capability], args: `${origin}/text` });
  assert.equal(returned(await run(`ext:http?host=${encodeURIComponent(host)}&method=GET`)), 200);
  failed(await run(`ext:http?host=${encodeURIComponent(host)}&method=GET`, "delete"), "PERMISSION_DENIED");
  failed(await run("ext:http?host=example.org"), "PERMISSION_DENIED");
});

test("requests past maxConcurrent wait, and past maxQueue fail at once", async () => {
  mostUnderWay = 0;
  const narrow = await kernelFor({ extensions: [httpExtension({ ...LOCAL, maxConcurrent: 2, maxQueue: 2 })] });
  const source = "return (await Promise.allSettled(Array.from({ length: 5 }, () => $ext.http.get($args)))).map((r) => r.status === 'fulfilled' ? 'ok' : r.reason.message)";
  const outcomes = returned(await narrow.run(source, { ...ANY, args: `${origin}/slow` }));
  assert.equal(outcomes.filter((outcome) => outcome === "ok").length, 4);
  assert.match(outcomes.find((outcome) => outcome !== "ok"), /queue/);
  assert.equal(mostUnderWay, 2);
});

test("aborting the run aborts its requests", async () => {
  const controller = new AbortController();
  const running = kernel.run("await $ext.http.get($args)", { ...ANY, args: `${origin}/silent`, signal: controller.signal });
  while (underWay === 0) await sleep(1);
  controller.abort();
  failed(await running, "CANCELLED");
  for (let tries = 0; underWay > 0 && tries < 200; tries++) await sleep(5);
  assert.equal(underWay, 0);
});

test("a fetch of the embedder's is used instead of the platform's", async () => {
  const calls = [];
  const fetch = async (url, init) => { calls.push([url, init.method, init.redirect]); return new Response("mine", { status: 203 }); };
  const own = await kernelFor({ extensions: [httpExtension({ allowedDomains: ["api.example.org"], fetch })] });
  const response = returned(await own.run("return await $ext.http.get('https://api.example.org/x?y=1#z')", ANY));
  assert.deepEqual([response.status, response.data], [203, "mine"]);
  assert.deepEqual(calls, [["https://api.example.org/x?y=1", "GET", "manual"]]);
});

for (const [name, options, text] of [
  ["options that are no object", "x", "object"],
  ["null", null, "object"],
  ["an unknown option", { domains: [] }, '"domains"'],
  ["allowedDomains that are no array", { allowedDomains: "a.org" }, "allowedDomains"],
  ["a domain with a scheme", { allowedDomains: ["https://a.org"] }, "allowedDomains"],
  ["a domain with a path", { allowedDomains: ["a.org/x"] }, "allowedDomains"],
  ["a domain with * in the middle", { allowedDomains: ["a.*.org"] }, "allowedDomains"],
  ["an empty domain", { allowedDomains: [""] }, "allowedDomains"],
  ["no concurrency", { maxConcurrent: 0 }, "maxConcurrent"],
  ["half a queue", { maxQueue: 0.5 }, "maxQueue"],
  ["a negative timeout", { defaultTimeout: -1 }, "defaultTimeout"],
  ["a size that is no number", { maxResponseBytes: "1" }, "maxResponseBytes"],
  ["NaN redirects", { maxRedirects: NaN }, "maxRedirects"],
  ["truthy private networks", { allowPrivateNetworks: 1 }, "allowPrivateNetworks"],
  ["a user agent with a line break", { userAgent: "a\nb" }, "userAgent"],
  ["a fetch that is no function", { fetch: {} }, "fetch"],
]) {
  test(`httpExtension refuses ${name} at once`, () => {
    assert.throws(() => httpExtension(options), nexusError("INVALID_ARGUMENT", text));
  });
}

test("a domain that no URL can have is refused when the kernel is made", async () => {
  await assert.rejects(createKernel({ extensions: [httpExtension({ allowedDomains: ["a.org:99999"] })] }), nexusError("INVALID_ARGUMENT", "99999"));
});
