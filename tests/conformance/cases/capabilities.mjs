// Nothing declared means nothing allowed; a token allows what it names and nothing else.

import { attenuate, checkCapability, parseCapability } from "nexus-kernel";
import { equal, match, ok, rejects, throws } from "../assert.mjs";
import { ALL, valueOf } from "../trial.mjs";

/** [what it does, the exact token, the wildcard, tokens for something else] */
const FAMILIES = [
  ["return $state.a", "state:read:a", "state:read:*", ["state:read:b", "state:read:ab", "state:write:a", "state:write:*"]],
  ["return $state['a.b:c d']", "state:read:a.b:c d", "state:read:*", ["state:read:a.b", "state:read:a.b:c", "state:read:a.b:c d "]],
  ["return $state.get('a')", "state:read:a", "state:read:*", ["state:read:get"]],
  ["return $state.has('x y')", "state:read:x y", "state:read:*", ["state:read:x"]],
  ["return 'x:y' in $state", "state:read:x:y", "state:read:*", ["state:read:x"]],
  ["$state.a = 1", "state:write:a", "state:write:*", ["state:write:b", "state:read:a", "state:read:*"]],
  ["$state.set('x:y.z w', 1)", "state:write:x:y.z w", "state:write:*", ["state:write:x", "state:write:x:y.z"]],
  ["delete $state.a", "state:write:a", "state:write:*", ["state:read:a"]],
  ["$emit('saved', 1)", "events:emit:saved", "events:emit:*", ["events:emit:save", "events:emit:Saved"]],
  ["$emit('sys:a.b c', 1)", "events:emit:sys:a.b c", "events:emit:*", ["events:emit:sys", "events:emit:sys:a.b"]],
  ["$emit.toast('x')", "events:emit:toast", "events:emit:*", ["events:emit:toasts"]],
  ["$view.focus('list')", "view:update:list", "view:update:*", ["view:update:lis", "view:update:list2"]],
  ["$view.setFilter('my list:1.2', 'x')", "view:update:my list:1.2", "view:update:*", ["view:update:my list"]],
  ["$view.scrollTo('a', 1)", "view:update:a", "view:update:*", ["view:update:b"]],
  ["$view.command('a', 'c')", "view:update:a", "view:update:*", ["view:update:c"]],
  ["$view.getElementById('a').setProp('p', 1)", "view:update:a", "view:update:*", ["view:update:p"]],
  ["await $ext.test.echo(1)", "ext:test.echo", "ext:*", ["ext:test.fail", "ext:tes", "ext:other", "ext:other.echo"]],
  ["await $ext.test.echo(1)", "ext:test", "ext:*", ["ext:echo"]],
  ["await $ext['odd name']['do it.now'](1)", "ext:odd name.do it.now", "ext:odd name", ["ext:odd", "ext:odd name.do it", "ext:odd name.do"]],
  ["$host.plain(1)", "host:plain", "host:*", ["host:plai", "host:other", "ext:plain"]],
  ["$host['h.x: y'](1)", "host:h.x: y", "host:*", ["host:h.x", "host:h"]],
];

async function populated(t) {
  const kernel = await t.kernel();
  kernel.extensions.register({ name: "odd name", methods: ["do it.now"], call: (_, [value]) => value });
  for (const name of ["plain", "h.x: y"]) kernel.hostFunctions.register({ name, signature: name, call: ([value]) => value });
  return kernel;
}

export default {
  "each family is allowed by name and wildcard, denied without and with another name": async (t) => {
    const kernel = await populated(t);
    for (const [source, exact, wildcard, others] of FAMILIES) {
      for (const token of [exact, wildcard]) {
        const result = await kernel.run(source, { capabilities: [token] });
        equal(result.error, undefined, `${source} with ${token}`);
        equal(result.denials, undefined, source);
      }
      for (const capabilities of [undefined, [], others, ALL.filter((token) => token !== familyOf(exact))]) {
        const result = await kernel.run(`const first = 1;\n${source}`, { capabilities });
        equal(result.error?.code, "PERMISSION_DENIED", `${source} with ${capabilities}`);
        equal(result.error.location?.line, 2, source);
        equal([result.stateMutations, result.events, result.viewCommands, result.suspensions], [[], [], [], []], source);
      }
    }
  },

  "the whole list and the view itself need the wildcard": async (t) => {
    const kernel = await t.kernel();
    for (const [source, token, wildcard] of [
      ["return $state.keys()", "state:read:a", "state:read:*"],
      ["return Object.keys($state)", "state:read:a", "state:read:*"],
      ["$view.command(null, 'reload')", "view:update:a", "view:update:*"],
    ]) {
      equal((await kernel.run(source, { capabilities: [token] })).error?.code, "PERMISSION_DENIED", source);
      equal((await kernel.run(source, { capabilities: [wildcard] })).error, undefined, source);
    }
  },

  "a denial can be caught, is told, and says which token is missing": async (t) => {
    const kernel = await t.kernel();
    const source = "try { $state.secret } catch (e) { return [e instanceof Error, e.code, e.capability, e.message.includes('state:read:secret')] }";
    const result = await kernel.run(source, { state: { secret: 1 }, capabilities: ["state:read:open"] });
    equal(result.returnValue, [true, "PERMISSION_DENIED", "state:read:secret", true]);
    equal(result.denials, [{ operation: "state.get", capability: "state:read:secret" }]);
  },

  "a denied call never reaches the extension": async (t) => {
    const kernel = await t.kernel();
    const source = "const seen = []; for (const m of ['echo', 'later']) try { await $ext.test[m](1) } catch (e) { seen.push(e.code) } return seen";
    const result = await kernel.run(source, { capabilities: ["ext:test.echo"] });
    equal(result.returnValue, ["PERMISSION_DENIED"]);
    equal(t.extension.notes, ["echo 1"]);
    equal(result.denials, [{ operation: "ext.test.later", capability: "ext:test.later" }]);
  },

  "extensions are looked for before methods, and methods before capabilities": async (t) => {
    const kernel = await t.kernel();
    for (const capabilities of [[], ["ext:*"]]) {
      const code = async (source) => (await kernel.run(source, { capabilities })).error?.code;
      equal(await code("await $ext.nobody.say()"), "EXTENSION_NOT_FOUND");
      equal(await code("await $ext.test.nothing()"), "METHOD_NOT_FOUND");
    }
    const source = "return [$ext.exists('test'), $ext.exists('no'), $ext.methods('test').includes('echo'), $ext.methods('no'), $ext.list()]";
    equal(valueOf(await kernel.run(source)), [true, false, true, [], ["test"]]);
  },

  "malformed tokens are refused by name, wherever they stand": async (t) => {
    const kernel = await t.kernel();
    for (const token of ["", "*", "state", "state:read", "state:read:", "state:write:", "state:delete:x", "state:*", "state:read:a*", "state:read:**", "State:read:a",
      " state:read:a", "events:emit:", "events:on:x", "view:update:", "view:update", "ext:", "ext:.get", "ext:http.", "ext:http:get", "ext:*.get", "ext:http.*",
      "ext:ht*p", "ext:*?host=a", "ext:http?", "ext:http?host", "ext:http?=a", "ext:http?host=", "host:", "host:a*", "net:x", "ext"]) {
      const error = await rejects(kernel.run("return 1", { capabilities: ["state:read:a", token] }), "INVALID_CAPABILITY");
      ok(error.message.includes(JSON.stringify(token)), error.message);
      await rejects(kernel.execute("return 1", { capabilities: [token] }), "INVALID_CAPABILITY");
      throws(() => parseCapability(token), "INVALID_CAPABILITY");
      throws(() => attenuate([token], []), "INVALID_CAPABILITY");
      throws(() => attenuate([], [token]), "INVALID_CAPABILITY");
      throws(() => checkCapability([], token), "INVALID_CAPABILITY");
    }
    for (const capabilities of ["state:read:a", [1], [null], {}, null, [["state:read:a"]]]) {
      await rejects(kernel.run("return 1", { capabilities }), "INVALID_ARGUMENT", /capabilities/);
    }
  },

  "a caveat is held against the arguments of each call": async (t) => {
    const kernel = await t.kernel();
    const read = [];
    kernel.extensions.register({
      name: "files",
      methods: ["read"],
      capabilities: { path: (_, [path]) => (typeof path === "string" ? path : undefined) },
      call: (_, [path]) => (read.push(path), path),
    });
    const source = "const told = []; for (const path of $args) try { told.push(await $ext.files.read(path)) } catch (e) { told.push(e.code) } return told";
    const told = async (token) => (await kernel.run(source, { args: ["/a b", "/c", 5], capabilities: [token] })).returnValue;
    const denied = "PERMISSION_DENIED";
    equal(await told("ext:files.read?path=/a%20b"), ["/a b", denied, denied]);
    equal(await told("ext:files?path=/a%20b&path=/c"), ["/a b", "/c", denied]);
    equal(await told("ext:files"), ["/a b", "/c", 5]);
    equal(read, ["/a b", "/a b", "/c", "/a b", "/c", 5]);
    await rejects(kernel.run(source, { capabilities: ["ext:files?size=1"] }), "INVALID_CAPABILITY", /size/);
    await rejects(kernel.run(source, { capabilities: ["ext:test?host=a"] }), "INVALID_CAPABILITY", /host/);
  },

  "attenuate narrows and never widens": async (t) => {
    await t.kernel();
    const narrow = (granted, wanted) => attenuate(granted, wanted);
    equal(narrow(["state:read:*", "ext:http"], ["state:read:a", "ext:http.get"]), ["state:read:a", "ext:http.get"]);
    equal(narrow(["ext:http"], ["ext:http.get?host=a.org"]), ["ext:http.get?host=a.org"]);
    equal(narrow(["ext:*"], []), []);
    for (const [granted, wanted] of [
      [[], "state:read:a"],
      [["state:read:a"], "state:read:*"],
      [["state:read:a"], "state:write:a"],
      [["ext:http.get"], "ext:http"],
      [["ext:http"], "ext:*"],
      [["ext:http?host=a.org"], "ext:http"],
      [["ext:http?host=a.org"], "ext:http?host=b.org"],
      [["ext:http?host=a.org"], "ext:http?host=a.org&host=b.org"],
    ]) {
      const error = throws(() => narrow(granted, [wanted]), "PERMISSION_DENIED");
      ok(error.message.includes(wanted.split("?")[0]), error.message);
    }
  },

  "tokens are parsed and compared by the exported functions": async (t) => {
    await t.kernel();
    equal(checkCapability(["state:read:*"], "state:read:a:b"), true);
    equal(checkCapability(["state:read:a"], "state:read:b"), false);
    equal(checkCapability([], "state:read:b"), false);
    const parsed = parseCapability("state:read:a:b c");
    match(JSON.stringify(parsed), /a:b c/);
  },
};

function familyOf(token) {
  return ALL.find((wildcard) => token.startsWith(wildcard.slice(0, -1)));
}
