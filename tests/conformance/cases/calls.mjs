// Calls of extensions: promises, in sequence and at once, failing, racing, forgotten.

import { equal, match, ok } from "../assert.mjs";
import { until } from "../trial.mjs";

export default {
  "1 to 100 awaits in sequence give right results": async (t) => {
    const source = "let sum = 0; for (let i = 1; i <= $args; i++) { sum += await $ext.test.echo(i); $state.sum = sum } return sum";
    for (const count of [1, 2, 3, 10, 37, 100]) {
      const sum = (count * (count + 1)) / 2;
      const result = await t.run(source, { args: count });
      equal([result.returnValue, result.suspensions.length], [sum, count], JSON.stringify(result.error));
      equal(result.stateMutations.at(-1).value, sum);
    }
  },

  "100 calls at once give right results in the right places": async (t) => {
    const source = "return await Promise.all(Array.from({ length: 100 }, (_, i) => $ext.test[i % 2 ? 'later' : 'echo'](i)))";
    equal(await t.value(source), Array.from({ length: 100 }, (_, index) => index));
  },

  "calls made together are under way together": async (t) => {
    const kernel = await t.kernel();
    let inside = 0;
    let open;
    const all = new Promise((resolve) => (open = resolve));
    // Answers nobody before everybody is here.
    kernel.extensions.register({ name: "meet", methods: ["here"], call: (_, [name]) => (++inside === 7 && open(), all.then(() => name)) });
    const source = "return await Promise.all([...'abcdefg'].map((name) => $ext.meet.here(name)))";
    equal(await t.value(source), [..."abcdefg"]);
  },

  "sequences may hold calls at once": async (t) => {
    const source = "const all = []; for (let i = 0; i < 5; i++) all.push(await Promise.all([$ext.test.later('a' + i), $ext.test.echo('b' + i)])); return all.flat().join()";
    equal(await t.value(source), "a0,b0,a1,b1,a2,b2,a3,b3,a4,b4");
  },

  "an answer that comes later is not waited for by what came before": async (t) => {
    const kernel = await t.kernel();
    const answers = new Map();
    kernel.extensions.register({ name: "by", methods: ["hand"], call: (_, [name]) => new Promise((resolve) => answers.set(name, resolve)) });
    const segments = [];
    const run = t.run("const slow = $ext.by.hand('slow'); $state.a = await $ext.by.hand('quick'); $emit('quick done'); return [$state.a, await slow]", {
      onSegment: (segment) => segments.push(segment),
    });
    await until(() => answers.size === 2);
    answers.get("quick")(1);
    await until(() => segments.length === 2);
    equal(segments[1].events.map(({ name }) => name), ["quick done"]);
    answers.get("slow")(2);
    equal((await run).returnValue, [1, 2]);
  },

  "a rejected call can be caught": async (t) => {
    const source = "try { await $ext.test.fail('no such row') } catch (e) { return [e instanceof Error, e.message, e.code, e.extension, e.method] }";
    const result = await t.run(source);
    equal(result.returnValue, [true, "no such row", "EXTENSION_ERROR", "test", "fail"]);
  },

  "a rejected call that nobody catches is EXTENSION_ERROR at the line of the call": async (t) => {
    for (const [source, line] of [
      ["await $ext.test.fail('gone')", 1],
      ["$state.before = 1;\n\nawait $ext.test.echo(1);\n  await $ext.test.fail('gone');\n$state.after = 1;", 4],
      ["const load = async () => {\n  return await $ext.test.fail('gone');\n};\nreturn await load()", 2],
      ["return [\n  await $ext.test.echo(1),\n  await $ext.test.fail('gone'),\n]", 3],
      ["const calls = [\n  $ext.test.later(1),\n  $ext.test.fail('gone'),\n];\nreturn await Promise.all(calls)", 3],
      ["\nreturn $ext.test.fail('gone')", 2],
    ]) {
      const error = await t.error(source);
      equal([error.code, error.message, error.context], ["EXTENSION_ERROR", "gone", { extension: "test", method: "fail" }], source);
      equal(error.location?.line, line, source);
    }
    const { stateMutations } = await t.run("$state.before = 1; await $ext.test.fail('gone'); $state.after = 1");
    equal(stateMutations.map(({ key }) => key), ["before"]);
  },

  "one of several may fail and the others still count": async (t) => {
    const source = "const all = await Promise.allSettled([$ext.test.later(5), $ext.test.fail('x'), $ext.test.echo('y')]); return all.map((one) => one.value ?? one.reason.message)";
    equal(await t.value(source), [5, "x", "y"]);
    equal(await t.value("return await Promise.any([$ext.test.fail('x'), $ext.test.later('y')])"), "y");
  },

  "whatever an extension throws reaches the handler as an error with a message": async (t) => {
    const kernel = await t.kernel();
    let thrown;
    kernel.extensions.register({ name: "odd", methods: ["now", "later"], call: (method) => {
      if (method === "now") throw thrown;
      return Promise.reject(thrown);
    } });
    for (const value of ["text", 42, null, undefined, { message: "from an object" }, new TypeError("typed"), { toString: null }, Symbol("s"), Object.assign(new Error("coded"), { code: "E_MINE" })]) {
      thrown = value;
      for (const method of ["now", "later"]) {
        const [isError, message, code] = await t.value(`try { await $ext.odd.${method}() } catch (e) { return [e instanceof Error, e.message, e.code] }`);
        equal([isError, typeof message, code], [true, "string", "EXTENSION_ERROR"], String(message));
        if (value?.message) equal(message, value.message);
      }
    }
  },

  "losers of a race are aborted": async (t) => {
    const source = "return await Promise.race([$ext.test.hold('a'), $ext.test.later('won'), $ext.test.hold('b')])";
    equal(await t.value(source), "won");
    await until(() => t.extension.notes.length === 5);
    equal(t.extension.notes.toSorted(), ["hold a", "hold a aborted", "hold b", "hold b aborted", "later won"]);
  },

  "a call that is never awaited is sent and not waited for": async (t) => {
    const kernel = await t.kernel();
    const told = [];
    let answer;
    kernel.extensions.register({
      name: "slow",
      methods: ["save"],
      call: (_, [what], { signal }) => (told.push(what, signal.aborted), new Promise((resolve) => (answer = () => (told.push(signal.aborted), resolve())))),
    });
    const result = await t.run("$ext.slow.save('draft'); await $ext.test.echo(1); return 'done'");
    equal([result.returnValue, told], ["done", ["draft", false]]);
    answer();
    equal(told, ["draft", false, false], "it goes on after the run");
    equal(result.suspensions.map(({ method }) => method), ["save", "echo"]);
  },

  "a call made in the last segment is sent, even if the handler then throws": async (t) => {
    equal((await t.run("$ext.test.echo('last'); return 1")).returnValue, 1);
    equal((await t.error("$ext.test.echo('thrown'); throw new Error('x')")).code, "EXECUTION_ERROR");
    await until(() => t.extension.notes.length === 2);
    equal(t.extension.notes, ["echo last", "echo thrown"]);
  },

  "forgetting await breaks nothing": async (t) => {
    equal(await t.value("const p = $ext.test.echo(1); return typeof p.then"), "function");
    equal(await t.value("return $ext.test.echo(5)"), 5);
    equal(await t.value("return `${$ext.test.echo(1)}`"), "[object Promise]");
    const error = await t.error("return { p: $ext.test.echo(1) }");
    equal(error.code, "SERIALIZATION_ERROR");
    match(error.message, /await/);
    const rejected = await t.run("$ext.test.fail('nobody hears'); await $ext.test.later(1); return 'fine'");
    equal(rejected.returnValue, "fine");
  },

  "arguments arrive as the data they are, and the answer is the handler's own copy": async (t) => {
    const kernel = await t.kernel();
    const kept = { list: [1] };
    let seen;
    kernel.extensions.register({ name: "keep", methods: ["give"], call: (_, args) => ((seen = args), kept) });
    const source = "const mine = { a: [1, undefined] }; const p = $ext.keep.give(mine, undefined, 'x'); mine.a.push(2); const got = await p; got.list.push(2); return [got.list, mine.a.length]";
    equal(await t.value(source), [[1, 2], 3]);
    equal(seen, [{ a: [1, null] }, null, "x"]);
    equal(kept, { list: [1] });
  },

  "state that the handler wrote before a call is still there after it": async (t) => {
    equal(await t.value("$state.a = { n: 1 }; const a = $state.a; await $ext.test.later(1); a.n++; await $ext.test.later(2); $state.a.n++; return $state.a"), { n: 3 });
  },

  "a call that takes too long can be caught": async (t) => {
    const source = "try { await $ext.test.hold('x') } catch (e) { return [e.code, e.extension, e.method, e.message.includes('25')] }";
    equal(await t.value(source, { limits: { suspensionTimeoutMs: 25 } }), ["EXTENSION_ERROR", "test", "hold", true]);
    ok(t.extension.notes.includes("hold x aborted"));
  },
};
