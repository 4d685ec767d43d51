// Handlers that call what the engine does natively, with arguments that keep it busy: no code of the handler runs meanwhile.

import { equal, ok } from "../../conformance/assert.mjs";

const endless = (name, source, options) => ({ name, source, options, stops: "TIMEOUT" });
/** Work that takes memory as it goes: which of the two is used up first is the same everywhere, but not the point. */
const greedy = (name, source, options) => ({ name, source, options, stops: ["TIMEOUT", "MEMORY_LIMIT"] });
/** Harmless in the end: has to give the right result at a bounded price. */
const bounded = (name, source, value, options) => ({ name, source, options, check: ({ returnValue }) => equal(returnValue, value) });

/** Refused by its size before anything is made of it. */
const oversized = (name, source) => ({ name, source, stops: "RESOURCE_LIMIT", check: ({ error }) => equal(error.context.resource, "valueBytes") });
/** Refused by the language itself. */
const refused = (name, source, error) => ({ name, source: `try { ${source}; return "had" } catch (e) { return e.name }`, check: ({ returnValue }) => equal(returnValue, error) });

/** Patterns that take time without end where each way to match is tried anew: with a lookahead, the matcher has to. */
const exponential = [
  ["nested quantifiers", "^(a+)+$"],
  ["alternatives that overlap", "^(a|aa)+$"],
  ["alternatives that are the same", "^(a|a)*$"],
  ["quantifiers in a row", "^a*a*a*a*a*a*a*a*a*a*$"],
  ["lazy quantifiers", "^(a+?)+?$"],
];

const regularExpressions = [
  ...exponential.map(([name, pattern]) => bounded(name, `return /${pattern}/.test('a'.repeat(10_000) + 'b')`, false)),
  ...exponential.map(([name, pattern]) => endless(`${name}, before a lookahead`, `/${pattern}(?!c)/.test('a'.repeat(128) + 'b')`)),
  endless("backreferences", "/^(a+)\\1+$/.test('a'.repeat(30_000) + 'b')"),
  endless("lookahead", "/^(?=(a+)+$)/.test('a'.repeat(64) + 'b')"),
  endless("lookbehind", "/(?<=^(a+)+)b/.test('c' + 'a'.repeat(64) + 'b')"),
  endless("counted quantifiers", "/^(?:a{0,60}){0,60}$/.test('a'.repeat(3_700) + 'b')"),
  endless("without regard to case, with unicode", "/^(\\p{L}+)+$/iu.test('ä'.repeat(64) + '!')"),
  endless("sets of the flag v", "/^([\\p{L}--[b]]+)+$/v.test('a'.repeat(64) + 'b')"),
  bounded("match, without a lookahead", "return ('a'.repeat(10_000) + 'b').match(/(a+)+c/g)", null),
  bounded("replace, without a lookahead", "return ('a'.repeat(10_000) + 'b').replace(/(a+)+c/g, '').length", 10_001),
  bounded("split, without a lookahead", "return ('a'.repeat(10_000) + 'b').split(/(a+)+c/).length", 1),
  endless("match", "('a'.repeat(64) + 'b').match(/(a+)+(?=c)/g)"),
  endless("matchAll", "[...('a'.repeat(64) + 'b').matchAll(/(a+)+(?=c)/g)]"),
  endless("replace", "('a'.repeat(64) + 'b').replace(/(a+)+(?=c)/g, '')"),
  endless("split", "('a'.repeat(64) + 'b').split(/(a+)+(?=c)/)"),
  endless("search", "('a'.repeat(64) + 'b').search(/(a+)+(?=c)/)"),
  greedy("a quantifier that counts to the end of numbers", "/^(?:a?){2147483647}$/.test('a'.repeat(40) + 'b')"),
  bounded("a pattern that would be large if it were unrolled", "return new RegExp('(?:' + 'a{1000}'.repeat(1000) + '){1000}').test('a')", false),
  endless("every position of a long text", "/a*(?=b)/.test('a'.repeat(50_000))"),
];

const SPARSE = 2 ** 32 - 1;
const sparseArrays = [
  ...["indexOf(1)", "lastIndexOf(1)", "includes(1)", "forEach(() => {})", "map((x) => x)", "filter((x) => x)", "some((x) => x)", "every((x) => x)", "find((x) => x)",
    "findLast((x) => x)", "findIndex((x) => x)", "reduce((a) => a, 0)", "reduceRight((a) => a, 0)", "reverse()", "sort()", "flat()", "flatMap((x) => x)", "copyWithin(1, 0)",
    "shift()", "unshift(1)", "at(-1) ?? sparse.fill(undefined)", "join('')", "toString()", "concat([1]).indexOf(1)", "slice().indexOf(1)", "splice(1, 1)"].map((call) =>
    greedy(`a sparse array: ${call}`, `const sparse = new Array(${SPARSE}); ${call === "unshift(1)" ? "sparse.length--; " : ""}sparse.${call}`),
  ),
  ...["toReversed()", "toSorted()", "with(0, 1)", "toSpliced(0, 0)"].map((call) => greedy(`a copy of a sparse array: ${call}`, `const sparse = new Array(${SPARSE}); sparse.${call}`)),
  greedy("spread of a sparse array", `const sparse = new Array(${SPARSE}); [...sparse]`),
  greedy("a sparse array as arguments", `Math.max.apply(null, { length: ${SPARSE} })`),
  greedy("JSON of a sparse array", `JSON.stringify(new Array(${SPARSE}))`),
  oversized("a sparse array that is returned", `return new Array(${SPARSE})`),
  oversized("a sparse array that is emitted", `$emit("after", new Array(${SPARSE}))`),
  oversized("a sparse array in the state", `$state.x = new Array(${SPARSE})`),
  oversized("a sparse array for a call", `await $ext.test.echo(new Array(${SPARSE}))`),
  oversized("a sparse array for a host function", `$host.echo(new Array(${SPARSE}))`),
  // A log call never throws, and what it cannot print it prints in short.
  { name: "a sparse array that is logged", source: `$log(new Array(${SPARSE}))`, check: ({ logs }) => ok(logs.length === 1 && logs[0].message.length < 65_536, `${logs[0]?.message.length}`) },
];

const LONG = "{ length: 2 ** 53 - 1 }";
const lengths = [
  ...["includes", "indexOf", "lastIndexOf", "forEach", "some", "every", "find", "findIndex", "findLast", "filter", "reduce", "reduceRight", "reverse", "join", "fill", "copyWithin", "shift", "flat"].map(
    (method) => greedy(`Array.prototype.${method} of a length of 2^53`, `Array.prototype.${method}.call(${LONG}, ${/^(?:for|some|every|find|filter|reduce)/.test(method) ? "() => false" : "1"}${method.startsWith("reduce") ? ", 0" : ""})`),
  ),
  greedy("Array.prototype.sort of a length of 2^53", `Array.prototype.sort.call(${LONG})`),
  refused("Array.prototype.splice of a length of 2^53", `Array.prototype.splice.call(${LONG}, 1)`, "RangeError"),
  greedy("Array.from of a length of 2^32", "Array.from({ length: 2 ** 32 - 1 })"),
  greedy("Array.from of a length with a function", "Array.from({ length: 2 ** 32 - 1 }, () => 1)"),
  refused("Uint8Array.from of a length that no address space has", "Uint8Array.from({ length: 2 ** 31 })", "RangeError"),
  greedy("Reflect.apply with a length", "Reflect.apply(() => {}, null, { length: 2 ** 31 })"),
  greedy("String.raw with a length", "String.raw({ raw: { length: 2 ** 53 - 1 } })"),
  greedy("concat of what pretends to be long", "[].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true })"),
  greedy("keys of a proxy with a length", "Object.keys(new Proxy({}, { ownKeys: () => ({ length: 2 ** 31 }) }))"),
  greedy("an index that a typed array seeks", "const all = new Uint8Array(8 << 20); for (;;) all.indexOf(1)"),
];

const numbers = [
  greedy("a power of BigInt", "const n = 10_000_000n; 3n ** n"),
  refused("a power of BigInt that no memory holds", "2n ** (2n ** 40n)", "RangeError"),
  greedy("products of BigInt", "let n = 3n; for (;;) n *= n"),
  endless("a product of BigInt of the same size", "let n = (1n << 200_000n) - 1n; for (;;) n * n"),
  greedy("shifts of BigInt", "let n = 1n; for (;;) n <<= 1_000_000n"),
  greedy("a BigInt as text", "((1n << 4_000_000n) - 1n).toString()"),
  greedy("text as a BigInt", "BigInt('9'.repeat(1_000_000))"),
  endless("quotients of BigInt", "const a = (1n << 400_000n) - 1n, b = (1n << 200_000n) - 1n; for (;;) { a / b; a % b }"),
  refused("asUintN", "BigInt.asUintN(2 ** 53 - 1, -1n)", "RangeError"),
  bounded("parseInt of a long text", "return parseInt('9'.repeat(200_000))", Infinity),
  bounded("parseFloat of a long text", "return parseFloat('0.' + '0'.repeat(200_000) + '1')", 0),
  bounded("a number with a long text", "return Number('1'.repeat(200_000))", Infinity),
  bounded("digits of a number", "return (1.5).toFixed(100).length + (1e300).toPrecision(100).length + (0.1).toString(2).length > 200", true),
  bounded("a date that is none", "return [Date.parse('9'.repeat(100_000)), Date.parse('2020-' + '0'.repeat(100_000)), new Date(NaN).getTime()]", [NaN, NaN, NaN]),
  endless("sums", "const list = new Array(100_000).fill(0.1); for (;;) Math.sumPrecise?.(list) ?? Math.hypot(...list)"),
];

const texts = [
  greedy("repeat", "'x'.repeat(2 ** 30)"),
  greedy("padStart", "'x'.padStart(2 ** 30)"),
  greedy("padEnd with a filling", "'x'.padEnd(2 ** 30, 'ab')"),
  greedy("split into characters", "'x'.repeat(4_000_000).split('')"),
  greedy("a long text by its characters", "[...'x'.repeat(4_000_000)]"),
  greedy("join with a long text", "new Array(100_000).join('x'.repeat(100_000))"),
  greedy("replaceAll that grows", "let s = 'x'; for (;;) s = s.replaceAll('x', 'xx')"),
  greedy("replace with what was matched", "'x'.repeat(10_000).replace(/.+/, '$&'.repeat(10_000))"),
  greedy("replaceAll of nothing with much", "'x'.repeat(10_000).replaceAll('', 'y'.repeat(10_000))"),
  greedy("concat", "let s = 'x'; for (;;) s = s.concat(s, s, s)"),
  endless("a search with a bad case", "const hay = 'a'.repeat(200_000), needle = 'a'.repeat(100_000) + 'b'; for (;;) hay.indexOf(needle)"),
  endless("lastIndexOf with a bad case", "const hay = 'a'.repeat(200_000), needle = 'b' + 'a'.repeat(100_000); for (;;) hay.lastIndexOf(needle)"),
  endless("upper and lower case", "const s = 'İß'.repeat(50_000); for (;;) s.toUpperCase().toLowerCase()"),
  endless("normalize", "const s = 'e\\u0301\\u0323'.repeat(50_000); for (;;) s.normalize('NFC').normalize('NFKD')"),
  endless("localeCompare", "const s = 'ä'.repeat(100_000); for (;;) s.localeCompare(s)"),
  endless("trim", "const s = ' '.repeat(1_000_000) + 'x'; for (;;) s.trimEnd().trimStart()"),
  endless("encodeURIComponent", "const s = '漢'.repeat(50_000); for (;;) decodeURIComponent(encodeURIComponent(s))"),
  endless("escape", "const s = '漢'.repeat(50_000); for (;;) unescape(escape(s))"),
  endless("isWellFormed", "const s = '\\ud83d\\ude00'.repeat(100_000); for (;;) s.isWellFormed()"),
  endless("comparisons", "const a = 'a'.repeat(500_000) + 'b', b = 'a'.repeat(500_000) + 'c'; for (;;) a < b"),
  greedy("fromCharCode with many arguments", "String.fromCharCode.apply(null, new Array(10_000_000).fill(65))"),
];

const data = [
  endless("JSON of an object that shares its parts", "let o = [1]; for (let i = 0; i < 60; i++) o = [o, o]; JSON.stringify(o)"),
  greedy("flat of an array that shares its parts", "let a = [1]; for (let i = 0; i < 60; i++) a = [a, a]; a.flat(Infinity)"),
  greedy("text of an array that shares its parts", "let a = [1]; for (let i = 0; i < 60; i++) a = [a, a]; String(a)"),
  { name: "flat of an array in itself", source: "const a = []; a.push(a); a.flat(Infinity)", stops: ["TIMEOUT", "MEMORY_LIMIT", "RESOURCE_LIMIT"] },
  { name: "a value that shares its parts is returned", source: "let o = [1]; for (let i = 0; i < 60; i++) o = [o, o]; return o", stops: ["TIMEOUT", "MEMORY_LIMIT", "RESOURCE_LIMIT"] },
  { name: "a value that shares its parts is emitted", source: "let o = [1]; for (let i = 0; i < 60; i++) o = [o, o]; $emit('after', o)", stops: ["TIMEOUT", "MEMORY_LIMIT", "RESOURCE_LIMIT"] },
  { name: "a value that shares its parts is set", source: "let o = [1]; for (let i = 0; i < 60; i++) o = [o, o]; $state.x = o", stops: ["TIMEOUT", "MEMORY_LIMIT", "RESOURCE_LIMIT"] },
  endless("JSON.parse of much", "const s = '[' + '1,'.repeat(50_000) + '1]'; for (;;) JSON.parse(s)"),
  endless("JSON.stringify with much space", "for (;;) JSON.stringify([[[[[[[[1]]]]]]]], null, '          ')"),
  greedy("fill of a long array", "new Array(1e9).fill(1)"),
  endless("a sort of much", "const list = Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_011); for (;;) list.toSorted()"),
  endless("a sort by text", "const list = new Array(300).fill('x'.repeat(10_000)); for (;;) list.toSorted()"),
  endless("fill of a typed array", "const a = new Uint8Array(16 << 20); for (;;) a.fill(1)"),
  endless("set of a typed array from one of another type", "const a = new Uint8Array(4 << 20), b = new Float64Array(1 << 18); for (;;) a.set(b)"),
  endless("sort of a typed array", "const a = new Float64Array(100_000).map((_, i) => -i); for (;;) a.toSorted()"),
  endless("join of a typed array", "const a = new Uint8Array(100_000); for (;;) a.join()"),
  endless("subclass arrays that copy each other", "const a = new Array(50_000).fill(1); for (;;) a.concat(a).slice(1).reverse()"),
  endless("Object.fromEntries", "const list = Array.from({ length: 2_000 }, (_, i) => ['k' + i, i]); for (;;) Object.fromEntries(list)"),
  endless("Map.groupBy", "const list = new Array(20_000).fill(1); for (;;) Map.groupBy(list, Math.abs)"),
  endless("set operations", "const a = new Set(Array.from({ length: 5_000 }, (_, i) => i)); for (;;) a.union(a).intersection(a).difference(a)"),
  endless("a native iterator that never ends", "const next = Object.assign.bind(null, { value: 1, done: false }); for (const x of { [Symbol.iterator]: () => ({ next }) });"),
  greedy("a native iterator that an array takes in", "const next = Object.assign.bind(null, { value: 1, done: false }); Array.from({ [Symbol.iterator]: () => ({ next }) })"),
  endless("a native iterator that a set takes in", "const next = Object.assign.bind(null, { value: 1, done: false }); new Set({ [Symbol.iterator]: () => ({ next }) })"),
  endless("properties of a long chain", "let o = {}; for (let i = 0; i < 500; i++) o = Object.create(o); for (;;) o.missing"),
  endless("for in over a long chain", "let o = {}; for (let i = 0; i < 500; i++) { o = Object.create(o); o['k' + i] = 1 } for (;;) for (const k in o);"),
];

/**
 * Moves a few gigabytes. Fuel has to stop that, for where the clock stands still nothing else does; it would last for ten times the
 * work if each move cost the same, however long it is.
 */
const LARGE = { limits: { fuel: 8_000_000 } };
const moves = [
  ["copyWithin", "const a = new Uint8Array(8 << 20); for (let i = 0; i < 500; i++) a.copyWithin(1, 0)"],
  ["set", "const a = new Uint8Array(4 << 20), b = a.subarray(1); for (let i = 0; i < 500; i++) new Uint8Array(a.buffer).set(new Uint8Array(b.buffer, 0, 1 << 20), 7)"],
  ["slice of a typed array", "const a = new Uint8Array(1 << 20); for (let i = 0; i < 2_000; i++) a.slice()"],
  ["slice of a buffer", "const a = new ArrayBuffer(1 << 20); for (let i = 0; i < 2_000; i++) a.slice(0)"],
  ["new buffers", "for (let i = 0; i < 2_000; i++) new ArrayBuffer(1 << 20)"],
  ["text that is joined", "let s = 'x'; while (s.length < 1 << 20) s += s; for (let i = 0; i < 2_000; i++) s + i"],
  ["text that is compared", "let s = 'x'; while (s.length < 1 << 20) s += s; const a = s + 'a', b = s + 'b'; for (let i = 0; i < 4_000; i++) a === b"],
].map(([name, source]) => endless(`long moves pay by their length: ${name}`, source, LARGE));

const nesting = [
  ...[
    ["arrays as text", "let a = []; for (let i = 0; i < 100_000; i++) a = [a]; String(a)"],
    ["arrays as JSON", "let a = []; for (let i = 0; i < 100_000; i++) a = [a]; JSON.stringify(a)"],
    ["arrays that are flattened", "let a = []; for (let i = 0; i < 100_000; i++) a = [a]; a.flat(Infinity)"],
    ["proxies of proxies", "let p = {}; for (let i = 0; i < 100_000; i++) p = new Proxy(p, {}); p.x"],
    ["bound functions of bound functions", "let f = () => 1; for (let i = 0; i < 100_000; i++) f = f.bind(null); f()"],
    ["instanceof bound functions", "let f = class {}; for (let i = 0; i < 100_000; i++) f = f.bind(null); ({}) instanceof f"],
    ["a value that is returned", "let a = []; for (let i = 0; i < 100_000; i++) a = [a]; return a"],
    ["a value that is emitted", "let a = []; for (let i = 0; i < 100_000; i++) a = [a]; $emit('after', a)"],
    ["iterator helpers", "let it = Iterator.from({ next: () => ({ done: true }) }); for (let i = 0; i < 20_000; i++) it = it.map((x) => x); it.next()"],
    ["causes of errors that are thrown", "let e = new Error('x'); for (let i = 0; i < 50_000; i++) e = new Error('x', { cause: e }); [e] + ''; const f = (e) => 1 + f(e.cause ?? e); f(e)"],
  ].map(([name, source]) => ({ name: `nested natively: ${name}`, source, options: { limits: { fuel: 400_000_000, timeoutMs: 30_000, memoryBytes: 64 << 20 } }, stops: ["RESOURCE_LIMIT", "MEMORY_LIMIT"] })),
  { name: "nested natively: a value that is logged", source: "let a = []; for (let i = 0; i < 10_000; i++) a = [a]; $log(a)", check: ({ logs }) => ok(logs[0].message.length < 10_000, `${logs[0].message.length}`) },
  { name: "nested natively: groups of a regular expression", source: "try { new RegExp('('.repeat(50_000) + ')'.repeat(50_000)); return 'made' } catch (e) { return e.name }", check: ({ returnValue }) => equal(returnValue, "SyntaxError") },
  { name: "nested natively: JSON text", source: "try { JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)); return 'made' } catch (e) { return e.name }", check: ({ returnValue }) => equal(returnValue, "made") },
];

export default [...regularExpressions, ...sparseArrays, ...lengths, ...numbers, ...texts, ...data, ...moves, ...nesting];
