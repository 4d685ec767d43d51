// Handlers that look for a way out: to code from text, to the host, past the wrapper, past a capability, into an error or a result
// that the embedder takes for the kernel's.

import { equal, match, ok } from "../../conformance/assert.mjs";

/** The code throws something that the handler can catch, and nothing of it has run. */
const refused = (name, code, errors = "EvalError") => ({
  name,
  source: `try { ${code}; return "ran" } catch (e) { return e.name }`,
  check: ({ returnValue }) => ok([errors].flat().includes(returnValue), `expected ${errors}, found ${returnValue}`),
});

/** Comes to nothing more than this value. */
const answers = (name, source, value, options) => ({ name, source, options, check: ({ returnValue }) => equal(returnValue, value) });

const syntax = (name, source) => ({ name: `source: ${name}`, source, stops: "COMPILATION_ERROR", check: (result) => (equal(result.events, []), ok(result.error.location?.line >= 1, "no line")) });

const CODE = "'return globalThis'";
const codeFromText = [
  refused("a function's constructor", `(() => {}).constructor(${CODE})()`),
  refused("an async function's constructor", `(async () => {}).constructor(${CODE})`),
  refused("a generator's constructor", `(function* () {}).constructor(${CODE})`),
  refused("an async generator's constructor", `(async function* () {}).constructor(${CODE})`),
  refused("constructor of constructor", `({}).constructor.constructor(${CODE})()`),
  refused("constructor of an array's method", `[].at.constructor(${CODE})`),
  refused("constructor of a class", `class A {} A.constructor(${CODE})`),
  refused("constructor in brackets", `(() => {})["con" + "structor"](${CODE})`),
  refused("constructor by destructuring", `const { constructor } = () => {}; constructor(${CODE})`),
  refused("constructor by a prototype", `Object.getPrototypeOf(() => {}).constructor(${CODE})`),
  refused("constructor by __proto__", `(() => {}).__proto__.constructor(${CODE})`),
  refused("constructor by Reflect.get", `Reflect.get(() => {}, "constructor")(${CODE})`),
  refused("constructor by a descriptor", `Object.getOwnPropertyDescriptor(Object.getPrototypeOf(() => {}), "constructor").value(${CODE})`),
  refused("constructor by a proxy", `new Proxy(() => {}, {}).constructor(${CODE})`),
  refused("constructor by super", `({ m() { return super.constructor.constructor(${CODE}) } }).m()`),
  refused("constructor that is constructed", `new (() => {}).constructor(${CODE})`),
  refused("constructor by Reflect.construct", `Reflect.construct((() => {}).constructor, [${CODE}])`),
  refused("constructor by Reflect.construct as another's", `Reflect.construct((() => {}).constructor, [${CODE}], Array)`),
  refused("constructor by Reflect.apply", `Reflect.apply((() => {}).constructor, null, [${CODE}])`),
  refused("constructor that is bound", `(() => {}).constructor.bind(null, ${CODE})()`),
  refused("constructor by call", `Array.prototype.constructor.constructor.call(null, ${CODE})`),
  refused("constructor as a tag", "(() => {}).constructor`return globalThis`"),
  refused("constructor as a callback", `[${CODE}].map((() => {}).constructor)`),
  refused("constructor as a replacer", `"x".replace("x", (() => {}).constructor)`),
  refused("constructor as a base class", `class A extends (() => {}).constructor {} new A(${CODE})`),
  refused("constructor with parameters that close it", `(() => {}).constructor("a = (() => {", "}) => {", "return globalThis")`),
  refused("constructor of a getter", `Object.getOwnPropertyDescriptor(Map.prototype, "size").get.constructor(${CODE})`),
  refused("constructor of what an error carries", `try { null.x } catch (e) { e.constructor.constructor(${CODE})() }`),
  refused("constructor of a promise's function", `$ext.test.echo(1).then.constructor(${CODE})`),
  refused("constructor of a bound function", `(() => {}).bind().constructor(${CODE})`),
  refused("constructor of an iterator's next", `[].values().next.constructor(${CODE})`),
  ...["$state.get", "$emit", "$emit.toast", "$log", "$log.info", "$view.focus", "$view.getElementById('x').setProp", "$ext.exists", "$ext.test.echo", "$time.now", "$host.echo", "console.log"].map((name) =>
    refused(`constructor of ${name}`, `${name}.constructor(${CODE})`),
  ),
  refused("constructor of an accessor of Error", `Object.getOwnPropertyDescriptor(Error.prototype, "stack").get.constructor(${CODE})`),
  refused("eval by its name", "eval('1')", "ReferenceError"),
  refused("eval indirectly", "(0, eval)('1')", "ReferenceError"),
  refused("eval of the global", "globalThis.eval('1')", "TypeError"),
  refused("Function by its name", "Function('1')", "ReferenceError"),
  answers("eval and Function anywhere at all", `
    const seen = new Set(), found = [];
    const visit = (value) => {
      if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
      seen.add(value);
      if (typeof value === "function" && !/^\\$|Constructor$/.test(value.name)) try { if (value("'found'") === "found" && value.name === "eval") found.push(value.name) } catch {}
      if (value === $state || value === $ext || value === $host) return;
      for (const key of Reflect.ownKeys(value)) { const d = Reflect.getOwnPropertyDescriptor(value, key); visit(d.value); visit(d.get); visit(d.set) }
      visit(Object.getPrototypeOf(value));
    };
    visit(globalThis); return found`, []),
  refused("a timer with text", "setTimeout('1')", "ReferenceError"),
  refused("text for a regular expression's flags", "new RegExp('x', 'e')", "SyntaxError"),
  answers("import()", "try { return typeof (await import('x')) } catch (e) { return 'refused' }", "refused"),
  answers("import() of data", "try { return typeof (await import('data:text/javascript,export default 1')) } catch (e) { return 'refused' }", "refused"),
  answers("import() of a module of the host", "try { return typeof (await import('node:fs')) } catch (e) { return 'refused' }", "refused"),
  answers("import() whose name is an object", "try { return typeof (await import({ toString() { return 'fs' } })) } catch (e) { return 'refused' }", "refused"),
  answers("import() that nobody waits for", "import('x').catch(() => {}); return 1", 1),
];

const source = [
  syntax("closing the wrapper", "}); globalThis.leftover = 1; (async function () {"),
  syntax("closing the wrapper on a later line", "let a = 1;\n}); globalThis.leftover = 1; (async function () {"),
  syntax("closing it and calling it", "})(); (async function () {"),
  syntax("a comma", "}, async function () {"),
  syntax("a sum", "} + function () {"),
  syntax("a condition", "} ? async function () {} : async function () {"),
  syntax("an arrow", "}) => (async function () {"),
  syntax("a template", "}`${async function () {"),
  syntax("a member", "}.constructor && async function () {"),
  syntax("an assignment", "}) = (function () {"),
  syntax("a call", "}(function () {}, async function () {"),
  syntax("new parameters", "}, async function (a = $emit('leaked')) {"),
  syntax("a class", "}); class A { static { globalThis.leftover = 1 } } (async function () {"),
  syntax("a comment that never ends", "} /*"),
  syntax("a comment that hides the end", "return 1 /*"),
  syntax("a line comment with U+2028", "//\u2028}); globalThis.leftover = 1; (async function () {"),
  syntax("a line comment with U+2029", "//\u2029}); globalThis.leftover = 1; (async function () {"),
  syntax("a line comment with a lone carriage return", "//\r}); globalThis.leftover = 1; (async function () {"),
  syntax("an html comment that opens", "<!-- \n}); (async function () {"),
  syntax("an html comment that closes", "\n--> \n}); (async function () {"),
  syntax("a template that never ends", "return `${1"),
  syntax("a template that closes the wrapper within it", "return `${1}); globalThis.leftover = 1; (async function () { `${"),
  syntax("a regular expression that never ends", "return /}); (async function () {"),
  syntax("a string that never ends", "return '}); (async function () {"),
  syntax("a string across lines", "return 'a\n}); (async function () {'"),
  syntax("a hashbang", "#!/usr/bin/env node\nreturn 1"),
  syntax("one brace too many", "if (1) { } }"),
  syntax("one brace too few", "if (1) {"),
  syntax("parentheses alone", ")("),
  syntax("only a brace", "}"),
  syntax("only both", "}{"),
  syntax("a null character", "}\0); (async function () {"),
  syntax("an escaped brace", "\\u007d); (async function () {"),
  syntax("an escaped keyword", "aw\\u0061it 1; ret\\u0075rn 2"),
  syntax("import", "import fs from 'fs'"),
  syntax("export", "export default 1"),
  syntax("import.meta", "return import.meta"),
  syntax("with", "with ({}) {}"),
  syntax("super", "super()"),
  syntax("a property of super", "return super.x"),
  syntax("yield", "yield 1"),
  syntax("a private name of nobody", "return ({}).#x"),
  syntax("break of nothing", "break"),
  syntax("continue of nothing", "continue"),
  syntax("arguments as a name", "let arguments = 1"),
  syntax("eval as a name", "let eval = 1"),
  syntax("an octal number", "return 010"),
  syntax("deletion of a name", "let a = 1; delete a"),
  syntax("the same parameter twice", "((a, a) => 1)"),
  syntax("await as a name", "let await = 1"),
  syntax("a decorator", "@(() => {}) class A {}"),
  syntax("native syntax of V8", "return %GetHeapUsage()"),
  answers("source: what looks like the end in a string", "return '}); (' // })", "}); ("),
  answers("source: what looks like the end in a template", "return `}); (${'})'}`", "}); (})"),
  answers("source: what looks like the end in a regular expression", "return /}\\);/.test('});')", true),
  answers("source: a comment at the end", "return 1 // }", 1),
  answers("source: a directive", "'use asm'; 'use strict'; return (function () { return this })() === undefined", true),
  answers("source: a byte order mark", "\uFEFFreturn 1", 1),
  answers("source: a function of the wrapper's name", "function handler() { return 1 } return handler()", 1),
  answers("source: its own text tells nothing of the host", "return /node|file:|wasm|\\//.test((() => {}).toString() + [].map.toString())", false),
];

const language = [
  answers("this is nothing", "return [typeof this, typeof (function () { return this })(), typeof (() => this)()]", ["undefined", "undefined", "undefined"]),
  refused("arguments.callee", "(function () { return arguments.callee })()", "TypeError"),
  refused("a function's caller", "(function f() { return f.caller })()", "TypeError"),
  refused("a function's arguments", "(function f() { return f.arguments })()", "TypeError"),
  refused("caller of the prototype", "Object.getOwnPropertyDescriptor(Function.prototype ?? (() => {}).__proto__, 'caller').get.call(() => {})", ["TypeError", "ReferenceError"]),
  refused("a name that was never declared", "undeclared = 1", "ReferenceError"),
  answers("names of hosts", `return ["process", "require", "module", "global", "window", "self", "document", "fetch", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "structuredClone",
    "WebAssembly", "Worker", "importScripts", "postMessage", "XMLHttpRequest", "WebSocket", "navigator", "location", "localStorage", "indexedDB", "caches", "crypto", "performance",
    "Deno", "Bun", "Buffer", "URL", "TextEncoder", "MessageChannel", "BroadcastChannel", "ShadowRealm", "Compartment", "harden", "lockdown", "$262", "gc", "print", "load", "TypedArray",
    "Temporal", "Intl"].filter((name) => name in globalThis)`, []),
  answers("the global has these names and no others", "return Reflect.ownKeys(globalThis).filter((key) => typeof key === 'symbol' || key.startsWith('$') || key === 'console').map(String).sort()", ["$args", "$emit", "$ext", "$host", "$log", "$scope", "$state", "$time", "$view", "console"]),
  refused("Atomics.wait", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Infinity)", "TypeError"),
  { name: "Atomics.waitAsync", source: "await Atomics.waitAsync?.(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e9).value; throw new Error('went on')", stops: "EXECUTION_ERROR" },
  answers("the clock stands still", "const t = Date.now(); for (let i = 0; i < 20_000; i++); return [Date.now() - t, new Date() - t, $time.now() - t]", [0, 0, 0]),
  answers("Error.prepareStackTrace is nobody's hook", "let called = 0; Error.prepareStackTrace = () => called++; const { stack } = new Error('x'); try { null.x } catch (e) { e.stack } return [called, typeof stack]", [0, "string"]),
  answers("Error.captureStackTrace and stackTraceLimit", "Error.stackTraceLimit = Infinity; const o = {}; Error.captureStackTrace?.(o); return /node|file:|wasm:/.test(String(o.stack) + new Error('x').stack)", false),
  answers("stacks name no file of the host", "const stacks = []; try { null.x } catch (e) { stacks.push(e.stack) } try { await $ext.test.fail('x') } catch (e) { stacks.push(e.stack) } try { [1].map(() => { throw new Error() }) } catch (e) { stacks.push(e.stack) } return stacks.filter((s) => /node:|file:|wasm|rust|\\.rs|\\.m?js:(?<!handler\\.js:)/.test(s))", []),
  answers("an accessor of the stack on something else", "const { get } = Object.getOwnPropertyDescriptor(Error.prototype, 'stack'); return [{}, globalThis, $ext, Error.prototype].map((o) => { try { return typeof get.call(o) } catch { return 'no' } }).filter((t) => t === 'object')", []),
];

const globals = [
  ...["$state = 1", "$emit = () => {}", "$ext = {}", "$args = 1", "globalThis.$state = 1", "globalThis.console = 1", "delete globalThis.$state", "delete globalThis.$args", "$emit.toast = 1", "$log.info = 1",
    "$ext.exists = () => true", "$ext.test = {}", "$ext.test.echo = 1", "delete $ext.test.echo", "$view.focus = 1", "$time.now = () => 0", "$host.echo = 1", "$host.mine = 1", "$args.a = 2", "$args.list.push(1)",
    "$args.list.length = 0", "$scope.x = 1", "$state.get = 1", "Object.setPrototypeOf($ext, {})", "Object.setPrototypeOf($state, {})", "Object.setPrototypeOf($args, null)", "$emit.prototype.x = 1", "$emit.name = 'x'",
    "Object.defineProperty(globalThis, '$state', { value: 1 })", "Object.defineProperty(globalThis, '$emit', { get: () => 1 })", "Object.defineProperty($emit, 'call', { value: 1 })", "Object.defineProperty($ext, 'x', { value: 1 })",
    "Object.defineProperty($ext.test, 'x', { value: 1 })", "Object.defineProperty($args, 'b', { value: 1 })", "$ext.__proto__.x = 1"].map((code) => ({
    name: `replacing what is given: ${code}`,
    source: `try { ${code}; return "ran" } catch (e) { return e instanceof Error ? "refused" : e }`,
    options: { args: { a: 1, list: [1] }, scope: {} },
    check: ({ returnValue, stateMutations }) => equal([returnValue, stateMutations], ["refused", []]),
  })),
  ...["Object.freeze($state)", "Object.preventExtensions($state)", "Object.seal($state)"].map((code) => ({ name: `fixing the state: ${code}`, source: `try { ${code} } catch {} $state.x = 1; return $state.x`, check: ({ returnValue }) => equal(returnValue, 1) })),
];

const SECRET = { state: { a: { list: [1] }, secret: "s3cret" }, capabilities: ["state:read:a"] };
/** Denied with that code, unless the handler catches it: then it ends without having seen or changed anything. */
const denied = (name, source, options, code = "PERMISSION_DENIED") => ({
  name,
  source,
  options,
  stops: code,
  check({ error, stateMutations, events, viewCommands, logs }) {
    equal([stateMutations, events, viewCommands], [[], [], []]);
    ok(!/s3cret/.test(JSON.stringify([error, logs])), "tells the secret");
  },
});
const reads = (how, expression) => denied(`reading without a token: ${how}`, `const found = ${expression}; $log(found); return found`, SECRET);
const writes = (how, statement) => denied(`writing without a token: ${how}`, statement, SECRET);

const capabilities = [
  reads("a property", "$state.secret"),
  reads("get", "$state.get('secret')"),
  reads("get with another this", "$state.get.call({}, 'secret')"),
  reads("get by Reflect.apply", "Reflect.apply($state.get, $state, ['secret'])"),
  reads("Reflect.get", "Reflect.get($state, 'secret')"),
  reads("Reflect.get with a receiver", "Reflect.get($state, 'secret', {})"),
  reads("what inherits from it", "Object.create($state).secret"),
  reads("what wraps it", "new Proxy($state, {}).secret"),
  reads("a descriptor", "Object.getOwnPropertyDescriptor($state, 'secret')"),
  reads("all descriptors", "Object.getOwnPropertyDescriptors($state)"),
  reads("whether it is there", "'secret' in $state"),
  reads("Reflect.has", "Reflect.has($state, 'secret')"),
  reads("hasOwnProperty", "Object.prototype.hasOwnProperty.call($state, 'secret')"),
  reads("has", "$state.has('secret')"),
  reads("keys", "$state.keys()"),
  reads("Object.keys", "Object.keys($state)"),
  reads("for in", "(() => { for (const key in $state) return key })()"),
  reads("spread", "({ ...$state })"),
  reads("Object.assign", "Object.assign({}, $state)"),
  reads("JSON", "JSON.stringify($state)"),
  reads("destructuring", "(({ secret }) => secret)($state)"),
  reads("destructuring of the rest", "(({ a, ...rest }) => rest)($state)"),
  reads("a key that becomes another", "(() => { let n = 0; return $state[{ toString: () => (n++ ? 'a' : 'secret') }] })()"),
  reads("an array as a key", "$state[['secret']]"),
  reads("a text object as a key", "$state[new String('secret')]"),
  reads("update", "$state.update('secret', (x) => x)"),
  reads("a computed name", "$state['sec' + 'ret']"),
  answers("reading without a token: a key that is another the second time", "let n = 0; return $state[{ toString: () => (n++ ? 'secret' : 'a') }].list.length", 1, SECRET),
  { name: "reading without a token: no text for get", source: "let n = 0; return $state.get({ toString: () => (n++ ? 'secret' : 'a') })", options: SECRET, stops: ["INVALID_ARGUMENT", "PERMISSION_DENIED"], check: ({ error }) => ok(!/s3cret/.test(error.message)) },
  reads("the state itself is returned", "$state"),
  reads("a case of letters", "$state.A"),
  reads("a blank more", "$state['a ']"),
  reads("a null character more", "$state['a\\0']"),
  reads("another way to write it", "$state['\\u0430']"),
  reads("a path", "$state['a.list']"),
  reads("a star", "$state['*']"),
  reads("__proto__", "$state.__proto__"),
  reads("constructor", "$state.constructor"),

  writes("a property", "$state.secret = 1"),
  writes("a key that may be read", "$state.a = 1"),
  writes("set", "$state.set('a', 1)"),
  writes("deletion", "delete $state.a"),
  writes("delete", "$state.delete('a')"),
  writes("Reflect.set", "Reflect.set($state, 'a', 1)"),
  writes("Reflect.set with a receiver", "Reflect.set({}, 'a', 1, $state)"),
  writes("Reflect.defineProperty", "Reflect.defineProperty($state, 'a', { value: 1 })"),
  writes("Reflect.deleteProperty", "Reflect.deleteProperty($state, 'a')"),
  writes("Object.assign", "Object.assign($state, { a: 1 })"),
  writes("an increment", "$state.a++"),
  writes("update", "$state.update('a', (x) => x)"),
  writes("what inherits from it", "Object.create($state).a = 1"),
  writes("a nested property", "$state.a.x = 1"),
  writes("a nested list", "$state.a.list.push(2)"),
  writes("a nested list's length", "$state.a.list.length = 0"),
  writes("a nested sort", "$state.a.list.push === [].push; $state.a.list.fill(3)"),
  writes("a borrowed method", "Array.prototype.push.call($state.a.list, 2)"),
  writes("a nested deletion", "delete $state.a.list"),
  writes("a nested definition", "Object.defineProperty($state.a, 'x', { value: 1 })"),
  writes("a nested Reflect.set", "Reflect.set($state.a, 'x', 1)"),
  writes("a reference that is kept", "const { list } = $state.a; await null; list[0] = 5"),
  answers("writing without a token: a copy is the handler's own", "const copy = JSON.parse(JSON.stringify($state.a)); copy.list.push(2); return [copy.list.length, $state.a.list.length]", [2, 1], SECRET),

  ...["$emit('b')", "$emit('a:b')", "$emit('A')", "$emit('a ')", "$emit('a\\0')", "$emit('*')", "$emit.toast('x')", "$emit.call(null, 'b')", "Reflect.apply($emit, null, ['b'])", "$emit.bind(null, 'b')()", "$emit.call.call($emit, null, 'b')"].map((code) =>
    denied(`emitting without a token: ${code}`, code, { capabilities: ["events:emit:a"] }),
  ),
  ...["$view.focus('other')", "$view.focus()", "$view.command(null, 'c')", "$view.getElementById('other').setProp('x', 1)", "$view.getElementById('list').setProp.call($view.getElementById('other'), 'x', 1) ?? $view.focus('other')", "const e = { ...$view.getElementById('list'), id: 'other' }; e.setProp('x', 1); $view.focus('other')"].map((code) => ({
    ...denied(`the view without a token: ${code}`, code, { capabilities: ["view:update:list"] }),
    check: ({ viewCommands }) => equal(viewCommands.filter(({ componentId }) => componentId !== "list"), []),
  })),
  ...["$ext.test.fail('x')", "$ext.test['fail']('x')", "$ext.test.later(1)", "await Reflect.apply($ext.test.fail, null, ['x'])", "$ext.test.fail.call($ext.test.echo, 'x')", "const { fail } = $ext.test; fail('x')"].map((code) =>
    denied(`calling without a token: ${code}`, code, { capabilities: ["ext:test.echo"] }),
  ),
  denied("calling without a token: another extension", "$ext.other.echo(1)", { capabilities: ["ext:test.echo"] }, "EXTENSION_NOT_FOUND"),
  denied("calling without a token: a method that is none", "$ext.test.nothing(1)", { capabilities: ["ext:*"] }, "METHOD_NOT_FOUND"),
  denied("calling without a token: an inherited name", "$ext.test.hasOwnProperty('x')", { capabilities: ["ext:*"] }, "METHOD_NOT_FOUND"),
  denied("calling without a token: the constructor of extensions", "$ext.constructor('x')", { capabilities: ["ext:*"] }, "EXTENSION_NOT_FOUND"),
  denied("calling without a token: __proto__", "$ext.__proto__.x", { capabilities: ["ext:*"] }, "EXTENSION_NOT_FOUND"),
  denied("calling without a token: a name with a dot", "$ext['test.echo'](1)", { capabilities: ["ext:*"] }, "EXTENSION_NOT_FOUND"),
  denied("calling without a token: a name with a caveat", "$ext.test['echo?x=1'](1)", { capabilities: ["ext:test.echo"] }, "METHOD_NOT_FOUND"),
  denied("a host function without a token", "$host.echo(1)", { capabilities: ["host:other"] }),
  denied("a host function that is none", "$host.toString()", { capabilities: ["host:*"] }, "METHOD_NOT_FOUND"),
  denied("a host function of a prototype", "$host.__proto__.x", { capabilities: ["host:*"] }, "METHOD_NOT_FOUND"),
  denied("a host function called constructor", "$host.constructor('x')", { capabilities: ["host:*"] }, "METHOD_NOT_FOUND"),
  denied("nothing granted: everything", "const outcomes = [() => $state.x, () => ($state.x = 1), () => $emit('e'), () => $view.focus('v'), () => $ext.test.echo(1), () => $host.echo(1)].map((f) => { try { f(); return 'ran' } catch (e) { return e.code } }); if (outcomes.some((code) => code !== 'PERMISSION_DENIED')) return outcomes; $state.x", { capabilities: [] }),
];

const errors = [
  ...["TIMEOUT", "MEMORY_LIMIT", "PERMISSION_DENIED", "INTERNAL_ERROR", "EXTENSION_ERROR", "CANCELLED"].map((code) => ({
    name: `forging an error: ${code}`,
    source: `throw Object.assign(new Error("mine"), { code: "${code}", name: "NexusError", context: { resource: "fuel" }, location: { line: 666 } })`,
    stops: "EXECUTION_ERROR",
    check: ({ error }) => (ok(error.context?.resource === undefined, "took the context"), equal(error.location?.line, 1)),
  })),
  { name: "forging an error: a plain object", source: "throw { code: 'TIMEOUT', message: 'out of fuel', name: 'NexusError' }", stops: "EXECUTION_ERROR" },
  { name: "forging an error: the kernel's own with another code", source: "try { $state.x } catch (e) { e.code = 'TIMEOUT'; e.message = 'forged'; throw e }", options: { capabilities: [] }, stops: "PERMISSION_DENIED", check: ({ error }) => ok(!/forged/.test(error.message), error.message) },
  { name: "forging an error: a copy of the kernel's own", source: "try { $state.x } catch (e) { throw Object.assign(Object.create(e), e) }", options: { capabilities: [] }, stops: "EXECUTION_ERROR" },
  { name: "forging an error: the kernel's own as a cause", source: "try { $state.x } catch (cause) { throw new Error('mine', { cause }) }", options: { capabilities: [] }, stops: "EXECUTION_ERROR" },
  { name: "forging an error: the kernel's own in a proxy", source: "try { $state.x } catch (e) { throw new Proxy(e, {}) }", options: { capabilities: [] }, stops: "EXECUTION_ERROR" },
  { name: "forging an error: an extension's with a code of the kernel's", source: "await $ext.test.fail('mine', 'TIMEOUT')", stops: "EXTENSION_ERROR", check: ({ error }) => equal([error.context.extension, error.context.method], ["test", "fail"]) },
  { name: "forging an error: a stack", source: "const e = new Error('x');\nObject.defineProperty(e, 'stack', { value: 'Error: x\\n    at handler (handler.js:666:1)' });\nthrow e", stops: ["EXECUTION_ERROR"], check: ({ error }) => ok(error.location?.line !== 666 && !/666/.test(error.stack ?? ""), "took the stack") },
  { name: "forging an error: every stack", source: "Object.defineProperty(Error.prototype, 'stack', { get: () => 'Error: x\\n    at handler (handler.js:666:1)' });\nthrow new Error('x')", stops: "EXECUTION_ERROR", check: ({ error }) => ok(error.location?.line === 2 && !/666/.test(error.stack ?? ""), `took the stack: ${error.stack}`) },
  { name: "forging an error: a name with line breaks", source: "const e = new Error('x');\ne.name = 'A\\n    at handler (handler.js:666:1)';\nthrow e", stops: "EXECUTION_ERROR", check: ({ error }) => ok(error.location?.line !== 666, "took the name") },
  { name: "forging an error: a function's name", source: "const f = { ['x (handler.js:666:1)\\n    at y']() { throw new Error('x') } };\nObject.values(f)[0]()", stops: "EXECUTION_ERROR", check: ({ error }) => ok(error.location?.line !== 666, "took the function's name") },
  { name: "throwing nothing", source: "throw undefined", stops: "EXECUTION_ERROR" },
  { name: "throwing a proxy that is revoked", source: "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy", stops: "EXECUTION_ERROR" },
  { name: "throwing what throws when it is looked at", source: "throw new Proxy({}, new Proxy({}, { get() { throw 1 } }))", stops: "EXECUTION_ERROR" },
  { name: "throwing an error whose message throws", source: "throw Object.defineProperty(new Error(), 'message', { get() { throw new Error('again') } })", stops: "EXECUTION_ERROR" },
  { name: "throwing an error whose message is no text", source: "throw Object.assign(new Error(), { message: { toString() { $emit('after'); return 'x' } } })", stops: "EXECUTION_ERROR" },
  { name: "rejecting what nobody waits for", source: "Promise.reject(new Error('x')); (async () => { throw 1 })(); return 1", check: ({ returnValue }) => equal(returnValue, 1) },
  { name: "rejecting with a call under way", source: "$ext.test.fail('x'); $ext.test.hold(1); return 1", check: ({ returnValue }) => equal(returnValue, 1) },
  { name: "a promise that nobody can settle", source: "await new Promise(() => {})", stops: "EXECUTION_ERROR" },
  { name: "a promise that waits for itself", source: "const p = (async () => { await null; await p })(); await p", stops: "EXECUTION_ERROR" },
  { name: "a promise that is resolved with itself", source: "let resolve; const p = new Promise((r) => (resolve = r)); resolve(p); await p", stops: "EXECUTION_ERROR" },
];

/** Refused as data, with the path. */
const unserializable = (name, value) => ({ name: `a result that is no data: ${name}`, source: `return { x: ${value} }`, stops: "SERIALIZATION_ERROR", check: ({ error }) => match(error.message, /x/) });

const results = [
  unserializable("a function", "() => 1"),
  unserializable("a symbol", "Symbol('x')"),
  unserializable("a BigInt", "1n"),
  unserializable("a map", "new Map()"),
  unserializable("a promise", "Promise.resolve(1)"),
  unserializable("a regular expression", "/x/"),
  unserializable("an error", "new Error('x')"),
  unserializable("a circle", "(() => { const o = {}; o.o = o; return o })()"),
  unserializable("half a character", "'\\ud800'"),
  unserializable("a view of data", "new DataView(new ArrayBuffer(1))"),
  unserializable("numbers of another size", "new Int32Array(1)"),
  unserializable("the function of an extension", "$ext.test.echo"),
  unserializable("a hook of the host's printing", "{ [Symbol.for('nodejs.util.inspect.custom')]() {} }"),
  { name: "a result that is a proxy that is revoked", source: "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return { proxy }", stops: ["EXECUTION_ERROR", "SERIALIZATION_ERROR"] },
  answers("a result with a then", "return { then: 'data' }", { then: "data" }),
  answers("a result that is a promise", "return Promise.resolve({ a: 1 })", { a: 1 }),
  answers("a result that is a thenable", "return { then(resolve) { resolve({ a: 1 }) } }", { a: 1 }),
  answers("a thenable that resolves twice", "return { then(resolve) { resolve(1); resolve(2) } }", 1),
  answers("an inherited then", "Object.prototype.then = undefined; return { a: 1 }", { a: 1 }),
  { name: "an own __proto__", source: "return JSON.parse('{\"__proto__\": { \"polluted\": true }}')", check: ({ returnValue }) => (ok(Object.hasOwn(returnValue, "__proto__"), "is no data"), equal([returnValue.polluted, {}.polluted], [undefined, undefined])) },
  { name: "own names of the host's prototypes", source: "return { constructor: { prototype: { polluted: 1 } }, hasOwnProperty: 1, toString: 2, valueOf: 3, toJSON: 4, length: -1 }", check: ({ returnValue }) => equal([returnValue.constructor.prototype.polluted, returnValue.toString, {}.polluted], [1, 2, undefined]) },
  { name: "keys of the state from the host's prototypes", source: "$state.set('__proto__', { polluted: 1 }); $state.set('constructor', { prototype: { polluted: 1 } }); $state.set('toString', 1); return 1", check: ({ stateMutations }) => equal([stateMutations.map(({ key }) => key), {}.polluted], [["__proto__", "constructor", "toString"], undefined]) },
  { name: "names of events from the host's prototypes", source: "$emit('__proto__', { polluted: 1 }); $emit('constructor'); return 1", check: ({ events }) => equal([events.map(({ name }) => name), {}.polluted], [["__proto__", "constructor"], undefined]) },
  { name: "arguments with __proto__", source: "const copy = { ...$args }, assigned = Object.assign({}, $args); return [Object.keys($args), {}.polluted ?? null, $args.polluted ?? null, copy.polluted ?? null, assigned.polluted ?? null].slice(0, 4)", options: { args: JSON.parse('{"__proto__": {"polluted": true}}') }, check: ({ returnValue }) => equal(returnValue, [["__proto__"], null, null, null]) },
  { name: "a state with __proto__", source: "const o = $state.get('__proto__'); return [o?.polluted ?? null, {}.polluted ?? null]", options: { state: JSON.parse('{"__proto__": {"polluted": true}}') }, check: ({ returnValue }) => equal(returnValue, [true, null]) },
  answers("an answer with __proto__", "const o = await $ext.test.echo(JSON.parse('{\"__proto__\": { \"polluted\": true }}')); return [Object.keys(o), {}.polluted ?? null, o.polluted ?? null]", [["__proto__"], null, null]),
  answers("an answer is a copy", "const sent = { a: [1] }, got = await $ext.test.echo(sent); got.a.push(2); return [sent.a.length, got.a.length, (await $ext.test.echo(sent)).a.length]", [1, 2, 1]),
  answers("an answer with a then", "return (await $ext.test.echo({ then: 1 })).then", 1),
  answers("a call's promise is the realm's own", "const p = $ext.test.echo(1); return [p.constructor === Promise, Object.getPrototypeOf(p) === Promise.prototype, await p]", [true, true, 1]),
  answers("bytes of a buffer that shrank", "const b = new ArrayBuffer(8, { maxByteLength: 16 }), u = new Uint8Array(b); b.resize(0); return u.length", 0),
  { name: "bytes of a buffer that shrinks while it is read", source: "const b = new ArrayBuffer(8, { maxByteLength: 16 }), bytes = new Uint8Array(b); return { first: { get x() { b.resize(2); return 1 } }, bytes }", check: ({ returnValue }) => equal(returnValue.bytes.length, 2) },
  { name: "bytes that claim another length", source: "const u = new Uint8Array(2); Object.defineProperty(u, 'length', { value: 1e9 }); Object.defineProperty(u, 'byteLength', { value: 1e9 }); return u", check: ({ returnValue }) => equal(returnValue, new Uint8Array(2)) },
  { name: "a list that shrinks while it is read", source: "const list = [{ get x() { list.length = 1; return 1 } }, 2, 3]; return list", check: ({ returnValue }) => ok(Array.isArray(returnValue) && returnValue.length <= 3, "is no list") },
  { name: "a list that grows while it is read", source: "const list = [{ get x() { list.push(1, 2, 3); return 1 } }]; return list", check: ({ returnValue }) => ok(Array.isArray(returnValue) && returnValue.length <= 4, "is no list") },
  { name: "a proxy that lies about its keys", source: "return new Proxy({ a: 1 }, { ownKeys: () => ['a', 'b'], getOwnPropertyDescriptor: (t, k) => ({ value: k, enumerable: true, configurable: true }) })", check: ({ returnValue }) => ok(Object.keys(returnValue).every((key) => ["a", "b"].includes(key)), "has more") },
  { name: "a proxy of a list that lies about its length", source: "return new Proxy([], { get: (t, k) => (k === 'length' ? -5 : t[k]) })", check: ({ returnValue }) => equal(returnValue, []) },
];

/** Intrinsics that the kernel's side of the sandbox may rely on are the handler's to break: for itself alone. */
const poisoned = [
  ["Promise.prototype.then", "Promise.prototype.then = () => { throw 1 }; return await $ext.test.echo(1)", 1],
  ["Promise's species", "Object.defineProperty(Promise, Symbol.species, { value: class { constructor(f) { f(() => {}, () => {}) } } }); return await $ext.test.echo(1)", 1],
  ["the constructor of a promise", "const p = $ext.test.echo(1); p.constructor = { [Symbol.species]: function (f) { f(() => {}, () => {}) } }; return await $ext.test.echo(2)", 2],
  ["Promise.resolve", "Promise.resolve = Promise.reject = Promise.all = null; return await $ext.test.echo(1)", 1],
  ["an inherited then", "Object.prototype.then = function (resolve) { resolve('forged') }; const x = await $ext.test.echo(1); return x", 1],
  ["Array.isArray", "Array.isArray = () => true; return { a: [1] }", { a: [1] }],
  ["an array's iterator", "Array.prototype[Symbol.iterator] = () => { throw 1 }; $emit('e', [1]); return [1, [2]]", [1, [2]]],
  ["an array's push", "Array.prototype.push = Array.prototype.map = null; $state.list = [1]; return $state.list", [1]],
  ["a setter of an index", "Object.defineProperty(Array.prototype, '0', { set() { $emit('stolen') }, get() { return 'stolen' } }); await $ext.test.echo([1]); return [$ext.list()[0], $state.keys().length]", ["test", 0]],
  ["fields of descriptors", "Object.prototype.get = Object.prototype.set = () => 'forged'; $state.x = 1; return $state.x", 1],
  ["a field of descriptors", "Object.prototype.writable = false; Object.prototype.value = 'forged'; Object.prototype.enumerable = false; $state.x = { y: 1 }; $state.x.y = 2; return [$state.x.y, Object.keys(await $ext.test.echo({ a: 1 }))]", [2, ["a"]]],
  ["a setter of a name that errors have", "Object.defineProperty(Object.prototype, 'code', { set() { $emit('stolen') }, configurable: true }); try { $host.nothing } catch (e) { return e.code }", "METHOD_NOT_FOUND"],
  ["JSON", "JSON.stringify = JSON.parse = () => 'forged'; $log({ a: 1 }); return await $ext.test.echo({ a: 1 })", { a: 1 }],
  ["String", "String = Object = Array = Error = null; return await $host.echo('x')", "x"],
  ["a text's methods", "for (const key of Reflect.ownKeys(String.prototype)) try { String.prototype[key] = null } catch {} $log('x', 1); $emit('e'); return $host.echo('x')", "x"],
  ["an error's constructor", "Error = function () { return { stolen: true } }; try { $state.get(1) } catch (e) { return [e.stolen ?? null, e.code] }", [null, "INVALID_ARGUMENT"]],
  ["an error's prototype", "Error.prototype.toString = () => 'forged'; Error.prototype.name = Error.prototype.message = 'forged'; try { $state.get(1) } catch (e) { return e.code }", "INVALID_ARGUMENT"],
  ["a method's call", "const f = Object.getPrototypeOf(() => {}); f.call = f.apply = f.bind = () => 'forged'; return [$time.now() > 0, $host.echo(1), await $ext.test.echo(2)]", [true, 1, 2]],
  ["instanceof", "Object.defineProperty(Error, Symbol.hasInstance, { value: () => { throw 1 } }); Object.defineProperty(Promise, Symbol.hasInstance, { value: () => true }); return await $ext.test.echo(1)", 1],
  ["the conversion of numbers", "Number.prototype.valueOf = Number.prototype.toString = () => 'forged'; $view.scrollTo('v', 5); return $host.echo(5)", 5],
  ["a proxy's constructor", "Proxy = null; Reflect = null; $state.x = {}; $state.x.y = 1; return $state.x.y", 1],
  // But for promises: without their prototype not even `await` awaits one.
  ["everything", `
    const { ownKeys } = Reflect, names = ownKeys(globalThis).filter((name) => !/^[$]|^globalThis|^Promise/.test(name)), victims = names.flatMap((name) => [globalThis[name]?.prototype, globalThis[name]]).filter((o) => o instanceof Object);
    for (let i = 0; i < victims.length; i++) { const keys = ownKeys(victims[i]); for (let j = 0; j < keys.length; j++) try { delete victims[i][keys[j]] } catch {} }
    $emit("e", { a: [1] }); $state.x = 1; return await $ext.test.echo({ a: [$state.x] })`, { a: [1] }],
].map(([name, source, value]) => ({ name: `poisoned: ${name}`, source, check: ({ returnValue, events }) => (equal(returnValue, value), ok(!events.some(({ name }) => name === "stolen"), "ran code of the handler in the kernel's place")) }));

export default [...codeFromText, ...source, ...language, ...globals, ...capabilities, ...errors, ...results, ...poisoned];
