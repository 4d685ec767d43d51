// A stopped run tells its line: that of the loop, if it was in the loop, and never one that did not run.

import { equal, ok } from "node:assert/strict";
import { after, test } from "node:test";
import { createKernel } from "nexus-kernel";
import { endless, randomness } from "./endless.mjs";

/** More than anything before a loop takes. */
const ENOUGH = 400_000;
/** `SEEDS=1000-2000` tries others. */
const [FROM, TO] = (process.env.SEEDS ?? "0-300").split("-").map(Number);

const kernel = await createKernel({ pool: { minInstances: 1, maxInstances: 1 } });
after(() => kernel.close());

const stop = async (source, limits, code = "TIMEOUT") => {
  const { error, events } = await kernel.run(source, { capabilities: ["events:emit:*"], limits: { timeoutMs: 20_000, ...limits } });
  equal(error?.code, code, `${error?.message ?? "it came to an end"}\n${numbered(source)}`);
  const functions = (error.stack ?? "").split("\n").filter((line) => line && !line.endsWith("(native)"));
  return {
    line: error.location?.line,
    names: functions.map((line) => /at (.*) \(/.exec(line)[1]),
    looped: events.some(({ name }) => name === "loop"),
    told: JSON.stringify(error, null, 1),
  };
};

const numbered = (source) => source.split("\n").map((line, index) => `${index + 1}\t${line}`).join("\n");

const seeds = Array.from({ length: TO - FROM }, (_, index) => FROM + index);

test("a run that is stopped in a loop tells a line of the loop, and the functions that called it", { timeout: 1_200_000 }, async (t) => {
  const [counts, wrong] = [{ exact: 0, around: 0, betweenJobs: 0 }, []];
  for (const seed of seeds) {
    const { source, first, last, stack, dead, jobs, slow } = endless(seed);
    const { below } = randomness(seed);
    for (let turn = 0; turn < 3; turn++) {
      const fuel = ENOUGH + below(20_000);
      const { line, names, told } = await stop(source, { fuel });
      const outer = names.slice(names.length - stack.length);
      if (jobs && names.length === 0 && line === 1) counts.betweenJobs++;
      else if (stack.some((name, index) => name !== null && name !== outer[index])) {
        wrong.push(`seed ${seed}, fuel ${fuel}: stack ${names}, not ${stack}\n${told}\n${numbered(source)}`);
      } else if (line >= first && line <= last) counts.exact++;
      else if (slow && line < first && !dead.has(line)) counts.around++;
      else wrong.push(`seed ${seed}, fuel ${fuel}: line ${line}, not ${first} to ${last}\n${told}\n${numbered(source)}`);
    }
  }
  t.diagnostic(JSON.stringify(counts));
  equal(wrong.length, 0, `${wrong.length} of ${3 * seeds.length}\n${wrong.slice(0, 3).join("\n\n")}`);
});

test("a run that is stopped anywhere tells a line that ran", { timeout: 1_200_000 }, async () => {
  // What it takes until the handler begins.
  const { metrics } = await kernel.run("", { capabilities: ["events:emit:*"] });
  const wrong = [];
  for (const seed of seeds) {
    const { source, first, last, dead } = endless(seed);
    const { below } = randomness(seed + 1);
    for (let turn = 0; turn < 4; turn++) {
      const fuel = 1 + below([3_000, 30_000, 100_000][turn % 3]);
      const { line, looped, told } = await stop(source, { fuel });
      // Behind the loop there is what calls its function.
      const right = line === undefined ? fuel <= metrics.fuelUsed : !dead.has(line) && !(looped && line > last);
      if (!right) wrong.push(`seed ${seed}, fuel ${fuel}: line ${line}, loop ${first} to ${last}\n${told}\n${numbered(source)}`);
    }
  }
  equal(wrong.length, 0, `${wrong.length} of ${4 * seeds.length}\n${wrong.slice(0, 3).join("\n\n")}`);
});

/** What is no loop of the source. The lines that it may tell are marked with `§`. */
const OTHERS = {
  TIMEOUT: {
    "a regular expression": "const s = 'a'.repeat(40) + 'b';\n1 +\n  §/^(?=(a+)+$)/.test(s);",
    "a regular expression in linear time": "const s = 'a'.repeat(1e4) + 'b';\nfor (let i = 0; ; i++)\n  §/(a|aa)*c/.test(s);",
    "a replacement": "const s = 'ab'.repeat(5e4);\nfor (const x of [1])\n  §for (;;) s.replaceAll('a', 'c');",
    "a sparse array": "const a = [];\na.length = 2 ** 32 - 1;\n\n§a.indexOf(1);",
    "a list that claims to be long": "const f = () =>\n  §Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);\n\nf();",
    "a native iterator": "const o = { [Symbol.iterator]: () => ({ next: Object.assign.bind(null, { done: false, value: 1 }) }) };\n\n§for (const x of o)\n  ;",
    "a power of large integers": "let n = 3n ** 2000n;\nconst a = n + 1n,\n  b = §a ** 3000n,\n  c = a + b;\nreturn c;",
    "a product of large integers before a loop": "let n = 3n ** 2000n, m = n;\nconst f = () => {\n  §while (m > 0n) m = m * n * m;\n};\nf();",
    "a spread": "const o = { *[Symbol.iterator]() {\n  §for (;;) yield; } };\nconst all = [1,\n  §...o];",
    "a comparison function": "const a = Array.from({ length: 1e5 }, (_, i) => i % 7);\nfor (;;)\n  §a.sort((p, q) => p - q);",
    "a pair of functions that call each other": "const even = (n) => n < 0 || §odd(n + 1, [n].map((x) => odd(-1)));\nconst odd = (n) => §n < 0 || even(-1);\n§for (;;) even(0);",
  },
  MEMORY_LIMIT: {
    "a string that doubles": "let s = 'xy';\nlet t = 1;\nfor (;;) {\n  t = 2;\n  §s += s;\n}",
    "a string that doubles, declared": "let s = 'xy'.repeat(1.5e6);\nlet t = 1;\nconst u = 'a' + t;\nconst v = §s + s + s + s + s + s + s + s + s;\nconst w = v + v;",
    "a template": "const s = 'xy'.repeat(1.5e6), t = 'x';\nconst a = `${t}`;\nconst b = §`${s}${s}${s}${s}${s}${s}${s}${s}${s}${s}${s}${s}`;\nwhile (true) ;",
    "an array that grows": "const a = [];\nfor (let i = 0; ; i++)\n  §a.push([i]);",
    "an object that grows": "const o = {};\nfor (let i = 0; ; i++)\n  §o['k' + i] = i;",
    "an array that is spread": "const a = new Array(1e6).fill(1);\nconst b = 0;\nconst c = §[...a, ...a, ...a, ...a, ...a];",
    "closures": "let f = null;\n§while (true) {\n  const g = f;\n  §f = () => g;\n}",
    "a large buffer": "const all = [];\nfor (;;)\n  all.push(\n    §new Uint8Array(1e6),\n  );",
    "a native function": "const s = 'x';\n[1].forEach(() => {\n  §s.repeat(1e9);\n});",
    "JSON": "const s = '[' + '[1,2],'.repeat(4e5) + '1]';\n\nconst o = §JSON.parse(s);",
  },
  RESOURCE_LIMIT: {
    "a function that calls itself through a native one": "const f = () =>\n  §[1].map(f);\n\nf();",
    "a getter that reads itself": "const o = {\n  get x() {\n    §return this.x;\n  },\n};\no.x;",
    "a trap that springs itself": "const p = new Proxy({}, {\n  get: (t, k, r) =>\n    §r[k],\n});\np.x;",
  },
};

for (const [code, cases] of Object.entries(OTHERS)) {
  for (const [name, marked] of Object.entries(cases)) {
    test(`${code}: the line of ${name}`, { timeout: 120_000 }, async () => {
      const source = marked.replaceAll("§", "");
      const expected = marked.split("\n").flatMap((line, index) => (line.includes("§") ? [index + 1] : []));
      const limits = { TIMEOUT: { fuel: 20_000_000 }, MEMORY_LIMIT: {}, RESOURCE_LIMIT: { memoryBytes: 256 << 20 } }[code];
      const { line, told } = await stop(source, limits, code);
      ok(expected.includes(line), `line ${line}, not ${expected}: ${told}\n${numbered(source)}`);
    });
  }
}

test("endless recursion of every shape tells a line of the function that calls itself", async () => {
  const shapes = ["function f() {\n  §f();\n}\n\nf();", "const f = (n) =>\n  §1 + f(n + 1);\n\nf(0);", "function f(a = §f()) {\n}\n\nf();", "class A {\n  constructor() {\n    §this.a = new A();\n  }\n}\nnew A();", "async function f() {\n  §await f();\n}\n\nawait f();"];
  for (const marked of shapes) {
    const source = marked.replace("§", "");
    const line = marked.slice(0, marked.indexOf("§")).split("\n").length;
    const { error } = await kernel.run(source, { limits: { memoryBytes: 256 << 20 } });
    // Fuel is enough for the third only where there is no promise to make for each call.
    ok(["RESOURCE_LIMIT", "MEMORY_LIMIT", "TIMEOUT"].includes(error?.code), `${error?.code}\n${source}`);
    // Or where it begins, one line before.
    ok([line, line - 1].includes(error.location?.line), `${JSON.stringify(error, null, 1)}\n${source}`);
  }
});
