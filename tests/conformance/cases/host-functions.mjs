// kernel.hostFunctions: synchronous functions of the embedder.

import { equal, match, ok, throws } from "../assert.mjs";

export default {
  "a host function answers on the spot": async (t) => {
    const { hostFunctions } = await t.kernel();
    let seen;
    hostFunctions.register({ name: "sum", signature: "sum(...numbers): number", call: (args) => args.reduce((a, b) => a + b, 0) });
    hostFunctions.register({ name: "look", signature: "look(value)", call: (args) => void (seen = args) });
    equal(await t.value("return [$host.sum(1, 2, 3), $host.sum(), $host.look({ a: [1] }, 'x') ?? 'nothing']"), [6, 0, "nothing"]);
    equal(seen, [{ a: [1] }, "x"]);
    const { metrics } = await t.run("$host.sum(1); $host.sum(2)");
    equal(metrics.hostCalls.sum, 2);
  },

  "they are listed with their signatures, and can be taken out": async (t) => {
    const { hostFunctions } = await t.open();
    hostFunctions.register({ name: "a", signature: "a(): number", call: () => 1 });
    hostFunctions.register({ name: "b", signature: "b()", call: () => 2 });
    equal(hostFunctions.list(), [{ name: "a", signature: "a(): number" }, { name: "b", signature: "b()" }]);
    equal([hostFunctions.unregister("a"), hostFunctions.unregister("a"), hostFunctions.list().length], [true, false, 1]);
  },

  "what it throws can be caught, with its message": async (t) => {
    const { hostFunctions } = await t.kernel();
    let thrown;
    hostFunctions.register({ name: "fail", signature: "fail()", call: () => { throw thrown; } });
    for (const value of [new Error("not today"), new TypeError("not today"), "not today", { message: "not today" }]) {
      thrown = value;
      equal(await t.value("try { $host.fail() } catch (e) { return [e instanceof Error, e.message] }"), [true, "not today"]);
    }
    const error = await t.error("const a = 1;\n$host.fail()");
    equal([error.location?.line, error.message.includes("not today")], [2, true]);
  },

  "an unknown one is METHOD_NOT_FOUND": async (t) => {
    equal((await t.error("\n$host.nothing()")).code, "METHOD_NOT_FOUND");
    const { hostFunctions } = await t.kernel();
    hostFunctions.register({ name: "a", signature: "a()", call: () => 1 });
    equal(await t.value("return $host.a()"), 1);
    hostFunctions.unregister("a");
    equal((await t.error("$host.a()")).code, "METHOD_NOT_FOUND");
  },

  "one that answers with a promise is refused: a handler cannot wait for it": async (t) => {
    const { hostFunctions } = await t.kernel();
    hostFunctions.register({ name: "later", signature: "later()", call: async () => 1 });
    const error = await t.error("$host.later()");
    equal(error.code, "SERIALIZATION_ERROR");
    match(error.message, /promise/);
  },

  "one may start another run on the same kernel": async (t) => {
    const kernel = await t.kernel();
    const started = [];
    kernel.hostFunctions.register({ name: "start", signature: "start()", call: ([n]) => void started.push(kernel.run(`return ${n} * 2`)) });
    equal(await t.value("$host.start(1); $host.start(2); return 'outer'"), "outer");
    equal((await Promise.all(started)).map(({ returnValue }) => returnValue), [2, 4]);
  },

  "what can be no host function is refused": async (t) => {
    const { hostFunctions } = await t.open();
    const good = { name: "f", signature: "f()", call: () => 1 };
    for (const change of [{ name: "" }, { name: "a*" }, { name: 1 }, { name: undefined }, { call: undefined }, { call: 1 }, { signature: 1 }]) {
      throws(() => hostFunctions.register({ ...good, ...change }), "INVALID_ARGUMENT");
    }
    for (const value of [undefined, null, 1, () => 1]) throws(() => hostFunctions.register(value), "INVALID_ARGUMENT");
    hostFunctions.register(good);
    throws(() => hostFunctions.register(good), "INVALID_ARGUMENT", /registered/);
    equal(hostFunctions.list().length, 1);
    ok(hostFunctions.unregister("f"));
  },
};
