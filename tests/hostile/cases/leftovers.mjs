// Handlers that leave something behind on the one instance there is. Each runs twice, the second time from its compiled form, and has to
// find the same both times; then comes the healthy run, which takes an inventory of the whole realm.

import { equal } from "../../conformance/assert.mjs";

/** Tells what it finds before it leaves its trace. */
const leaves = (name, source, found, options) => ({ name, source, options, check: ({ returnValue }) => equal(returnValue, found) });
/** Leaves it and does not get to the end. */
const stopped = (name, source, stops = "TIMEOUT", options) => ({ name, source, options, stops });

const globals = [
  leaves("a global", "const found = typeof globalThis.leftover; globalThis.leftover = 1; return found", "undefined"),
  leaves("a global that is fixed", "const found = typeof globalThis.leftover; Object.defineProperty(globalThis, 'leftover', { value: 1, configurable: false }); return found", "undefined"),
  leaves("a global under a symbol", "const found = Symbol.for('leftover') in globalThis; globalThis[Symbol.for('leftover')] = 1; return found", false),
  leaves("a global function", "const found = typeof leftover; globalThis.leftover = () => 1; return found", "undefined"),
  leaves("globals that are gone", "const found = typeof Map; delete globalThis.Map; delete globalThis.JSON; delete globalThis.Promise; return found", "function"),
  leaves("globals that are replaced", "const found = new Map([[1, 2]]).get(1); globalThis.Map = class { get() { return 'forged' } }; globalThis.Promise = null; return found", 2),
  leaves("undefined, NaN and Infinity", "try { globalThis.undefined = 1 } catch {} try { Object.defineProperty(globalThis, 'NaN', { value: 1 }) } catch {} return [undefined ?? 'none', Number.isNaN(NaN)]", ["none", true]),
  leaves("a global that is not extensible", "const found = Object.isExtensible(globalThis); Object.preventExtensions(globalThis); return found", true),
  leaves("a variable of the handler", "var leftover = (typeof leftover === 'undefined' ? 0 : leftover) + 1; let other = leftover; return other", 1),
  leaves("a function of the handler that counts", "function count() { return (count.n = (count.n ?? 0) + 1) } return [count(), count()]", [1, 2]),
  leaves("a static field", "class A { static n = 0; static #m = 0; static next() { return [++A.n, ++A.#m] } } A.next(); return A.next()", [2, 2]),
];

const prototypes = [
  leaves("a property of Object.prototype", "const found = {}.leftover ?? null; Object.prototype.leftover = 1; return found", null),
  leaves("a getter on Object.prototype", "const found = {}.polluted ?? null; Object.defineProperty(Object.prototype, 'polluted', { get: () => 1 }); return found", null),
  leaves("a method of arrays", "const found = [2, 1].sort().join(); Array.prototype.sort = Array.prototype.join = () => 'forged'; return found", "1,2"),
  leaves("a method of texts", "const found = 'a'.toUpperCase(); String.prototype.toUpperCase = () => 'forged'; return found", "A"),
  leaves("a method of numbers", "const found = (1).toString(); Number.prototype.toString = () => 'forged'; return found", "1"),
  leaves("methods of promises", "const found = await Promise.resolve(1).then((x) => x); Promise.prototype.then = null; return found", 1),
  leaves("methods of regular expressions", "const found = /a/.test('a'); RegExp.prototype.exec = () => null; return found", true),
  leaves("methods of functions", "const f = Object.getPrototypeOf(() => {}), found = (() => 1).call(); f.call = f.apply = () => 'forged'; return found", 1),
  leaves("methods of iterators", "const found = [...[1]]; Object.getPrototypeOf([].values()).next = () => ({ done: true }); return found", [1]),
  leaves("methods of generators", "function* g() { yield 1 } const found = [...g()]; Object.getPrototypeOf(Object.getPrototypeOf(g())).next = null; return found", [1]),
  leaves("the iterator of arrays", "const found = [...[1]]; Array.prototype[Symbol.iterator] = null; return found", [1]),
  leaves("a prototype of a prototype", "const found = Object.getPrototypeOf(Array.prototype) === Object.prototype; Object.setPrototypeOf(Array.prototype, null); return found", true),
  leaves("the chain of errors", "const found = new TypeError('x') instanceof Error; Object.setPrototypeOf(TypeError.prototype, null); return found", true),
  leaves("an index of Array.prototype", "const found = [,].at(0) ?? null; Array.prototype[0] = 'leftover'; return found", null),
  leaves("frozen intrinsics", "const found = Object.isFrozen(Array.prototype); for (const o of [Object, Object.prototype, Array, Array.prototype, Promise.prototype, Math, JSON]) Object.freeze(o); return found", false),
  leaves("symbols of intrinsics", "const found = Array[Symbol.species] === Array; Object.defineProperty(Array, Symbol.species, { value: null }); return found", true),
  leaves("everything deleted", `
    const found = Object.keys({ a: 1 }), { ownKeys } = Reflect, victims = ownKeys(globalThis).filter((name) => !/^[$]|^globalThis/.test(name)).flatMap((name) => [globalThis[name]?.prototype, globalThis[name]]).filter((o) => o instanceof Object);
    for (let i = 0; i < victims.length; i++) { const keys = ownKeys(victims[i]); for (let j = 0; j < keys.length; j++) try { delete victims[i][keys[j]] } catch {} }
    return found`, ["a"]),
];

const hidden = [
  // The seed is the same each time, and so is what the healthy run gets.
  leaves("the state of Math.random", "for (let i = 0; i < 1_000; i++) Math.random(); return 1", 1),
  leaves("a Math.random of one's own", "const found = Math.random() < 1; Math.random = () => 5; return found", true),
  leaves("Date and its now", "const found = [Date.now() > 1e12, new Date(0).toISOString()]; Date.now = () => 0; Date.prototype.toISOString = () => 'forged'; globalThis.Date = class {}; return found", [true, "1970-01-01T00:00:00.000Z"]),
  leaves("lastIndex of a regular expression", "const r = /a/g; const found = [r.lastIndex, r.test('aa'), r.lastIndex]; return found", [0, true, 1]),
  leaves("what regular expressions remember", "const found = [RegExp.$1 ?? '', RegExp.lastMatch ?? '', RegExp['$_'] ?? '']; /(secret)/.exec('a secret'); return found", ["", "", ""]),
  leaves("symbols of the registry", "const found = Symbol.keyFor(Symbol.for('leftover')); Symbol.for('x'.repeat(1000)); return found", "leftover"),
  leaves("an object under a symbol of the registry", "const key = Symbol.for('secret'), found = Math[key] ?? null; Math[key] = { secret: 1 }; return found", null),
  leaves("a cached template", "const tag = (t) => t, make = () => tag`x${1}`; const found = make() === make(); return [found, Object.isFrozen(make())]", [true, true]),
  leaves("an array of a template", "const seen = new WeakSet(), tag = (t) => { const had = seen.has(t); seen.add(t); return had }, make = () => tag`x`; return [make(), make()]", [false, true]),
  leaves("a weak map on an intrinsic", "const m = new WeakMap([[Array, 1]]); Array.leftover = m; return m.get(Array)", 1),
  leaves("a weak reference", "const o = { secret: 1 }; globalThis.leftover = new WeakRef(o); return typeof leftover.deref()", "object"),
  leaves("a registration for finalization", "const r = new FinalizationRegistry(() => { globalThis.leftover = 1 }); for (let i = 0; i < 1_000; i++) r.register({}, i); return typeof globalThis.leftover", "undefined"),
  leaves("private names on an intrinsic", "class Base { constructor(o) { return o } } class Mark extends Base { #mark = 1; static has(o) { return #mark in o } } const found = Mark.has(Math); new Mark(Math); return [found, Mark.has(Math)]", [false, true]),
  leaves("a shared buffer", "const found = typeof globalThis.leftover; globalThis.leftover = new Uint8Array(new SharedArrayBuffer(1 << 20)).fill(7); return found", "undefined"),
  leaves("bytes of memory that is used again", "const a = new Uint8Array(100_000), found = a.indexOf(0x5a); a.fill(0x5a); return found", -1),
  leaves("a large heap", "const all = []; for (let i = 0; i < 100; i++) all.push(new Uint8Array(200_000)); globalThis.leftover = all; return all.length", 100),
  leaves("a deep heap", "let o = {}; for (let i = 0; i < 20_000; i++) o = { o }; globalThis.leftover = o; return typeof o", "object"),
];

const pending = [
  leaves("microtasks that were not reached", "let n = 0; const again = () => { globalThis.leftover = ++n; Promise.resolve().then(again) }; again(); return typeof n", "number"),
  leaves("promises that never settle", "globalThis.leftover = Array.from({ length: 1_000 }, () => new Promise(() => {}).then(() => 1)); return 1", 1),
  leaves("async functions that wait", "for (let i = 0; i < 100; i++) (async () => { await new Promise(() => {}); globalThis.leftover = 1 })(); return 1", 1),
  leaves("calls that nobody waited for", "for (let i = 0; i < 10; i++) $ext.test.later(i).then(() => { globalThis.leftover = i }); return 1", 1),
  leaves("calls that are never answered", "for (let i = 0; i < 10; i++) $ext.test.hold(i).catch(() => { globalThis.leftover = i }); return 1", 1),
  leaves("losers of a race", "return await Promise.race([$ext.test.hold('x'), $ext.test.echo('won')])", "won"),
  leaves("generators that wait", "function* g() { try { yield 1 } finally { globalThis.leftover = 1 } } const it = g(); it.next(); return typeof it", "object"),
  leaves("rejections that nobody took", "for (let i = 0; i < 100; i++) Promise.reject(new Error('x')); return 1", 1),
  leaves("effects of the run before", "$state.x = 1; $emit('e'); $log('l'); $view.focus('v'); return [$state.keys(), $state.x]", [["x"], 1]),
];

const stops = [
  stopped("a stop amid a change of the prototypes", "Object.prototype.leftover = 1; Array.prototype.push = null; for (;;);"),
  stopped("a stop amid a sort", "globalThis.leftover = [3, 2, 1]; leftover.sort(() => { for (;;); })"),
  stopped("a stop amid JSON", "JSON.stringify({ toJSON() { globalThis.leftover = 1; for (;;); } })"),
  stopped("a stop amid a regular expression", "globalThis.leftover = /^(?=(a+)+$)/; leftover.test('a'.repeat(64) + 'b')"),
  stopped("a stop amid a microtask", "globalThis.leftover = Promise.resolve().then(() => { for (;;); }); await leftover"),
  stopped("a stop amid an update of the state", "$state.update('x', () => { globalThis.leftover = 1; for (;;); })"),
  stopped("a stop with calls under way", "for (let i = 0; i < 10; i++) $ext.test.hold(i); await $ext.test.later(1); globalThis.leftover = 1; for (;;);"),
  stopped("a full memory", "globalThis.leftover = []; for (;;) leftover.push(new Uint8Array(100_000))", "MEMORY_LIMIT", { limits: { fuel: 400_000_000, timeoutMs: 30_000 } }),
  stopped("a full memory of small things", "globalThis.leftover = []; for (;;) leftover.push({})", "MEMORY_LIMIT", { limits: { memoryBytes: 12 << 20, fuel: 400_000_000, timeoutMs: 30_000 } }),
  stopped("a full stack", "globalThis.leftover = () => [1].map(leftover); leftover()", ["RESOURCE_LIMIT", "MEMORY_LIMIT"], { limits: { fuel: 400_000_000, timeoutMs: 30_000 } }),
  stopped("a limit that is passed", "globalThis.leftover = 1; for (;;) $emit('e')", "RESOURCE_LIMIT"),
  stopped("a throw", "globalThis.leftover = 1; Object.prototype.leftover = 1; throw new Error('x')", "EXECUTION_ERROR"),
  stopped("a failed call", "globalThis.leftover = 1; await $ext.test.fail('x')", "EXTENSION_ERROR"),
  stopped("a promise that nobody settles", "globalThis.leftover = 1; await new Promise(() => {})", "EXECUTION_ERROR"),
  stopped("a syntax error", "globalThis.leftover = 1; }", "COMPILATION_ERROR"),
];

export default [...globals, ...prototypes, ...hidden, ...pending, ...stops];
