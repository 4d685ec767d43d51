// Handlers with exactly one endless loop, at known lines, in nested functions of all kinds; the same for the same seed.
//
// In the pieces that they are made of, `@` is a number that makes names unique, and `BODY` stands for statements. Every body
// has a variable `x`.

import { mulberry32 } from "../support/mulberry32.mjs";

/** Choices that follow from a seed. */
export function randomness(seed) {
  const next = mulberry32(seed);
  const below = (count) => next() % count;
  return { below, pick: (list) => list[below(list.length)], chance: (one) => below(one) === 0 };
}

/** Statements that come to an end, and what only looks like loops. */
const FILLERS = [
  "let a@ = 1;",
  "const b@ = [1, 2], c@ = b@.length;",
  "let d@ = 2, e@ = d@ * 3 + 1;",
  "let s@ = 'for (;;) { while (true) do';",
  "// for (;;) while (true) do {} `${",
  "/* do { */ ;",
  "const r@ = /while \\(true\\) [/'\"`{]for/.test('x') / 2 / 1;",
  "const t@ = `for (;;) ${[1].map((y) => {\n  for (const z of [y]) z + 1;\n  return `${y}}`;\n})} while`;",
  "const o@ = { for: 1, while() {}, do: 2, get if() { return 1; } };\no@.for + o@.while() + o@\n  .do;",
  "for (let i = 0; i < 2; i++) { i; }",
  "for (const k in { p: 1, q: 2 }) if (k) continue; else break;",
  "let w@ = 3;\nwhile (w@ > 0) w@--;",
  "let v@ = 0;\ndo {\n  v@++;\n} while (v@ < 2);",
  "const { f@ = 1, ...g@ } = { h: 2 };",
  "try {\n  throw 1;\n} catch {\n} finally {\n  0;\n}",
  "switch (x) {\n  case 0:\n    0;\n  default:\n    1;\n}",
  "if (Math.max(1, 2) > 1) {\n  [3, 1, 2].sort();\n}",
  "class K@ {\n  static n = 1;\n  for() {\n    while (false);\n  }\n}",
  "l@: for (const y of [1, 2]) { for (;;) { continue l@; } }",
  "const n@ = 2n ** 9n, m@ = n@ * 2n;",
  "new Map([[1, [...'ab']]]).forEach((y) => y);",
  "$emit('x', 1);",
];

/** What is never run: a stop in it would be a wrong place. */
const DEAD = [
  "function dead@() {\n  for (;;) {\n    dead@();\n  }\n}",
  "const dead@ = () => {\n  while (true);\n};",
  "class Dead@ {\n  for() {\n    do {} while (true);\n  }\n}",
  "if (Math.max(1, 2) < 1) {\n  for (;;);\n}",
];

/** What may be in an endless loop. */
const BODIES = [
  "x++;",
  "x = x + 1;",
  "x + 1;",
  "let y@ = x;",
  "const z@ = `${x}`;",
  "if (x % 2) x += 1;\nelse\n  x += 3;",
  "Math.max(x, 1);",
  "[3, 1, 2].sort((p, q) => p - q);",
  "const { length: j@ } = 'abc';",
  "const [u@, ...q@] = [x, 2, 3];",
  "new Map([[1, 2]]);",
  "try {\n  null.y;\n} catch {\n  x = 0;\n} finally {\n  x++;\n}",
  "for (let i = 0; i < 2; i++)\n  x++;",
  "switch (x) {\n  case 0:\n    x = 1;\n    break;\n  default:\n    x = 0;\n}",
  "'abc'.replace(/b/, () => 'd');",
  "JSON.stringify({ x });",
  ";",
  "",
];

/** Of a product it is not known whether it takes long, so neither is whether the loop behind it has begun. */
const SLOW = "const g = x * x;\n«while (x !== null)\n  ;»";

/** The endless loops. Where there is more than the loop, it is between `«` and `»`. */
const LOOPS = [
  "for (;;);",
  "for (;;) {}",
  "for (\n  ;\n  ;\n)\n  ;",
  "for (;;) {\nBODY\n}",
  "for (let i = 0; ; i++) {\nBODY\n}",
  "for (let i = 0; i >= 0; )\n  i = i + 1;",
  "for (let i = 0, f = []; ; i++) {\n  f = [() => i];\nBODY\n}",
  "while (true) {\nBODY\n}",
  "while (1);",
  "let g = x * 2;\n«while (x !== null)\n  ;»",
  SLOW,
  "while (x !== null && x !== undefined) x++;",
  "do {\nBODY\n} while (true);",
  "do ; while (x !== null)",
  "l@: for (;;) {\n  for (const k of [1, 2]) {\nBODY\n    continue l@;\n  }\n}",
  "l@: while (true) {\n  do {\n    if (x === x) continue l@;\n  } while (false)\n}",
  "for (;;) {\n  try {\nBODY\n    throw 1;\n  } catch (e) {\n    continue;\n  } finally {\n    x++;\n  }\n}",
  "try {\n«for (;;) {\nBODY\n}»\n} finally {\n  x = 2;\n}",
  "try {\n  throw 1;\n} catch {\n  x = 2;\n} finally {\n«while (x)\n  ;»\n}",
  "while (true)\n  switch (x) {\n    case 1: x = 0;\n      break;\n    default: x = 1;\n  }",
  "for (const k in { a: 1 }) {\n«for (;;) {\nBODY\n}»\n}",
  "for (const k of [1]) {\n«while (k) {\nBODY\n}»\n}",
  "for (const k of { [Symbol.iterator]() { return this; }, next() { return { done: false, value: [1] }; } }) {\nBODY\n}",
  "for (const [k] of {\n  *[Symbol.iterator]() {\n    while (true)\n      yield [1];\n  } }) {\nBODY\n}",
];

/** The same where `await` is allowed. Between two jobs nothing of the handler runs. */
const AWAITING = [
  "for (;;)\n  await null;",
  "for await (const k of {\n  async *[Symbol.asyncIterator]() {\n    for (;;) yield 1;\n  } }) {\nBODY\n}",
  "do {\n  await 0;\nBODY\n} while (true)",
];

/**
 * Kinds of functions, each with what stands before and behind the body of one, and what calls it. `name` is how the stack
 * names it. `fresh`: of its callers nothing is left on the stack. `awaits`: it is called
 * where `await` is allowed and the handler waits for it.
 */
const FUNCTIONS = [
  { open: "function F() {", close: "}", call: "F();", name: "F" },
  { open: "const F = function () {", close: "};", call: "F();", name: "F" },
  { open: "const F = (p = 1, [q] = [2]) => {", close: "};", call: "F();", name: "F" },
  { open: "const F = (p) => [\n(() => {", close: "})(),\n];", call: "F(\n  1,\n);", name: null, around: ["F"] },
  { open: "const oF = {\nF() {", close: "},\n};", call: "oF\n  .F();", name: "F" },
  { open: "const oF = {\nget F() {", close: "},\n};", call: "oF.F;", name: "get F" },
  { open: "const oF = {\nset F(v) {", close: "},\n};", call: "oF.F = 1;", name: "set F" },
  { open: "class cF {\n#p = 1;\nconstructor() {", close: "}\nfor() {}\n}", call: "new cF();", name: "cF" },
  { open: "class cF {\nstatic F() {", close: "}\n}", call: "cF.F();", name: "F" },
  { open: "class cF {\nF() {", close: "}\nwhile() {}\n}", call: "new cF().F();", name: "F" },
  { open: "class cF {\nget F() {", close: "}\n}", call: "new cF().F;", name: "get F" },
  { open: "class cF {\nF = () => {", close: "};\n}", call: "new cF().F();", name: "F" },
  { open: "class cF {\nstatic {", close: "}\n}", call: "", name: null },
  { open: "function* F() {", close: "yield 1;\n}", call: "F().next();", name: "F", through: ["next"] },
  { open: "function* F() {\nyield 1;", close: "}", call: "for (const k of F()) k;", name: "F", through: ["next"] },
  { open: "function* F() {", close: "}", call: "const [kF] = F();", name: "F", through: ["next"] },
  { open: "function* F() {\nyield 1;", close: "}", call: "[...F()];", name: "F", through: ["next"] },
  { open: "async function F() {", close: "}", call: "F();", name: "F", async: true },
  { open: "async function F() {\nawait null;", close: "}", call: "await F();", name: "F", async: true, awaits: true, fresh: true },
  { open: "const F = async () => {\nawait null;", close: "};", call: "await F();", name: "F", async: true, awaits: true, fresh: true },
  { open: "async function* F() {", close: "yield 1;\n}", call: "F().next();", name: "F", async: true, generates: true, through: ["next"] },
  { open: "[1].map(function F() {", close: "});", call: "", name: "F", through: ["map"] },
  { open: "[2, 1].sort((p, q) => {", close: "});", call: "", name: null, through: ["sort"] },
  { open: "Array.from({ length: 3 }, function F(v, i) {\nif (i < 2) return;", close: "});", call: "", name: "F", through: ["from"] },
  { open: "'aab'.replace(/b/, function F() {", close: "});", call: "", name: "F", through: ["replace"] },
  { open: "JSON.parse('[1, [2]]', function F() {", close: "});", call: "", name: "F", through: ["parse"] },
  { open: "JSON.stringify({\ntoJSON() {", close: "},\n});", call: "", name: "toJSON", through: ["stringify"] },
  { open: "const oF = new Proxy({}, {\nget() {", close: "},\n});", call: "oF.x;", name: "get" },
  { open: "const oF = new Proxy({}, {\nhas() {", close: "},\n});", call: "'x' in oF;", name: "has" },
  { open: "const oF = {\nvalueOf() {", close: "},\n};", call: "1 +\n  oF;", name: "valueOf" },
  { open: "const oF = {\ntoString() {", close: "},\n};", call: "const tF = `a${\n  oF\n}`;", name: "toString" },
  { open: "const oF = {\n[Symbol.toPrimitive]() {", close: "},\n};", call: "oF < 1 || oF ** 2;", name: null },
  { open: "const oF = {\n[Symbol.iterator]() {", close: "},\n};", call: "const [xF] = oF;", name: null },
  { open: "new Promise(function F() {", close: "});", call: "", name: "F", through: ["Promise"] },
  { open: "await Promise.resolve().then(function F() {", close: "});", call: "", name: "F", awaits: true, fresh: true },
  { open: "await { then(r) {", close: "} };", call: "", name: "then", awaits: true, fresh: true },
];

/**
 * A handler that never comes to an end.
 * @returns `source`; `first` and `last`, the lines of its endless loop, right before which it emits `"loop"`; `stack`, the
 *   names of the functions that are running then, innermost first, `null` where one has none (empty where that changes);
 *   `dead`, the lines that never run; `jobs`: it may be stopped between two jobs; `slow`: what is before the loop may take
 *   long
 */
export function endless(seed) {
  const { below, pick, chance } = randomness(seed);
  const [lines, dead, stack] = [[], new Set(), []];
  let first, last;
  const jobs = chance(6);
  let [unique, slow, complete] = [0, false, false];

  const piece = (list) => pick(list).replaceAll("@", String(++unique));
  const some = (list) => Array.from({ length: below(4) }, () => piece(list)).join("\n");
  const write = (text) => {
    for (const line of text.split("\n")) {
      if (line.includes("«")) first = lines.length + 1;
      lines.push(line.replace(/[«»]/g, ""));
      if (line.includes("»")) last = lines.length;
    }
  };
  const fill = () => {
    for (let count = below(4); count > 0; count--) {
      const never = chance(4);
      const start = lines.length + 1;
      write(piece(never ? DEAD : FILLERS));
      // The line with which it begins declares it.
      if (never || complete) for (let line = start + (complete ? 0 : 1); line <= lines.length; line++) dead.add(line);
    }
  };
  // `awaited`: what called it waits for it, and so on up to the handler.
  const body = (depth, asynchronous, awaited) => {
    write("let x = 0;");
    fill();
    if (depth === 0) {
            const shape = piece(jobs ? AWAITING : LOOPS);
      slow = shape === SLOW;
      const loop = shape.replaceAll("BODY", () => some(BODIES) || ";");
      write(`$emit("loop");\n${loop.includes("«") ? loop : `«${loop}»`}`);
    } else {
      const allowed = ({ async, awaits }) => (jobs ? async && awaits : (asynchronous && awaited) || !awaits);
      const kind = pick(FUNCTIONS.filter(allowed));
      const name = `f${++unique}`;
      const named = (text) => text.replaceAll(/\b([a-z]?)F\b/g, `$1${name}`);
      write(named(kind.open));
      body(depth - 1, kind.async ?? false, awaited && kind.awaits);
      complete = true;
      write(named(kind.close));
      // Until it is called, what follows is run; what is called where it is written never comes to an end.
      complete = kind.call === "";
      if (!stack.complete) {
        stack.push(kind.name && named(kind.name), ...(kind.around ?? []).map(named));
        stack.complete = kind.fresh;
      }
      fill();
      if (kind.call) write(named(kind.call));
    }
    complete = true;
    fill();
  };
  body(1 + below(4), true, true);
  if (!stack.complete) stack.push("handler");
  return { source: lines.join("\n"), first, last, stack: jobs ? [] : [...stack], dead, jobs, slow };
}
