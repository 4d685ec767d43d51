// Many different runs, the same each time: pieces of handlers put together by a seeded generator.

import { randomNumbers } from "../support/mulberry32.mjs";

const PIECES = [
  (n) => `let n${n} = await $ext.test.echo(${n}); $state.last = n${n};`,
  (n) => `$emit("step", { n: ${n}, at: Date.now(), chance: Math.random() });`,
  (n) => `$state.list = [...($state.list ?? []), ${n}]; $state.list.push({ n: ${n} });`,
  (n) => `const all${n} = await Promise.all([$ext.test.later("a${n}"), $ext.test.echo("b${n}"), $ext.test.later("c${n}")]); $log("all", all${n});`,
  (n) => `const first${n} = await Promise.race([$ext.test.hold(${n}), $ext.test.echo(${n})]); $emit("first", first${n});`,
  (n) => `try { await $ext.test.fail("no ${n}", "E${n}") } catch (error) { $log.warn(error.code, error.message) }`,
  (n) => `$state.text = "x".repeat(${n % 50}).replace(/x/g, (_, at) => at % 10) + JSON.stringify({ n: [${n}, null] });`,
  (n) => `$state.echoed = [$host.echo(${n}), $host.echo("h${n}"), $host.echo({ deep: [${n}] })];`,
  (n) => `{ const sorted = Array.from({ length: ${(n % 60) + 3} }, (_, i) => (i * 7919) % 101).sort((a, b) => a - b); $state.sorted = sorted.slice(0, 3) }`,
  (n) => `$view.setFilter("list", { n: ${n} }); $view.getElementById("x").setProp("p", ${n});`,
  (n) => `class C${n} { #p = ${n}; get p() { return this.#p * 2 } } $state.p = new C${n}().p;`,
  (n) => `function* g${n}() { yield ${n}; yield Math.random() } $emit("generated", [...g${n}()]);`,
  () => "delete $state.last; $state.gone = $state.delete('text');",
  (n) => `if (Math.random() < 0.5) await $ext.test.later(${n}); else $log.debug("skipped", ${n});`,
  (n) => `$state.m = [...new Map([[${n}, { a: 1 }], ["k", NaN]]).keys()]; $state.bytes = new Uint8Array([${n % 256}, 2]);`,
];

const ENDINGS = [
  () => "return $state.list ?? null;",
  () => "return { random: Math.random(), now: Date.now() };",
  () => "",
  (n) => `throw new RangeError("ended at ${n}");`,
  () => "null.x;",
  () => "for (;;) $emit('more');",
  () => "await new Promise(() => {});",
  () => "$ext.test.later('nobody waits'); return 1;",
  () => "await $ext.test.fail('uncaught');",
];

const pick = (items, random) => items[Math.floor(random() * items.length)];

/**
 * Runs for a kernel with the extension `test` and the host function `echo`.
 * @param {number} count how many
 */
export function variedRuns(count) {
  return Array.from({ length: count }, (_, seed) => {
    const random = randomNumbers(seed + 1);
    const lines = Array.from({ length: 1 + Math.floor(random() * 7) }, (_, line) => pick(PIECES, random)(seed * 10 + line));
    lines.push(pick(ENDINGS, random)(seed));
    // Some wait for a call that never answers.
    const limits = { suspensionTimeoutMs: 20, ...(random() < 0.1 && { fuel: 20_000 + Math.floor(random() * 200_000) }) };
    const options = { state: { list: [seed], kept: { a: [1] } }, args: { seed }, limits };
    return { name: `run ${seed}`, source: lines.join("\n"), options };
  });
}
