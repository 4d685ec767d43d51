// kernel.extensions: registering, calling, starting and stopping.

import { equal, match, ok, rejects, throws } from "../assert.mjs";
import { valueOf } from "../trial.mjs";

const CAPABILITIES = { capabilities: ["ext:*"] };

function simple(name, more) {
  return { name, methods: ["get"], call: () => name, ...more };
}

export default {
  "what is registered can be found, listed, called and taken out": async (t) => {
    const kernel = await t.open();
    const { extensions } = kernel;
    const one = simple("one", { methods: ["get", "set"], call: (method, args) => [method, ...args] });
    extensions.register(one);
    extensions.register(simple("two"));
    equal([extensions.has("one"), extensions.has("no"), extensions.list()], [true, false, ["one", "two"]]);
    ok(extensions.get("one") === one && extensions.get("no") === undefined);
    equal([extensions.getMethods("one"), extensions.getMethods("no")], [["get", "set"], []]);
    equal(await extensions.call("one", "set", ["k", { v: 1 }]), ["set", "k", { v: 1 }]);
    equal(await extensions.call("one", "get"), ["get"]);
    equal([extensions.unregister("one"), extensions.unregister("one"), extensions.has("one")], [true, false, false]);
    equal((await kernel.run("await $ext.one.get()", CAPABILITIES)).error.code, "EXTENSION_NOT_FOUND");
    equal(valueOf(await kernel.run("return [await $ext.two.get(), $ext.list()]", CAPABILITIES)), ["two", ["two"]]);
    extensions.register(simple("one"));
    equal(valueOf(await kernel.run("return await $ext.one.get()", CAPABILITIES)), "one");
  },

  "calls of the embedder's own fail with what they fail with": async (t) => {
    const { extensions } = await t.kernel();
    await rejects(extensions.call("no", "get"), "EXTENSION_NOT_FOUND");
    await rejects(extensions.call("test", "no"), "METHOD_NOT_FOUND");
    await rejects(extensions.call("test", "echo", "x"), "INVALID_ARGUMENT", /args/);
    await rejects(extensions.call("test", "echo", [() => 1]), "SERIALIZATION_ERROR");
    const thrown = await extensions.call("test", "fail", ["broken"]).catch((error) => error);
    match(thrown.message, /broken/);
    equal(await extensions.call("test", "later", [7]), 7);
  },

  "an extension keeps its this, be it an object or of a class": async (t) => {
    class Counter {
      name = "counter";
      methods = ["next"];
      #count = 0;
      init() {
        this.#count = 10;
      }
      call() {
        return ++this.#count;
      }
    }
    const kernel = await t.open({ extensions: [new Counter()] });
    equal(valueOf(await kernel.run("return [await $ext.counter.next(), await $ext.counter.next()]", CAPABILITIES)), [11, 12]);
  },

  "init runs once before the first call, however many calls there are": async (t) => {
    let inits = 0;
    const lazy = simple("lazy", { init: async () => void inits++, call: () => inits });
    const kernel = await t.open({ extensions: [lazy] });
    equal(inits, 0);
    equal(valueOf(await kernel.run("return await Promise.all([$ext.lazy.get(), $ext.lazy.get()])", CAPABILITIES)), [1, 1]);
    equal(await kernel.extensions.init(), []);
    equal(inits, 1);
  },

  "one that fails to start does not stop the others, and is reported": async (t) => {
    const started = [];
    const broken = (name, init) => simple(name, { init });
    const kernel = await t.open({
      extensions: [
        simple("a", { init: () => void started.push("a") }),
        broken("now", () => { throw new Error("no disk"); }),
        broken("later", () => Promise.reject(new Error("no net"))),
        simple("z", { init: async () => void started.push("z") }),
      ],
    });
    const failures = await kernel.extensions.init();
    equal(failures.map(({ extension, error }) => [extension, error.message]), [["now", "no disk"], ["later", "no net"]]);
    ok(failures.every(({ error }) => error instanceof Error));
    equal(started, ["a", "z"]);
    const source = "const told = []; for (const name of ['a', 'now', 'later', 'z']) try { told.push(await $ext[name].get()) } catch (e) { told.push(e.code + ' ' + e.message) } return told";
    const told = valueOf(await kernel.run(source, CAPABILITIES));
    equal([told[0], told[3]], ["a", "z"]);
    match(told[1], /EXTENSION_ERROR .*no disk/);
    match(told[2], /EXTENSION_ERROR .*no net/);
  },

  "one that fails to stop does not stop the others, and close tells": async (t) => {
    const stopped = [];
    const kernel = await t.open({
      extensions: [
        simple("a", { shutdown: () => void stopped.push("a") }),
        simple("b", { shutdown: () => { throw new Error("stuck"); } }),
        simple("c", { shutdown: async () => void stopped.push("c") }),
        simple("never started", { shutdown: () => void stopped.push("never started") }),
        simple("broken", { init: () => Promise.reject(new Error("x")), shutdown: () => void stopped.push("broken") }),
      ],
    });
    for (const name of ["a", "b", "c"]) await kernel.extensions.call(name, "get");
    await kernel.extensions.call("broken", "get").catch(() => {});
    const failures = await kernel.close();
    equal(failures.map(({ extension, error }) => [extension, error.message]), [["b", "stuck"]]);
    equal(stopped.toSorted(), ["a", "c"]);
    equal(await kernel.close(), []);
  },

  "shutdown can be asked for, and the next call starts again": async (t) => {
    const told = [];
    const kernel = await t.open({ extensions: [simple("a", { init: () => void told.push("init"), shutdown: () => void told.push("shutdown") })] });
    await kernel.extensions.init();
    equal(await kernel.extensions.shutdown(), []);
    await kernel.extensions.call("a", "get");
    equal(told, ["init", "shutdown", "init"]);
  },

  "what can be no extension is refused by name": async (t) => {
    const kernel = await t.open({ extensions: [simple("taken")] });
    const { extensions } = kernel;
    for (const name of ["", "a:b", "a.b", "a?b", "a*", "exists", "methods", "list", "taken"]) {
      const error = throws(() => extensions.register(simple(name)), "INVALID_ARGUMENT");
      ok(error.message.includes(JSON.stringify(name)), error.message);
    }
    for (const [field, value] of [
      ["name", 1], ["name", undefined], ["methods", undefined], ["methods", "get"], ["methods", []], ["methods", [1]], ["methods", [""]], ["methods", ["a*"]], ["methods", ["a:b"]], ["methods", ["a?b"]],
      ["methods", ["a", "a"]], ["call", undefined], ["call", 1], ["init", 1], ["shutdown", "x"], ["capabilities", 1], ["capabilities", { host: 1 }],
    ]) {
      throws(() => extensions.register(simple("x", { [field]: value })), "INVALID_ARGUMENT");
    }
    for (const extension of [undefined, null, 1, "x", () => 1]) throws(() => extensions.register(extension), "INVALID_ARGUMENT");
    equal(extensions.list(), ["taken"]);
    for (const value of [1, {}, "x", null]) await rejects(t.open({ extensions: value }), "INVALID_ARGUMENT", /extensions/);
    await rejects(t.open({ extensions: [simple("a"), simple("a")] }), "INVALID_ARGUMENT", /"a"/);
  },

  "a run keeps the extensions it started with": async (t) => {
    const kernel = await t.kernel();
    const { extensions } = kernel;
    extensions.register({ name: "add", methods: ["another"], call: () => void extensions.register(simple("another")) });
    const source = "await $ext.add.another(); return $ext.exists('another')";
    equal(valueOf(await kernel.run(source, CAPABILITIES)), false);
    equal(valueOf(await kernel.run("return await $ext.another.get()", CAPABILITIES)), "another");
  },

  "an extension may run another handler on the same kernel": async (t) => {
    const kernel = await t.kernel();
    kernel.extensions.register({ name: "nested", methods: ["run"], call: async (_, [source]) => (await kernel.run(source, { capabilities: ["ext:test"] })).returnValue });
    equal(valueOf(await kernel.run("return await $ext.nested.run('return 1 + await $ext.test.echo(1)')", CAPABILITIES)), 2);
  },
};
