// What the soak runs again and again: handlers that mean no harm, and as many that do.

const healthy = (source) => ({ source });
const hostile = (source, code, options) => ({ source, options, code: [code].flat() });

/** Runs that succeed. */
export const HEALTHY = [
  healthy("$state.sum = $args.reduce((a, b) => a + b, 0); $emit('sum', $state.sum); return $state.sum"),
  healthy("for (const n of $args) $state.list.push(await $ext.test.echo({ n })); return $state.list"),
  healthy("const all = await Promise.all($args.map((n) => $ext.test.later(n))); $log(all); return all"),
  healthy("$view.focus('list'); return JSON.parse(JSON.stringify({ args: $args, made: Array.from({ length: 50 }, (_, i) => ({ i })) }))"),
  healthy("return /^(a+)+$/.test('a'.repeat(400) + 'b')"),
  healthy("try { await $ext.test.fail('no') } catch ({ code }) { $log.warn(code) } return $host.echo({ text: 'x'.repeat(2000) })"),
];

/** Runs that do not: each with the codes that it may end with. */
export const HOSTILE = [
  hostile("for (;;);", "TIMEOUT", { limits: { fuel: 20_000 } }),
  hostile("$state.list.push(1); await $ext.test.echo(1); for (;;) $log({});", "TIMEOUT", { limits: { fuel: 60_000 } }),
  hostile("/^(?=(a+)+$)/.test('a'.repeat(40) + 'b')", "TIMEOUT", { limits: { fuel: 40_000 } }),
  hostile("const kept = []; for (let i = 0; ; i++) kept.push({ i, text: 't' + i });", "TIMEOUT", { limits: { fuel: 100_000 } }),
  hostile("const call = () => [0].map(call); call()", ["RESOURCE_LIMIT", "MEMORY_LIMIT"]),
  hostile("throw Object.assign(new Error('x'.repeat(1000)), { code: 'TIMEOUT' })", "EXECUTION_ERROR"),
  hostile("Promise.reject(1); new Promise(() => {}).then(() => {}); await new Promise(() => {})", "EXECUTION_ERROR"),
  hostile("} ) ; for (;;) (", "COMPILATION_ERROR"),
  hostile("for (;;) $emit('more', { text: 'x'.repeat(100) });", "RESOURCE_LIMIT"),
  hostile("$ext.test.hold(1); await Promise.race([$ext.test.hold(2), $ext.test.echo(3)]); throw 1", "EXECUTION_ERROR"),
  hostile("for (;;) $ext.test.hold(1);", "RESOURCE_LIMIT", { limits: { maxPendingCalls: 5 } }),
  hostile("globalThis.leak = 'x'.repeat(100_000); Array.prototype.leak = leak; return { leak: Symbol() }", "SERIALIZATION_ERROR"),
];

/** Fills the memory: it takes longer than the others, so there are fewer of it. */
export const FULL = hostile("let text = 'text'; for (;;) text += text;", "MEMORY_LIMIT", { limits: { memoryBytes: 9 << 20 } });

/** Given up by its caller while it waits. */
export const ABORTED = hostile("await $ext.test.hold(1)", "CANCELLED");
