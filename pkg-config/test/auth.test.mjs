import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { failed, kernelFor, nexusError, returned } from "./harness.mjs";
import { authExtension, createKernel, monitorExtension } from "./package.mjs";

const ANY = { capabilities: ["ext:auth"] };
const CALLBACK = "http://app.invalid/back";
/** Stands in everything that nobody may see. */
const MARK = "t0ps3cret";

/** A real OpenID provider on loopback. */
const provider = { codes: new Map(), access: new Set(), refresh: new Set(), asked: [], count: 0, expiresIn: 300 };
const secret = (kind) => `${MARK}-${kind}-${++provider.count}`;
const server = createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  provider.asked.push({ path: url.pathname, form, headers: request.headers });
  const send = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (provider.override?.path === url.pathname) return provider.override.answer(response, send);
  const routes = {
    "/.well-known/openid-configuration": () => send(200, {
      issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, userinfo_endpoint: `${issuer}/userinfo`,
      revocation_endpoint: `${issuer}/revoke`, token_endpoint_auth_methods_supported: ["client_secret_basic"],
    }),
    "/authorize": () => {
      const code = secret("code");
      provider.codes.set(code, { challenge: url.searchParams.get("code_challenge"), nonce: url.searchParams.get("nonce") });
      const back = new URL(url.searchParams.get("redirect_uri"));
      back.searchParams.set("code", code);
      back.searchParams.set("state", url.searchParams.get("state"));
      response.writeHead(302, { location: back.href }).end();
    },
    "/token": () => {
      const refuse = () => send(400, { error: "invalid_grant", error_description: form.toString() });
      let nonce;
      if (form.get("grant_type") === "authorization_code") {
        const wanted = provider.codes.get(form.get("code"));
        provider.codes.delete(form.get("code"));
        const proof = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
        if (proof !== wanted?.challenge) return refuse();
        nonce = wanted.nonce;
      } else if (form.get("grant_type") === "password") {
        if (form.get("username") !== "ada" || form.get("password") !== `${MARK}-password`) return refuse();
      } else if (!provider.refresh.delete(form.get("refresh_token"))) return refuse();
      const [access, refresh] = [secret("access"), secret("refresh")];
      provider.access.add(access);
      provider.refresh.add(refresh);
      const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const claims = { iss: issuer, aud: "app", sub: "ada", exp: Date.now() / 1000 + 60, nonce };
      send(200, {
        access_token: access, refresh_token: refresh, token_type: "Bearer", expires_in: provider.expiresIn,
        id_token: `${part({ alg: "none" })}.${part(claims)}.${MARK}`,
      });
    },
    "/userinfo": () => (provider.access.has(request.headers.authorization?.slice("Bearer ".length))
      ? send(200, { sub: "ada", name: "Ada" }) : send(401, { error: "invalid_token" })),
    "/revoke": () => { provider.refresh.delete(form.get("token")); provider.access.clear(); response.writeHead(200).end(); },
  };
  (routes[url.pathname] ?? (() => send(404, {})))();
});
let issuer;
before(() => new Promise((resolve) => server.listen(0, "127.0.0.1", () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  resolve();
})));
after(() => { server.closeAllConnections(); server.close(); });
beforeEach(() => {
  provider.asked.length = 0;
  provider.override = undefined;
  provider.expiresIn = 300;
});

/** The user's browser: asks for the page, and is sent back. */
async function authorize(url) {
  const response = await fetch(url, { redirect: "manual" });
  return response.headers.get("location");
}

const kernelWith = (options) => kernelFor({
  extensions: [authExtension({ issuer, clientId: "app", redirectUri: CALLBACK, authorize, allowLoopback: true, ...options })],
});

/** Runs a handler; nothing of what comes out of it, its record included, holds a secret. */
async function run(kernel, source, options) {
  const result = await kernel.run(source, { ...ANY, ...options });
  assert.ok(!JSON.stringify(result).includes(MARK), JSON.stringify(result));
  const record = result.record instanceof Uint8Array ? Buffer.from(result.record).toString("latin1") : JSON.stringify(result.record);
  assert.ok(record && !record.includes(MARK));
  return result;
}

test("a handler logs its user in, knows who it is, and logs out, without seeing a token", async () => {
  const kernel = await kernelWith({ clientSecret: `${MARK}-client` });
  const source = `
    const { login, whoami, logout } = $ext.auth;
    const seen = [await whoami(), await login(), await whoami(), await logout(), await whoami(), await logout()];
    for (const value of seen) $log(value);
    return seen;`;
  const ada = { sub: "ada", name: "Ada" };
  assert.deepEqual(returned(await run(kernel, source)), [null, ada, ada, true, null, false]);
  const token = provider.asked.find(({ path }) => path === "/token");
  assert.equal(token.headers.authorization, `Basic ${Buffer.from(`app:${MARK}-client`).toString("base64")}`);
  assert.ok(token.form.get("code_verifier").length >= 43);
  assert.equal(provider.refresh.size, 0, "revoked");
});

test("a token that has run out is renewed; one that nobody takes any more ends the session", async () => {
  provider.expiresIn = 1;
  const kernel = await kernelWith();
  returned(await run(kernel, "await $ext.auth.login()"));
  assert.equal(returned(await run(kernel, "return (await $ext.auth.whoami()).name")), "Ada");
  assert.deepEqual(provider.asked.filter(({ path }) => path === "/token").map(({ form }) => form.get("grant_type")), ["authorization_code", "refresh_token"]);
  provider.access.clear();
  provider.refresh.clear();
  assert.equal(returned(await run(kernel, "return await $ext.auth.whoami()")), null);
});

test("passwords are taken where the embedder says so", async () => {
  const source = "return (await $ext.auth.login({ username: 'ada', password: $args })).name";
  const strict = await kernelWith();
  assert.match(failed(await strict.run(source, { ...ANY, args: "x" }), "EXTENSION_ERROR").message, /^login refused: the embedder takes no passwords$/);
  assert.equal(provider.asked.length, 0);
  const kernel = await kernelWith({ allowPassword: true, authorize: undefined, redirectUri: undefined });
  assert.equal(returned(await kernel.run(source, { ...ANY, args: `${MARK}-password` })), "Ada");
  const { message } = failed(await kernel.run(source, { ...ANY, args: `${MARK}-guess` }), "EXTENSION_ERROR");
  assert.equal(message, "login refused: invalid_grant (400)", "what the provider repeats is not repeated");
  assert.match(failed(await kernel.run("await $ext.auth.login()", ANY), "EXTENSION_ERROR").message, /takes a username and a password/);
});

test("methods have tokens of their own", async () => {
  const kernel = await kernelWith();
  const whoami = { capabilities: ["ext:auth.whoami"] };
  assert.equal(returned(await kernel.run("return await $ext.auth.whoami()", whoami)), null);
  failed(await kernel.run("await $ext.auth.login()", whoami), "PERMISSION_DENIED");
});

test("a provider that redirects, talks too long or not at all is given up", async () => {
  const kernel = await kernelWith({ timeout: 100, maxResponseBytes: 2000 });
  for (const [answer, message] of [
    [(response) => response.writeHead(302, { location: `${issuer}/elsewhere` }).end(), /^provider refused: .* redirects$/],
    [(response, send) => send(200, { access_token: "x".repeat(2001) }), /^provider refused: .* more than 2000 bytes$/],
    [(response) => { response.writeHead(200); for (let i = 0; i < 30; i++) response.write("x".repeat(100)); }, /^provider refused: .* more than 2000 bytes$/],
    [() => {}, /^timeout: .* within 100 ms$/],
    [(response) => { response.writeHead(200); response.write("{"); }, /^timeout: /],
    [(response) => response.destroy(), /^network error: /],
    [(response) => response.end("nothing"), /^provider refused: its answer holds no tokens$/],
  ]) {
    provider.override = { path: "/token", answer };
    assert.match(failed(await run(kernel, "await $ext.auth.login()"), "EXTENSION_ERROR").message, message);
  }
  provider.override = undefined;
  assert.equal(returned(await run(kernel, "return (await $ext.auth.login()).name")), "Ada", "and the next login works");
});

test("what authorize throws fails the login; a run that is aborted aborts it", async () => {
  const refusing = await kernelWith({ authorize: () => { throw new Error("the window was closed") } });
  assert.equal(failed(await run(refusing, "await $ext.auth.login()"), "EXTENSION_ERROR").message, "login refused: the window was closed");
  let signal;
  const waiting = await kernelWith({ authorize: (_, context) => { ({ signal } = context); return new Promise(() => {}); } });
  const controller = new AbortController();
  const run_ = waiting.run("await $ext.auth.login()", { ...ANY, signal: controller.signal });
  while (!signal) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  failed(await run_, "CANCELLED");
  assert.ok(signal.aborted);
});

test("options are checked, by name, and a secret is never shown", async () => {
  const fine = { issuer: "https://id.example", clientId: "app", allowPassword: true };
  for (const [options, text] of [
    [undefined, "object"], [{}, "issuer"], [{ issuer: "https://id.example" }, "clientId"], [{ ...fine, clientID: "x" }, "clientID"], [{ ...fine, timeout: 0 }, "timeout"],
    [{ ...fine, redirectUri: "back" }, "redirectUri"], [{ ...fine, authorize: "popup" }, "authorize"], [{ ...fine, allowPassword: 1 }, "allowPassword"],
  ]) assert.throws(() => authExtension(options), nexusError("INVALID_ARGUMENT", text));
  assert.throws(() => authExtension({ ...fine, clientSecret: 31337 }), (error) => error.message.includes("clientSecret") && !error.message.includes("31337"));
  for (const [options, text] of [
    [{ ...fine, issuer: "http://id.example" }, "https"], [{ ...fine, issuer: "http://127.0.0.1:1" }, "https"], [{ ...fine, allowPassword: false }, "log in"],
    [{ ...fine, authorize }, "redirectUri"],
  ]) await assert.rejects(createKernel({ extensions: [authExtension(options)] }), nexusError("INVALID_ARGUMENT", text));
});

test("the monitor tells of panels, and of those whose mount failed", async () => {
  const kernel = await kernelFor({ extensions: [monitorExtension()] });
  await kernel.panels.create("<NexusPanel/>");
  await kernel.panels.create(`<NexusPanel><Logic><Lifecycle on="mount"><Handler>throw new Error("no")</Handler></Lifecycle></Logic></NexusPanel>`);
  const { status, reasons, panels } = await kernel.extensions.call("monitor", "health");
  assert.deepEqual([status, reasons], ["degraded", ["panels whose mount failed: 1"]]);
  assert.deepEqual(panels, { initializing: 0, running: 1, suspended: 0, error: 1 });
});

test("the monitor tells how the kernel is", async () => {
  const kernel = await kernelFor({ extensions: [monitorExtension()] });
  const [health, metrics] = returned(await kernel.run("return [await $ext.monitor.health(), await $ext.monitor.metrics()]", { capabilities: ["ext:monitor"] }));
  const { uptimeMs, runtime, ...rest } = health;
  const none = { initializing: 0, running: 0, suspended: 0, error: 0 };
  assert.deepEqual(rest, { status: "healthy", reasons: [], panels: none });
  assert.deepEqual(metrics.panels, none);
  assert.ok(uptimeMs >= 0 && runtime.totalMemoryBytes > 0);
  assert.equal(metrics.runtime.totalExecutions, 1);
  assert.deepEqual(Object.keys(metrics.runtime), Object.keys(kernel.stats()));
  assert.throws(() => monitorExtension({ every: 1 }), nexusError("INVALID_ARGUMENT", "every"));
});
