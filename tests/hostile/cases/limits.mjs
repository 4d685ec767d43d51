// Every limit at the limit and one past it, however the handler gets there and whatever it does to go on.

import { equal, match, ok } from "../../conformance/assert.mjs";

/** A limit of something counted: `at` times do, one more stops the run. */
function counted(limit, resource, how, statement, { at = 5, also = {}, effects } = {}) {
  const source = (times) => `const times = ${times}; ${statement}; return "done"`;
  const options = { limits: { ...also, [limit]: at } };
  return [
    { name: `${limit} by ${how}: at the limit`, source: source(at), options, check: ({ returnValue }) => equal(returnValue, "done") },
    {
      name: `${limit} by ${how}: one past it`,
      source: source(at + 1),
      options,
      stops: "RESOURCE_LIMIT",
      check({ error, ...result }) {
        equal(error.context, { resource, limit: at, used: at + 1 });
        if (effects) equal(result[effects].length, at, "what was done before");
      },
    },
  ];
}

const loop = (statement) => `for (let i = 0; i < times; i++) { ${statement} }`;
const evasive = (statement) => loop(`try { ${statement} } catch {} finally { if (i === times - 1 && times > 5) $emit("after") }`);

const counts = [
  ...counted("maxHostCalls", "hostCalls", "the clock", loop("$time.now()")),
  ...counted("maxHostCalls", "hostCalls", "reading the state", loop("$state.x")),
  ...counted("maxHostCalls", "hostCalls", "asking for a key", loop("'x' in $state")),
  ...counted("maxHostCalls", "hostCalls", "functions of the embedder", loop("$host.echo(1)")),
  ...counted("maxHostCalls", "hostCalls", "calls that are refused", loop("try { $host.echo(() => {}) } catch {}")),
  ...counted("maxHostCalls", "hostCalls", "log lines", loop("$log(i)")),
  ...counted("maxHostCalls", "hostCalls", "a sort", "Array.from({ length: times }).forEach($time.now)"),
  ...counted("maxHostCalls", "hostCalls", "calls of extensions", "await Promise.all(Array.from({ length: times }, () => $ext.test.echo(1)))"),
  ...counted("maxStateMutations", "stateMutations", "assignments", loop("$state.x = i"), { effects: "stateMutations" }),
  ...counted("maxStateMutations", "stateMutations", "nested changes", `$state.a = {}; ${loop("if (i > 0) { $state.a.x = i; await $ext.test.echo(i) }")}`, { effects: "stateMutations" }),
  ...counted("maxStateMutations", "stateMutations", "deletions", loop("if (i % 2) delete $state.x; else $state.x = i"), { effects: "stateMutations" }),
  ...counted("maxStateMutations", "stateMutations", "update", loop("$state.update('x', () => i)"), { effects: "stateMutations" }),
  ...counted("maxStateMutations", "stateMutations", "assignments that are caught", evasive("$state.x = i"), { effects: "stateMutations" }),
  ...counted("maxEvents", "events", "events", loop("$emit('e', i)"), { effects: "events" }),
  ...counted("maxEvents", "events", "toasts", loop("$emit.toast('t')"), { effects: "events" }),
  ...counted("maxEvents", "events", "a replaced text", "'x'.repeat(times).replace(/x/g, (x) => $emit(x))", { effects: "events" }),
  ...counted("maxEvents", "events", "a microtask", "await Promise.all(Array.from({ length: times }, async (_, i) => { await null; $emit('e', i) }))", { effects: "events" }),
  ...counted("maxEvents", "events", "several segments", loop("$emit('e', i); await $ext.test.echo(i)"), { effects: "events" }),
  ...counted("maxViewCommands", "viewCommands", "commands", loop("$view.focus('v')"), { effects: "viewCommands" }),
  ...counted("maxViewCommands", "viewCommands", "elements", loop("$view.getElementById('v').setProp('p', i)"), { effects: "viewCommands" }),
  ...counted("maxViewCommands", "viewCommands", "commands that are caught", evasive("$view.command('v', 'c', { i })"), { effects: "viewCommands" }),
  ...counted("maxPendingCalls", "pendingCalls", "calls at once", "await Promise.all(Array.from({ length: times }, () => $ext.test.echo(1)))"),
  ...counted("maxPendingCalls", "pendingCalls", "calls that nobody waits for", loop("$ext.test.echo(1).catch(() => {})")),
  {
    name: "maxPendingCalls: calls one after the other are not at once",
    source: "for (let i = 0; i < 12; i++) await $ext.test.echo(i); return 'done'",
    options: { limits: { maxPendingCalls: 1 } },
    check: ({ returnValue }) => equal(returnValue, "done"),
  },
  {
    name: "counts of 0 allow nothing",
    source: "$emit('after')",
    options: { limits: { maxEvents: 0 } },
    stops: "RESOURCE_LIMIT",
    check: ({ error }) => equal(error.context, { resource: "events", limit: 0, used: 1 }),
  },
];

/** The same handler with a value that fits and one that does not. */
function sized(limit, resource, how, source, at, { to = at, past = to + 1 } = {}) {
  const options = (args) => ({ args, limits: { [limit]: at } });
  return [
    { name: `${limit} of ${how}: at the limit`, source, options: options(to), check: () => {} },
    { name: `${limit} of ${how}: past it`, source, options: options(past), stops: "RESOURCE_LIMIT", check: ({ error }) => equal([error.context.resource, error.context.limit], [resource, at]) },
  ];
}

const nested = "const nest = (n) => (n === 0 ? 1 : [nest(n - 1)]);";
// Text of 97 to 255 bytes has two bytes before it.
const text = "const text = 'x'.repeat($args);";
const sizes = [
  ...sized("maxValueDepth", "valueDepth", "what is returned", `${nested} return nest($args)`, 10),
  ...sized("maxValueDepth", "valueDepth", "what is emitted", `${nested} $emit("e", nest($args)); if ($args > 10) $emit("after")`, 10),
  ...sized("maxValueDepth", "valueDepth", "the state", `${nested} $state.x = nest($args)`, 10),
  ...sized("maxValueDepth", "valueDepth", "the state, step by step", "$state.x = []; let at = $state.x; for (let i = 1; i < $args; i++) { at.push([]); at = at[0] }", 10),
  ...sized("maxValueDepth", "valueDepth", "arguments of a call", `${nested} await $ext.test.echo(nest($args))`, 10),
  ...sized("maxValueDepth", "valueDepth", "arguments of a host function", `${nested} $host.echo(nest($args))`, 10),
  ...sized("maxValueDepth", "valueDepth", "the view", `${nested} $view.setFilter("v", nest($args))`, 10),
  ...sized("maxValueDepth", "valueDepth", "the most there can be", `${nested} return nest($args)`, 64),
  ...sized("maxValueBytes", "valueBytes", "what is returned", `${text} return text`, 202, { to: 200 }),
  ...sized("maxValueBytes", "valueBytes", "what is emitted", `${text} $emit("e", text); if ($args > 200) $emit("after")`, 202, { to: 200 }),
  ...sized("maxValueBytes", "valueBytes", "the state", `${text} $state.x = text`, 202, { to: 200 }),
  ...sized("maxValueBytes", "valueBytes", "the state, step by step", "$state.x = []; for (let i = 0; i < $args; i++) $state.x.push(1)", 203, { to: 200 }),
  ...sized("maxValueBytes", "valueBytes", "arguments of a call", `${text} await $ext.test.echo(text)`, 202, { to: 200 }),
  ...sized("maxValueBytes", "valueBytes", "arguments of a host function", `${text} $host.echo(text)`, 202, { to: 200 }),
  ...sized("maxValueBytes", "valueBytes", "the view", `${text} $view.setFilter("v", text)`, 202, { to: 200 }),
  ...sized("maxValueBytes", "valueBytes", "keys", "return { ['x'.repeat($args)]: 1 }", 204, { to: 200 }),
  { name: "an event's name counts like its payload", source: "$emit('x'.repeat(2 << 20))", options: { limits: { fuel: 100_000_000, memoryBytes: 256 << 20 } }, stops: "RESOURCE_LIMIT" },
  { name: "a key of the state counts like its value", source: "$state['x'.repeat(2 << 20)] = 1", options: { limits: { fuel: 100_000_000, memoryBytes: 256 << 20 } }, stops: "RESOURCE_LIMIT" },
  { name: "the message of what is thrown is bounded", source: "throw new Error('x'.repeat(2 << 20))", options: { limits: { fuel: 100_000_000, memoryBytes: 256 << 20 } }, stops: ["EXECUTION_ERROR", "RESOURCE_LIMIT"], check: ({ error }) => ok(error.message.length <= 1 << 20, `${error.message.length} characters`) },
  { name: "the stack of what is thrown is bounded", source: "const f = (n) => { if (n === 0) throw new Error('x'); return 1 + f(n - 1) }; f(2_000)", options: { limits: { fuel: 400_000_000, timeoutMs: 30_000 } }, stops: ["EXECUTION_ERROR", "RESOURCE_LIMIT"], check: ({ error }) => ok((error.stack ?? "").length <= 1 << 20, `${error.stack?.length} characters`) },
];

const logs = [
  { name: "maxLogLines: at the limit", source: "for (let i = 0; i < 5; i++) $log(i)", options: { limits: { maxLogLines: 5 } }, check: ({ logs }) => equal(logs.map(({ message }) => message), ["0", "1", "2", "3", "4"]) },
  { name: "maxLogLines: one past it", source: "for (let i = 0; i < 6; i++) $log(i)", options: { limits: { maxLogLines: 5 } }, check: ({ logs }) => (equal(logs.length, 5), match(logs[4].message, /dropped/)) },
  { name: "maxLogLines: a thousand past it, on every level", source: "for (let i = 0; i < 500; i++) { $log.error(i); console.debug(i) }", options: { limits: { maxLogLines: 5 } }, check: ({ logs }) => equal(logs.length, 5) },
  { name: "maxLogBytes: at the limit", source: "$log('x'.repeat(60)); $log('y'.repeat(40))", options: { limits: { maxLogBytes: 100 } }, check: ({ logs }) => equal(logs.map(({ message }) => message.length), [60, 40]) },
  { name: "maxLogBytes: one past it", source: "$log('x'.repeat(60)); $log('y'.repeat(41))", options: { limits: { maxLogBytes: 100 } }, check: ({ logs }) => (equal(logs.length, 2), match(logs[1].message, /dropped/)) },
  { name: "maxLogBytes: in bytes, not characters", source: "$log('漢'.repeat(34))", options: { limits: { maxLogBytes: 100 } }, check: ({ logs }) => match(logs[0].message, /dropped/) },
  { name: "log lines that are dropped do not fill the memory", source: "const text = 'x'.repeat(100_000); for (let i = 0; i < 200; i++) $log(text); return 'done'", options: { limits: { memoryBytes: 12 << 20, fuel: 400_000_000, timeoutMs: 30_000 } }, check: ({ returnValue }) => equal(returnValue, "done") },
];

const comment = (bytes) => `return 1 //${"é".repeat((bytes - 11 - ((bytes - 11) % 2)) / 2)}${"x".repeat((bytes - 11) % 2)}`;
const sources = [
  { name: "maxSourceBytes: at the limit", source: comment(101), options: { limits: { maxSourceBytes: 101 } }, check: ({ returnValue }) => equal(returnValue, 1) },
  { name: "maxSourceBytes: one past it", source: comment(102), options: { limits: { maxSourceBytes: 101 } }, stops: "RESOURCE_LIMIT", check: ({ error }) => equal(error.context, { resource: "sourceBytes", limit: 101, used: 102 }) },
  { name: "maxSourceBytes: the default, at the limit", source: comment(1 << 20), check: ({ returnValue }) => equal(returnValue, 1) },
  { name: "maxSourceBytes: the default, one past it", source: comment((1 << 20) + 1), stops: "RESOURCE_LIMIT", check: ({ error }) => equal(error.context, { resource: "sourceBytes", limit: 1 << 20, used: (1 << 20) + 1 }) },
  ...[
    ["parentheses", `return ${"(".repeat(50_000)}1${")".repeat(50_000)}`],
    ["brackets", `return ${"[".repeat(50_000)}${"]".repeat(50_000)}`],
    ["braces", "{".repeat(50_000) + "}".repeat(50_000)],
    ["functions", `${"() => ".repeat(20_000)}1`],
    ["templates", `return ${"`${".repeat(20_000)}1${"}`".repeat(20_000)}`],
    ["unary operators", `return ${"!".repeat(100_000)}1`],
    ["powers", `return ${"1 ** ".repeat(20_000)}1`],
    ["conditions", `return ${"1 ? 1 : ".repeat(20_000)}1`],
    ["else", `${"if (0); else ".repeat(20_000)};`],
    ["members", `return ({})${"?.a".repeat(100_000)}`],
    ["calls", `return (function f() { return f })${"()".repeat(50_000)} && 1`],
    ["sums", `return ${"1 + ".repeat(100_000)}1`],
    ["labels", `${Array.from({ length: 20_000 }, (_, i) => `l${i}: `).join("")};`],
    ["patterns", `const ${"[".repeat(20_000)}a${"]".repeat(20_000)} = []`],
    ["classes", `return ${"class extends ".repeat(20_000)}Object {}`],
    ["awaits", `return ${"await ".repeat(50_000)}1`],
    ["regular expressions", `return /${"(".repeat(50_000)}${")".repeat(50_000)}/.test("")`],
  ].map(([name, source]) => ({
    name: `source that nests ${name}`,
    source,
    // How deep it can nest is the engine's; that it ends in one of these and not in a crash is what counts.
    options: { limits: { fuel: 400_000_000, timeoutMs: 30_000 } },
    stops: ["COMPILATION_ERROR", "RESOURCE_LIMIT", "MEMORY_LIMIT", "TIMEOUT", "EXECUTION_ERROR"],
    either: true,
  })),
  { name: "source with a million names", source: `const ${Array.from({ length: 90_000 }, (_, i) => `a${i.toString(36)} = 0`).join()}; return a1`, options: { limits: { timeoutMs: 1_000 } }, stops: ["RESOURCE_LIMIT", "MEMORY_LIMIT", "TIMEOUT", "COMPILATION_ERROR"], either: true },
  { name: "source that is computed while it is compiled", source: "return (3n ** 10_000_000n) > 0n", options: { limits: { timeoutMs: 1_000 } }, stops: ["TIMEOUT", "MEMORY_LIMIT"] },
];

const clocks = [
  { name: "fuel: one unit", source: "return 1", options: { limits: { fuel: 1 } }, stops: "TIMEOUT", check: ({ error, metrics }) => equal([error.context.resource, error.context.limit, metrics.fuelUsed], ["fuel", 1, 1]) },
  { name: "fuel: none is lent across an await", source: "for (;;) await $ext.test.echo(1)", options: { limits: { fuel: 2_000_000, maxHostCalls: 1e6 } }, stops: "TIMEOUT", check: ({ error }) => equal(error.context.resource, "fuel") },
  { name: "timeoutMs: stops what fuel would allow", source: "$emit('before'); for (;;);", options: { limits: { fuel: 2 ** 52, timeoutMs: 40 } }, stops: "TIMEOUT", check: ({ error, events }) => equal([error.context.resource, error.context.limit, events.length], ["timeoutMs", 40, 1]) },
  { name: "timeoutMs: is not renewed by calls", source: "for (;;) await $ext.test.echo(1)", options: { limits: { fuel: 2 ** 52, timeoutMs: 50, maxHostCalls: 20_000 } }, stops: "TIMEOUT", check: ({ error }) => equal(error.context.resource, "timeoutMs") },
  { name: "timeoutMs: stops long moves", source: "const a = new Uint8Array(8 << 20); for (;;) a.copyWithin(1, 0)", options: { limits: { fuel: 2 ** 52, timeoutMs: 40 } }, stops: "TIMEOUT" },
  { name: "suspensionTimeoutMs: a call that never answers fails", source: "try { await $ext.test.hold(1) } catch (e) { return e.code }", options: { limits: { suspensionTimeoutMs: 20 } }, check: ({ returnValue }) => equal(returnValue, "EXTENSION_ERROR") },
  { name: "suspensionTimeoutMs: is no way to stay", source: "for (;;) try { await $ext.test.hold(1) } catch {}", options: { limits: { suspensionTimeoutMs: 1, fuel: 300_000 } }, stops: ["TIMEOUT", "RESOURCE_LIMIT"] },
  { name: "memoryBytes: at the least", source: "return 1", options: { limits: { memoryBytes: 8 << 20 } }, check: ({ returnValue }) => equal(returnValue, 1) },
  { name: "memoryBytes: more allows more", source: "const all = []; for (let i = 0; i < 40; i++) all.push(new Uint8Array(1 << 20)); return all.length", options: { limits: { memoryBytes: 64 << 20 } }, check: ({ returnValue }) => equal(returnValue, 40) },
  { name: "memoryBytes: less allows less", source: "const all = []; for (let i = 0; i < 40; i++) all.push(new Uint8Array(1 << 20)); return all.length", options: { limits: { memoryBytes: 32 << 20 } }, stops: "MEMORY_LIMIT", check: ({ error }) => equal(error.context.limit, 32 << 20) },
  { name: "stackBytes: is told where calls go too deep", source: "const f = () => [1].map(f); f()", options: { limits: { fuel: 400_000_000, timeoutMs: 30_000, memoryBytes: 256 << 20 } }, stops: "RESOURCE_LIMIT", check: ({ error }) => equal(error.context.resource, "stack") },
];

/** A stop tells where it fell, wherever that is. */
const places = [
  ["an empty loop", "const a = 1;\n\nfor (;;);", 3],
  ["a loop with a body", "const a = 1;\nwhile (true) {\n  a + 1;\n}", [2, 3]],
  ["a loop that catches", "for (;;)\n  try {\n    for (;;);\n  } catch {}", [1, 2, 3]],
  ["a function", "function spin() {\n  for (;;);\n}\n\nspin();", 2],
  ["a function that a native one calls", "[1].map(() => {\n  for (;;);\n})", 2],
  ["a native function", "const s = 'a'.repeat(40) + 'b';\n\n/^(?=(a+)+$)/.test(s);", 3],
  ["a getter", "const o = {\n  get x() {\n    for (;;);\n  },\n};\no.x", 3],
  ["a continuation", "await $ext.test.echo(1);\n\nfor (;;);", 3],
  ["a microtask", "await Promise.resolve().then(() => {\n  for (;;);\n})", 2],
  ["a generator", "function* g() {\n  for (;;) yield 1;\n}\nfor (const x of g());", [2, 4]],
  ["memory", "const all = [];\nfor (;;)\n  all.push(new Uint8Array(100_000));", 3, "MEMORY_LIMIT"],
  ["too many events", "const more = () =>\n  $emit('e');\nfor (;;) more();", 2, "RESOURCE_LIMIT"],
  ["too many calls at once", "const all = [];\nfor (;;)\n  all.push($ext.test.echo(1));", 3, "RESOURCE_LIMIT"],
  ["a value that is too deep", "let a = [];\nfor (let i = 0; i < 100; i++) a = [a];\n$state.x = a;", 3, "RESOURCE_LIMIT"],
  ["a value that is too large", "const list = Array.from({ length: 200_000 }, () => 'xxxxxx');\n\n$emit('after', list);", 3, "RESOURCE_LIMIT"],
  ["too many calls of functions", "const f = () =>\n  [1].map(f);\n\nf();", 2, "RESOURCE_LIMIT"],
].map(([name, source, lines, stops = "TIMEOUT"]) => ({
  name: `a stop tells its line: ${name}`,
  source,
  options: { limits: { fuel: stops === "TIMEOUT" ? 3_000_000 : 400_000_000, ...(stops === "RESOURCE_LIMIT" && { memoryBytes: 256 << 20 }) } },
  stops,
  check({ error }) {
    ok([lines].flat().includes(error.location?.line), `expected line ${lines}, found ${error.location?.line}`);
    ok(error.location.column >= 1, "no column");
  },
}));

export default [...counts, ...sizes, ...logs, ...sources, ...clocks, ...places];
