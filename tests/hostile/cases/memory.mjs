// Handlers that take all the memory they can get, and handlers that only make garbage: the first end in the limit, the second do not.

import { equal } from "../../conformance/assert.mjs";

/** Little memory, so that it is soon full, and fuel enough to fill it. */
const SMALL = { limits: { memoryBytes: 9 << 20, fuel: 400_000_000, timeoutMs: 30_000 } };

const full = (name, source, options = SMALL) => ({ name, source, options, stops: "MEMORY_LIMIT", check: ({ error }) => equal([error.context.resource, error.context.limit], ["memory", options.limits?.memoryBytes ?? 32 << 20]) });
/** Holds little at any moment, though it makes much more than there is room for. */
const garbage = (name, source, value) => ({ name, source, options: { limits: { fuel: 2_000_000_000, timeoutMs: 30_000 } }, check: ({ returnValue }) => equal(returnValue, value) });
/** Asks for more at once than there will ever be; nothing of the handler's catches that. */
const huge = (name, source) => ({ name, source: `try { ${source} } catch { $emit("after") } finally { $emit("after") }`, stops: ["MEMORY_LIMIT", "TIMEOUT"] });
const refused = (name, source, value) => ({ name, source: `try { ${source}; return "had" } catch (e) { return e.name }`, check: ({ returnValue }) => equal(returnValue, value) });

const growing = [
  full("text that doubles", "let s = 'x'; for (;;) s += s"),
  full("text that grows", "let s = 'x'.repeat(1000), all = []; for (;;) all.push(s += 'y')"),
  full("two-byte text that doubles", "let s = '漢'; for (;;) s += s"),
  full("a template that doubles", "let s = 'x'; for (;;) s = `${s}${s}`"),
  full("an array", "const all = []; for (;;) all.push(1, 2, 3, 4, 5, 6, 7, 8)"),
  full("an array from its beginning", "const all = []; for (;;) all.unshift(new Uint8Array(10_000))"),
  full("arrays of arrays", "const all = [], one = new Array(1000).fill(1); for (;;) all.push(one.slice())"),
  full("an array that copies itself", "let all = [1]; for (;;) all = all.concat(all)"),
  full("an array that is spread", "let all = [1]; for (;;) all = [...all, ...all]"),
  full("an array that is walked while it grows", "const all = [1]; for (const x of all) all.push(x, x, x, x, x, x, x, x)"),
  full("an object", "const o = {}; for (let i = 0; ; i++) o['key' + i] = i"),
  full("an object of symbols", "const o = {}; for (;;) o[Symbol()] = 1"),
  full("an object of indices far apart", "const o = {}; for (let i = 0; ; i += 1000) o[i] = i"),
  full("elements far apart", "const a = []; for (let i = 0; i < 2 ** 32 - 1; i += 100_000) a[i] = i; for (let i = 1; ; i += 100_000) a[i] = i"),
  full("objects in a chain", "let o = null; for (;;) o = { o }"),
  full("objects as prototypes of each other", "let o = {}; for (;;) o = Object.create(o)"),
  full("objects in circles that are kept", "const all = []; for (;;) { const o = {}; o.o = o; all.push(o) }"),
  full("a map", "const m = new Map(); for (let i = 0; ; i++) m.set(i, i)"),
  full("a map of objects", "const m = new Map(); for (;;) m.set({}, {})"),
  full("a set", "const s = new Set(); for (let i = 0; ; i++) s.add(i)"),
  full("a set of texts", "const s = new Set(); for (let i = 0; ; i++) s.add('text' + i)"),
  full("a weak map whose keys live", "const m = new WeakMap(), all = []; for (;;) { const k = {}; all.push(k); m.set(k, k) }"),
  full("closures", "let f = () => 0; for (;;) { const g = f; f = () => g() + 1 }"),
  full("functions", "const all = []; for (;;) all.push(function () {})"),
  full("classes", "const all = []; for (;;) all.push(class { #x = 1; static y = 2; m() {} })"),
  full("bound functions", "let f = () => 0; for (;;) f = f.bind(null, 1)"),
  full("proxies", "let p = {}; for (;;) p = new Proxy(p, {})"),
  full("generators that wait", "const all = []; function* g() { const x = new Array(100).fill(1); yield x } for (;;) { const it = g(); it.next(); all.push(it) }"),
  full("async functions that wait", "const never = new Promise(() => {}), f = async () => { await never }; for (;;) f()"),
  full("promises", "const all = []; for (;;) all.push(new Promise(() => {}))"),
  full("handlers of one promise", "const p = new Promise(() => {}); for (;;) p.then(() => 1)"),
  full("a chain of promises", "let p = Promise.resolve(); for (;;) p = p.then(() => 1)"),
  full("microtasks that double", "const twice = () => { Promise.resolve().then(twice); Promise.resolve().then(twice) }; twice(); await new Promise(() => {})"),
  full("an async recursion", "const f = async (n) => { await null; return 1 + (await f(n + 1)) }; await f(0)"),
  full("numbers without end", "let n = 3n, all = []; for (;;) all.push((n = n * 3n << 4000n))"),
  full("buffers", "const all = []; for (;;) all.push(new ArrayBuffer(100_000))"),
  full("typed arrays", "const all = []; for (;;) all.push(new Float64Array(10_000).fill(1))"),
  full("typed arrays that are small", "const all = []; for (;;) all.push(new Uint8Array(1))"),
  full("a buffer that is resized", "const all = []; for (;;) { const b = new ArrayBuffer(8, { maxByteLength: 1 << 20 }); b.resize(1 << 20); all.push(b) }"),
  full("shared buffers", "const all = []; for (;;) all.push(new SharedArrayBuffer(100_000))"),
  full("errors with stacks", "const all = []; for (;;) all.push(new Error('x'.repeat(100)))"),
  full("errors that cause each other", "let e; for (;;) e = new Error('x', { cause: e })"),
  full("aggregates of errors", "let e = new Error(); for (;;) e = new AggregateError([e, e])"),
  full("symbols", "const all = []; for (let i = 0; ; i++) all.push(Symbol('s' + i))"),
  full("symbols of the registry", "for (let i = 0; ; i++) Symbol.for('s'.repeat(100) + i)"),
  full("weak references whose targets live", "const all = []; for (;;) { const o = {}; all.push(o, new WeakRef(o)) }"),
  full("registrations for finalization", "const all = [], r = new FinalizationRegistry(() => {}); for (;;) { const o = {}; all.push(o); r.register(o, 'x'.repeat(100)) }"),
  full("regular expressions", "const all = []; for (let i = 0; ; i++) all.push(new RegExp('(a|b)*' + i))"),
  full("results of regular expressions", "const all = []; for (;;) all.push(/(.)(.)(.)/.exec('abc'))"),
  full("dates", "const all = []; for (;;) all.push(new Date())"),
  full("template objects", "const all = [], tag = (t) => t, make = () => tag`a${1}b`; for (;;) all.push([make(), new String('x'.repeat(50))])"),
  full("arguments", "const all = []; (function f() { all.push(arguments); for (;;) (function () { all.push(arguments) })(1, 2, 3) })()"),
  full("iterators", "let it = [1].values(); for (;;) it = it.map((x) => x)"),
  full("views of data", "const all = [], b = new ArrayBuffer(8); for (;;) all.push(new DataView(b))"),
  full("results of a native call", "const all = []; for (;;) all.push('a,b,c,d,e,f,g,h'.repeat(100).split(','))"),
  full("JSON text", "let s = '[1]'; for (;;) s = JSON.stringify([s, s])"),
  full("memory that is full after an await", "await $ext.test.echo(1); const all = []; for (;;) all.push([])"),
  full("memory that is full in a microtask", "await Promise.resolve().then(() => { const all = []; for (;;) all.push([]) })"),
  full("memory that is full in finally", "const all = []; try { throw 1 } finally { for (;;) all.push([]) }"),
  full("memory that is full where it is caught", "const all = []; for (;;) try { for (;;) all.push([]) } catch { $emit('after') }"),
  full("memory that is full in a getter of the result", "const all = []; return { get x() { for (;;) all.push([]) } }"),
  full("what is recorded", "const text = 'x'.repeat(100_000); for (;;) $state.x = text"),
  full("what is recorded under many keys", "const text = 'x'.repeat(100_000); for (let i = 0; ; i++) $state['k' + i] = text"),
  full("what is read from the state", "$state.x = 'x'.repeat(100_000); const all = []; for (;;) all.push($state.x + all.length)", { limits: { memoryBytes: 12 << 20, fuel: 400_000_000, maxHostCalls: 1_000_000 } }),
  full("answers of calls", "const all = []; for (;;) all.push(await $ext.test.echo('x'.repeat(500_000)))"),
  full("the default limit", "const all = []; for (;;) all.push(new Uint8Array(100_000))", { limits: { fuel: 400_000_000 } }),
];

const atOnce = [
  huge("a buffer of a gigabyte", "new ArrayBuffer(1 << 30)"),
  huge("a typed array of a gigabyte", "new Float64Array(2 ** 27)"),
  huge("a shared buffer of a gigabyte", "new SharedArrayBuffer(1 << 30)"),
  huge("a buffer that may grow to a gigabyte", "new ArrayBuffer(8, { maxByteLength: 1 << 30 }).resize(1 << 30)"),
  huge("text of a gigabyte", "'x'.repeat(1 << 30)"),
  huge("text of four gigabytes", "'x'.repeat(2 ** 32 - 2)"),
  huge("text that is padded to a gigabyte", "''.padEnd(1 << 30, 'ab')"),
  huge("text beyond what an address can name", "const s = 'x'.repeat(1 << 20); new Array(1 << 13).fill(s).join('')"),
  huge("text that many parts make", "const s = 'x'.repeat(1 << 20); ''.concat(...new Array(1 << 12).fill(s))"),
  huge("an array of a billion numbers", "Array.from({ length: 1e9 }, (_, i) => i)"),
  huge("a shift by a billion", "1n << BigInt(2 ** 30)"),
  refused("a buffer of four gigabytes", "new ArrayBuffer(2 ** 32 - 1)", "RangeError"),
  refused("a typed array of two gigabytes", "new Float64Array(2 ** 28)", "RangeError"),
  refused("a buffer beyond what an address can name", "new ArrayBuffer(2 ** 53 - 1)", "RangeError"),
  refused("an array beyond its longest length", "new Array(2 ** 32)", "RangeError"),
  refused("text beyond its longest length", "'x'.repeat(2 ** 53)", "RangeError"),
];

/** The programs that a count of objects alone takes for small: their garbage is text, elements and bytes. */
const collected = [
  garbage("arrays that are mapped", "let a = Array.from({ length: 20_000 }, (_, i) => i); for (let i = 0; i < 50; i++) a = a.map((x) => x + 1); return a[0]", 50),
  garbage("text that is split and joined", "let s = 'abc,'.repeat(4_000); for (let i = 0; i < 12; i++) s = s.split(',').map((x) => x).join(','); return s.length", 16_000),
  garbage("arrays that are filled", "let n = 0; for (let i = 0; i < 2_500; i++) n += new Array(1000).fill(i).length; return n", 2_500_000),
  garbage("maps", "let n = 0; for (let i = 0; i < 60; i++) { const m = new Map(); for (let j = 0; j < 1000; j++) m.set(j, i); n += m.size } return n", 60_000),
  garbage("arrays that are spread", "let items = []; for (let i = 0; i < 1_000; i++) items = [...items, i]; return items.length", 1_000),
  garbage("texts from templates", "const big = 'x'.repeat(16_000); let n = 0; for (let i = 0; i < 5_000; i++) n += `${big}${i}`.length > 0; return n", 5_000),
  garbage("texts in objects", "const big = 'x'.repeat(16_000); let o; for (let i = 0; i < 5_000; i++) o = { t: big + i }; return o.t.length", 16_004),
  garbage("texts in arrays", "const big = 'x'.repeat(16_000); let o; for (let i = 0; i < 5_000; i++) o = [`${big}${i}`]; return o[0].length", 16_004),
  garbage("small buffers", "let n = 0; for (let i = 0; i < 2_000; i++) n += new Uint8Array(64 << 10).length; return n / 1024", 128_000),
  garbage("large buffers", "let n = 0; for (let i = 0; i < 200; i++) n += new Uint8Array(1 << 20).length; return n >> 20", 200),
  garbage("buffers of a sixth of the memory", "let n = 0; for (let i = 0; i < 80; i++) n += new Uint8Array(5 << 20).length; return n >> 20", 400),
  garbage("slices", "const a = new Array(5_000).fill(1); let b; for (let i = 0; i < 200; i++) b = a.slice(1).concat(a); return b.length", 9_999),
  garbage("large numbers", "let o; for (let i = 0; i < 500; i++) o = { n: (1n << 800_000n) + BigInt(i) }; return o.n > 0n", true),
  garbage("circles", "for (let i = 0; i < 1_500; i++) { const o = { list: new Array(500).fill(i) }; o.self = o } return 1", 1),
  garbage("closures over much", "let f; for (let i = 0; i < 1_500; i++) { const big = new Array(1000).fill(i); f = () => big } return f()[0]", 1_499),
  garbage("generators that are left", "function* g() { const big = new Array(1000).fill(1); yield; yield big } for (let i = 0; i < 1_500; i++) g().next(); return 1", 1),
  garbage("promises that are left", "for (let i = 0; i < 1_500; i++) { const big = new Array(1000).fill(1); new Promise(() => {}).then(() => big) } return 1", 1),
  garbage("garbage over many suspensions", "for (let i = 0; i < 12; i++) { const big = new Array(100_000).fill(i); await $ext.test.echo(big.length) } return 1", 1),
  garbage("JSON that comes and goes", "const o = Array.from({ length: 500 }, (_, i) => ({ i, t: 'text' + i })); let s; for (let i = 0; i < 60; i++) s = JSON.stringify(JSON.parse(JSON.stringify(o))); return s.length > 0", true),
];

export default [...growing, ...atOnce, ...collected.map((one) => ({ ...one, name: `garbage: ${one.name}` }))];
