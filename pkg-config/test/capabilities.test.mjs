import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { extension, kernelFor, nexusError, returned } from "./harness.mjs";
import { attenuate, checkCapability, parseCapability } from "./package.mjs";

test("tokens are taken apart", () => {
  for (const [token, parts] of [
    ["state:read:count", { family: "state:read", name: "count" }],
    ["state:write:a:b.c d", { family: "state:write", name: "a:b.c d" }],
    ["events:emit:*", { family: "events:emit", name: "*" }],
    ["view:update: ", { family: "view:update", name: " " }],
    ["host:a.b", { family: "host", name: "a.b" }],
    ["ext:*", { family: "ext", name: "*" }],
    ["ext:http", { family: "ext", name: "http" }],
    ["ext:http.get", { family: "ext", name: "http", method: "get" }],
    ["ext:http.get?host=a&host=b&method=GET", { family: "ext", name: "http", method: "get", caveats: { host: ["a", "b"], method: ["GET"] } }],
  ]) {
    assert.deepEqual(parseCapability(token), { token, ...parts });
  }
});

test("malformed tokens are refused wherever they are given", () => {
  for (const token of ["", "*", "state", "state:read:", "state:read:a*", "ext:http:get", "ext:*.get", "ext:http?host", "nothing:x"]) {
    assert.throws(() => parseCapability(token), nexusError("INVALID_CAPABILITY", token), token);
    assert.throws(() => checkCapability([token], "ext:a"), nexusError("INVALID_CAPABILITY"));
    assert.throws(() => checkCapability(["ext:a"], token), nexusError("INVALID_CAPABILITY"));
    assert.throws(() => attenuate([token], []), nexusError("INVALID_CAPABILITY"));
    assert.throws(() => attenuate(["ext:*"], [token]), nexusError("INVALID_CAPABILITY"));
  }
});

test("what is no token at all is refused", () => {
  for (const token of [undefined, null, 1, {}, []]) {
    assert.throws(() => parseCapability(token), nexusError("INVALID_ARGUMENT"));
    assert.throws(() => checkCapability([], token), nexusError("INVALID_ARGUMENT"));
    assert.throws(() => checkCapability([token], "ext:a"), nexusError("INVALID_ARGUMENT"));
  }
});

test("checkCapability tells whether one of the tokens covers another", () => {
  assert.equal(checkCapability(["state:read:*"], "state:read:a"), true);
  assert.equal(checkCapability(["state:read:a"], "state:read:*"), false);
  assert.equal(checkCapability([], "state:read:a"), false);
  assert.equal(checkCapability(["ext:http?host=a&host=b"], "ext:http.get?host=a"), true);
  assert.equal(checkCapability(["ext:http?host=a"], "ext:http"), false);
});

test("attenuate narrows and never widens", () => {
  assert.deepEqual(attenuate(["state:read:*", "ext:http"], ["state:read:a", "ext:http.get?host=x"]), ["state:read:a", "ext:http.get?host=x"]);
  assert.deepEqual(attenuate(["state:read:*"], []), []);
  assert.throws(() => attenuate(["state:read:a"], ["state:read:a", "state:read:*"]), nexusError("PERMISSION_DENIED", "state:read:*"));
  assert.throws(() => attenuate([], ["ext:http"]), nexusError("PERMISSION_DENIED", "ext:http"));
  assert.throws(() => attenuate("state:read:*", []), nexusError("INVALID_ARGUMENT", "granted"));
  assert.throws(() => attenuate([], undefined), nexusError("INVALID_ARGUMENT", "wanted"));
});

test("attenuate works before any kernel was made", () => {
  const url = new URL("./package.mjs", import.meta.url).href;
  const source = `import { attenuate } from ${JSON.stringify(url)}; console.log(attenuate(["ext:*"], ["ext:http.get"])[0])`;
  const out = execFileSync(process.execPath, ["--input-type=module", "--eval", source], { encoding: "utf8" });
  assert.equal(out.trim(), "ext:http.get");
});

// Each family: exact token, wildcard, none, another's name; names with dots, colons and blanks.
const kernel = await kernelFor({ extensions: [extension("e", { m: () => "ok" }), extension("my ext", { "a.b": () => "ok" })] });
kernel.hostFunctions.register({ name: "f", call: () => "ok" });
kernel.hostFunctions.register({ name: "a.b: c", call: () => "ok" });
const NAMES = ["plain", "with.dot", "with:colon", "with blank", "__proto__"];
const FAMILIES = [
  ...NAMES.flatMap((name) => [
    ["state:read", name, `$state[${JSON.stringify(name)}]; return "ok"`],
    ["state:write", name, `$state[${JSON.stringify(name)}] = 1; return "ok"`],
    ["events:emit", name, `$emit(${JSON.stringify(name)}); return "ok"`],
    ["view:update", name, `$view.focus(${JSON.stringify(name)}); return "ok"`],
  ]),
  ["host", "f", "return $host.f()"],
  ["host", "a.b: c", "return $host['a.b: c']()"],
  ["ext", "e.m", "return await $ext.e.m()"],
  ["ext", "e", "return await $ext.e.m()"],
  ["ext", "my ext.a.b", "return await $ext['my ext']['a.b']()"],
];
for (const [family, name, source] of FAMILIES) {
  test(`${family}:${name} allows with the exact token and the wildcard, and denies without and with another's`, async () => {
    const run = async (...capabilities) => (await kernel.run(source, { capabilities })).error?.code ?? "ok";
    assert.equal(await run(`${family}:${name}`), "ok");
    assert.equal(await run(`${family}:*`), "ok");
    assert.equal(await run(), "PERMISSION_DENIED");
    assert.equal(await run(`${family}:other`), "PERMISSION_DENIED");
    const others = ["state:read:*", "state:write:*", "events:emit:*", "view:update:*", "ext:*", "host:*"].filter((token) => !token.startsWith(family));
    assert.equal(await run(...others), "PERMISSION_DENIED");
  });
}

test("with no capabilities nothing is allowed", async () => {
  const result = await kernel.run(`
    const tried = [() => $state.a, () => { $state.a = 1 }, () => delete $state.a, () => $state.keys(), () => $emit("e"), () => $emit.toast("t"), () => $view.focus("v"), () => $host.f(), () => $ext.e.m()];
    const codes = [];
    for (const attempt of tried) { try { await attempt(); codes.push("allowed") } catch (error) { codes.push(error.code) } }
    return codes;`, { state: { a: 1 } });
  assert.deepEqual(new Set(returned(result)), new Set(["PERMISSION_DENIED"]));
  assert.deepEqual([result.stateMutations, result.events, result.viewCommands, result.suspensions], [[], [], [], []]);
  assert.equal(result.denials.length, 9);
});
