// Compiling ahead, the cache, and what a handler needs.

import { equal, ok, rejects } from "../assert.mjs";
import { valueOf } from "../trial.mjs";

export default {
  "the second run of a handler finds it compiled": async (t) => {
    const source = "return 'compile me once'";
    const [first, second] = [await t.run(source), await t.run(source)];
    equal([first.metrics.cacheHit, second.metrics.cacheHit], [false, true]);
    ok(first.metrics.compilationTimeUs >= 0 && !("compilationTimeUs" in second.metrics));
    equal((await t.run(`${source} `)).metrics.cacheHit, false, "another source is another handler");
  },

  "precompile makes the first run find it": async (t) => {
    const kernel = await t.kernel();
    const source = "return await $ext.test.echo('ahead')";
    equal(await kernel.precompile(source), undefined);
    const result = await t.run(source);
    equal([result.metrics.cacheHit, valueOf(result)], [true, "ahead"]);
  },

  "a compiled handler behaves as one that is not": async (t) => {
    const source = "const seen = globalThis.seen ?? 0; globalThis.seen = 1; const list = [3, 1]; list.sort(); $state.n = ($state.n ?? 0) + 1; return [seen, list, $state.n, $args.i]";
    for (let i = 0; i < 5; i++) equal(await t.value(source, { args: { i } }), [0, [1, 3], 1, i]);
  },

  "what cannot be compiled is refused ahead, and as a result in a run": async (t) => {
    const kernel = await t.kernel();
    const source = "const a = 1;\nlet b = ;";
    const error = await rejects(kernel.precompile(source), "COMPILATION_ERROR");
    equal(error.location.line, 2);
    for (let turn = 0; turn < 2; turn++) equal((await t.error(source)).code, "COMPILATION_ERROR");
    await rejects(kernel.inferCapabilities(source), "COMPILATION_ERROR");
  },

  "a source that is no text is refused": async (t) => {
    const kernel = await t.kernel();
    for (const source of [undefined, null, 1, {}, ["return 1"], () => 1, new String("return 1"), "half \ud800"]) {
      for (const call of ["run", "execute", "precompile", "inferCapabilities"]) {
        await rejects(kernel[call](source), "INVALID_HANDLER");
      }
    }
  },

  "the capabilities that a handler needs are found in its syntax tree": async (t) => {
    const kernel = await t.kernel();
    for (const [source, tokens] of [
      ["", []],
      ["return 1 + $args.a // $state.x", []],
      ["return '$state.x' + `$state.y`", []],
      ["return $state.a === 1", ["state:read:a"]],
      ["$state.a = 1", ["state:write:a"]],
      ["$state.a += 1", ["state:read:a", "state:write:a"]],
      ["$state['x y']++; delete $state.b", ["state:read:x y", "state:write:b", "state:write:x y"]],
      ["$state.items.push(1)", ["state:read:items", "state:write:items"]],
      ["return $state[$args.key]", ["state:read:*"]],
      ["const s = $state; s.a = 1", ["state:write:a"]],
      ["return JSON.stringify($state)", ["state:read:*", "state:write:*"]],
      ["$emit('saved'); $emit.toast('x')", ["events:emit:saved", "events:emit:toast"]],
      ["$view.getElementById('a').setProp('b', 1); $view.command(null, 'x')", ["view:update:*"]],
      ["$view.getElementById('a').setProp('b', 1); $view.focus('c')", ["view:update:a", "view:update:c"]],
      ["await $ext.http.get('x'); const { post } = $ext.http; await post('y')", ["ext:http.get", "ext:http.post"]],
      ["$host.sum(1)", ["host:sum"]],
      ["(($state) => $state.a)({ a: 1 })", []],
    ]) {
      equal((await kernel.inferCapabilities(source)).toSorted(), tokens, source);
    }
  },

  "a handler runs with what was inferred, and fails without any one of it": async (t) => {
    const kernel = await t.kernel();
    const source = "$state.total = ($state.a ?? 0) + 1; $emit('done'); $view.focus('v'); return await $ext.test.echo($state.total)";
    const tokens = await kernel.inferCapabilities(source);
    equal(valueOf(await kernel.run(source, { capabilities: tokens })), 1);
    for (const missing of tokens) {
      const result = await kernel.run(source, { capabilities: tokens.filter((token) => token !== missing) });
      equal(result.error?.code, "PERMISSION_DENIED", `without ${missing}`);
    }
  },
};
