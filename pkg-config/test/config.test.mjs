import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inspect } from "node:util";
import { kernelFor, nexusError, returned } from "./harness.mjs";
import { CONFIG_FIELDS, createKernel, httpExtension, loadConfig } from "./package.mjs";

/** The problems of a configuration that has to have some: `field source` each. */
function problems(sources) {
  let found;
  assert.throws(() => loadConfig(sources), (error) => {
    nexusError("INVALID_ARGUMENT")(error);
    found = error.context.problems;
    for (const { field, message } of found) assert.ok(error.message.includes(field) && error.message.includes(message));
    return true;
  });
  return found;
}
/** As long as a secret has to be. */
const SECRET = "s3cret".repeat(6);
const places = (sources) => problems(sources).map(({ field, source }) => `${field} ${source}`);

test("with nothing said everything has its default, and a kernel runs with it", async () => {
  const config = loadConfig();
  assert.deepEqual({ ...config.server }, {
    httpPort: 3000,
    host: "127.0.0.1",
    corsOrigins: [],
    bodyLimit: 1_048_576,
  });
  assert.deepEqual(config.kernel.limits, { timeoutMs: 5000, fuel: 1e9, memoryBytes: 33_554_432, maxHostCalls: 10_000, suspensionTimeoutMs: 60_000 });
  assert.deepEqual(config.kernel.pool, { minInstances: 1, maxInstances: 10 });
  assert.deepEqual(config.extensions.http, { maxConcurrent: 10, maxQueue: 100, defaultTimeout: 30_000, userAgent: "Nexus-Runtime/1.0", allowedDomains: [] });
  const kernel = await kernelFor({ ...config.kernel, logger: { level: "silent" }, extensions: [httpExtension(config.extensions.http)] });
  assert.equal(returned(await kernel.run("return 1")), 1);
  assert.equal(kernel.audit.stats().capacity, 10_000);
  await (await kernelFor({ ...config.kernel, logger: undefined })).close();
});

test("defaults, JSON, environment, overrides: what comes later wins, and lists replace lists", () => {
  const json = JSON.stringify({
    server: { httpPort: 1, host: "json", corsOrigins: ["https://a.example", "https://b.example"], bodyLimit: "2mb" },
    runtime: { timeoutMs: 1, maxHostCalls: 2 },
  });
  const env = { HTTP_PORT: "2", TIMEOUT_MS: "20", CORS_ORIGINS: "https://c.example, https://d.example", MEMORY_LIMIT_MB: "64", PATH: "/bin" };
  const overrides = { server: { httpPort: 3, host: undefined, corsOrigins: [] } };
  const { server, kernel } = loadConfig({ json, env, overrides });
  assert.deepEqual([server.httpPort, server.host, server.bodyLimit, server.corsOrigins], [3, "json", 2_097_152, []]);
  assert.deepEqual([kernel.limits.timeoutMs, kernel.limits.maxHostCalls, kernel.limits.memoryBytes], [20, 2, 67_108_864]);
  assert.deepEqual(loadConfig({ json, env }).server.corsOrigins, ["https://c.example", "https://d.example"]);
});

test("every field can be said in the environment and in JSON, with the same result", () => {
  const examples = {
    "server.httpPort": [8080, "8080"], "server.host": ["::1", "::1"], "server.authEnabled": [true, "true"],
    "server.jwtSecret": [SECRET, SECRET], "server.jwtPublicKey": ["key", "key"], "server.jwtAudience": ["me", "me"], "server.corsOrigins": [["https://x.example"], "https://x.example"],
    "server.bodyLimit": ["512kb", "512kb"], "runtime.executor": ["worker", "worker"], "runtime.maxInstances": [4, "4"],
    "runtime.minInstances": [2, "2"], "runtime.memoryLimitBytes": [16_777_216, "16"], "runtime.timeoutMs": [7, "7"], "runtime.fuel": [8, "8"],
    "runtime.maxHostCalls": [0, "0"], "runtime.maxCacheSizeBytes": [0, "0"], "runtime.suspensionTimeoutMs": [9, "9"],
    "runtime.parkingKey": ["k", "k"], "extensions.http.maxConcurrent": [1, "1"], "extensions.http.maxQueue": [0, "0"],
    "extensions.http.defaultTimeout": [5, "5"], "extensions.http.userAgent": ["me/1", "me/1"],
    "extensions.http.allowedDomains": [["*.x.example", "y.example:8080"], "*.x.example,y.example:8080"],
    "logging.level": ["warn", "warn"], "logging.pretty": [true, "true"], "audit.capacity": [0, "0"],
  };
  assert.deepEqual(Object.keys(examples).sort(), CONFIG_FIELDS.map(({ path }) => path).sort());
  const plain = (config) => ({ server: { ...config.server }, kernel: { ...config.kernel }, http: config.extensions.http });
  for (const { path, env } of CONFIG_FIELDS) {
    const [value, text] = examples[path];
    const auth = path === "server.authEnabled" ? { server: { jwtSecret: SECRET } } : {};
    const json = JSON.stringify(path.split(".").reduceRight((inner, name) => ({ [name]: inner }), value));
    const fromEnv = plain(loadConfig({ env: { [env]: text }, overrides: auth }));
    assert.deepEqual(fromEnv, plain(loadConfig({ json, overrides: auth })), path);
    assert.notDeepEqual(fromEnv, plain(loadConfig({ overrides: auth })), path);
    if (typeof value !== "string") assert.deepEqual(plain(loadConfig({ env: { [env]: path.endsWith("Bytes") ? Number(text) : value }, overrides: auth })), fromEnv, path);
  }
});

for (const text of ["", " ", "x", "08", "08x", "1e3", "-1", "+1", "1.5", "0x10", "NaN", "Infinity", " 80", "80 ", "0", "65536", "99999999999999999999"]) {
  test(`a port ${JSON.stringify(text)} is refused`, () => {
    assert.deepEqual(places({ env: { HTTP_PORT: text } }), ["server.httpPort env HTTP_PORT"]);
  });
}

for (const [name, json] of [
  ["a fraction", { runtime: { timeoutMs: 0.5 } }],
  ["a negative number", { runtime: { timeoutMs: -5 } }],
  ["a number as text", { runtime: { timeoutMs: "5" } }],
  ["null", { runtime: { timeoutMs: null } }],
  ["a number for a section", { runtime: 5 }],
  ["a list for a section", { runtime: [] }],
  ["an empty text", { server: { host: "" } }],
  ["a text of blanks", { server: { jwtAudience: "  " } }],
  ["a text for a list", { server: { corsOrigins: "*" } }],
  ["an origin with a path", { server: { corsOrigins: ["https://x.example/a"] } }],
  ["an empty origin", { server: { corsOrigins: [""] } }],
  ["a host with a scheme", { server: { host: "http://x" } }],
  ["a size of another unit", { server: { bodyLimit: "1gb" } }],
  ["a size beyond the bound", { server: { bodyLimit: "65mb" } }],
  ["a domain with a scheme", { extensions: { http: { allowedDomains: ["https://x.example"] } } }],
  ["a header of two lines", { extensions: { http: { userAgent: "a\r\nb" } } }],
  ["another level", { logging: { level: "loud" } }],
  ["a text for true", { logging: { pretty: "true" } }],
]) {
  test(`${name} is refused, in JSON and in code`, () => {
    assert.equal(problems({ json: JSON.stringify(json) })[0].source, "json");
    assert.equal(problems({ overrides: json })[0].source, "overrides");
  });
}

test("AUTH_ENABLED is true or false and nothing like it", () => {
  for (const text of ["TRUE", "1", "yes", "on"]) assert.deepEqual(places({ env: { AUTH_ENABLED: text } }), ["server.authEnabled env AUTH_ENABLED"]);
});

test("every problem is told at once, with its field and where it was said", () => {
  const found = places({
    json: '{ "server": { "htpPort": 1, "wsPort": 3001 }, "runtime": { "timeoutMs": "x" }, "plugins": {}, "__proto__": 1 }',
    env: { LOG_LEVEL: "loud", MAX_INSTANCES: "", HTTP_PORT: "0" },
    overrides: { audit: { capacity: NaN }, server: { authEnabled: true } },
  });
  assert.deepEqual(found, [
    "server.htpPort json",
    "server.wsPort json",
    "runtime.timeoutMs json",
    "plugins json",
    "__proto__ json",
    "server.httpPort env HTTP_PORT",
    "runtime.maxInstances env MAX_INSTANCES",
    "logging.level env LOG_LEVEL",
    "audit.capacity overrides",
    "server.jwtSecret overrides",
  ]);
});

test("a name that is close to one there is gets a hint", () => {
  const hint = (overrides) => problems({ overrides })[0].message;
  assert.ok(hint({ server: { htpPort: 1 } }).endsWith("did you mean server.httpPort?"));
  assert.ok(hint({ server: { timeoutMs: 1 } }).endsWith("did you mean runtime.timeoutMs?"));
  assert.ok(hint({ httpPort: 1 }).endsWith("did you mean server.httpPort?"));
  assert.ok(hint({ logger: {} }).includes("there is no such field"));
  assert.ok(problems({ jsno: "{}" })[0].message.endsWith("did you mean json?"));
});

test("text that is no JSON is told without quoting it", () => {
  const [problem, ...others] = problems({ json: '{ "server": { "jwtSecret": "hunter2", }', env: { HTTP_PORT: "0" } });
  assert.deepEqual([problem.field, problem.source, others.length], ["", "json", 1]);
  assert.ok(!problem.message.includes("hunter2"));
  assert.deepEqual(places({ json: { server: {} } }), [" json"]);
});

test("authentication needs a secret or a key, wherever it was switched on", () => {
  assert.deepEqual(places({ env: { AUTH_ENABLED: "true" } }), ["server.jwtSecret env AUTH_ENABLED"]);
  assert.deepEqual(places({ env: { AUTH_ENABLED: "true", JWT_SECRET: "" } }), ["server.jwtSecret env JWT_SECRET"]);
  assert.equal(loadConfig({ env: { AUTH_ENABLED: "true", JWT_SECRET: SECRET } }).server.jwtSecret, SECRET);
  assert.equal(loadConfig({ env: { AUTH_ENABLED: "true", JWT_PUBLIC_KEY: "key" } }).server.jwtPublicKey, "key");
});

test("tokens are signed with a secret or with a key, not with either", () => {
  assert.deepEqual(places({ env: { JWT_PUBLIC_KEY: "key" }, overrides: { server: { jwtSecret: SECRET } } }), ["server.jwtPublicKey env JWT_PUBLIC_KEY"]);
});

test("a secret has at least 32 bytes, however many characters these are", () => {
  assert.deepEqual(places({ env: { JWT_SECRET: "x".repeat(31) } }), ["server.jwtSecret env JWT_SECRET"]);
  for (const JWT_SECRET of ["x".repeat(32), "é".repeat(16)]) assert.equal(loadConfig({ env: { JWT_SECRET } }).server.jwtSecret, JWT_SECRET);
});

test("a secret or a key is enough to ask for tokens, and nothing but false lets everybody in", () => {
  const auth = (server) => loadConfig({ overrides: { server } }).kernel.auth;
  assert.equal(auth({}), undefined);
  assert.deepEqual({ ...auth({ jwtSecret: SECRET, jwtAudience: "me" }) }, { secret: SECRET, audience: "me" });
  assert.deepEqual({ ...auth({ jwtPublicKey: "key" }) }, { publicKey: "key" });
  assert.equal(auth({ authEnabled: false, jwtSecret: SECRET }), false);
  const { api } = loadConfig({ overrides: { server: { corsOrigins: ["https://x.example"], bodyLimit: 5 } } }).kernel;
  assert.deepEqual(api, { corsOrigins: ["https://x.example"], bodyLimit: 5 });
});

test("no more instances are made ahead than there may be", () => {
  assert.deepEqual(places({ env: { MAX_INSTANCES: "2" }, json: '{ "runtime": { "minInstances": 3 } }' }), ["runtime.minInstances json"]);
});

test("secrets are in it, and are not printed", () => {
  const config = loadConfig({ env: { JWT_SECRET: "hunter2".repeat(5), PARKING_KEY: "hunter3" } });
  assert.equal(config.server.jwtSecret, "hunter2".repeat(5));
  assert.equal({ ...config.kernel.auth }.secret, "hunter2".repeat(5));
  assert.equal({ ...config.kernel }.parkingKey, "hunter3");
  for (const shown of [JSON.stringify(config), inspect(config, { depth: 9 }), JSON.stringify({ config }), inspect(config.kernel), inspect(config.kernel.auth), inspect(config.server)]) {
    assert.ok(!shown.includes("hunter") && shown.includes("[secret]"), shown);
  }
  for (const JWT_SECRET of [5, ["hunter2"], " hunter2"]) {
    assert.throws(() => loadConfig({ env: { JWT_SECRET } }), (error) => !`${error.message}${JSON.stringify(error.context)}`.includes("hunter"));
  }
});

test("a kernel takes the secret, and not what is printed in its place", async () => {
  const { kernel: options } = loadConfig({ env: { JWT_SECRET: SECRET } });
  const kernel = await kernelFor({ ...options, logger: { level: "silent" } });
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "HS256" })}.${part({ exp: Date.now() / 1000 + 60, permissions: ["panel:read"] })}`;
  const ask = async (secret) => {
    const authorization = `Bearer ${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
    return (await kernel.fetch(new Request("http://localhost/panels", { headers: { authorization } }))).status;
  };
  assert.deepEqual([await ask(SECRET), await ask("[secret]")], [200, 401]);
});

test("the answer is frozen all through", () => {
  const config = loadConfig({ overrides: { server: { corsOrigins: ["*"] }, extensions: { http: { allowedDomains: ["x.example"] } } } });
  const check = (object) => {
    assert.ok(Object.isFrozen(object));
    for (const value of Object.values(object)) if (typeof value === "object") check(value);
  };
  check(config);
});

test("what an override holds can be changed afterwards without the configuration", () => {
  const corsOrigins = ["*"];
  const config = loadConfig({ overrides: { server: { corsOrigins } } });
  corsOrigins.push("https://x.example");
  assert.deepEqual(config.server.corsOrigins, ["*"]);
});

test("docs/configuration.md lists every field as the table has it", () => {
  const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([a-zA-Z.]+)` \| `([A-Z_]+)` \| (.*) \| (.*) \| (.*) \|$/gm)].map(([, ...cells]) => cells);
  const expected = CONFIG_FIELDS.map((field) => [
    field.path,
    field.env,
    `${field.expected}${field.envUnit ? `; in the environment, that many times ${field.envUnit}` : ""}`,
    field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``,
    `${field.doc}${field.secret ? " Never printed." : ""}`,
  ]);
  assert.deepEqual(rows, expected);
});

test("a kernel takes every number that the table takes", async () => {
  for (const { path, expected, env, envUnit } of CONFIG_FIELDS) {
    const [, least, most] = /^a whole number from (\d+) to (\d+)$/.exec(expected) ?? [];
    if (least === undefined) continue;
    for (const bound of [least, most].map(Number)) {
      if (path === "runtime.minInstances" && bound > 0) continue; // As many would be made.
      const others = path === "runtime.maxInstances" ? { runtime: { minInstances: 1 } } : {};
      const text = (number) => ({ env: { [env]: String(number / (envUnit ?? 1)) }, overrides: others });
      const config = loadConfig(text(bound));
      const kernel = await createKernel({ ...config.kernel, logger: undefined, extensions: [httpExtension(config.extensions.http)] });
      await kernel.close();
    }
    const unit = envUnit ?? 1;
    for (const beyond of [Number(least) - unit, Number(most) + unit]) {
      assert.throws(() => loadConfig({ env: { [env]: String(beyond / unit) } }), nexusError("INVALID_ARGUMENT", path));
    }
  }
});
