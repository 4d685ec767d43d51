// Handlers of many kinds that record what they do, for stops at any point of them.
//
// Each has more than one line, records effects all along, and comes to an end when it is not stopped. Where it changes a value
// inside the state, it only appends to the array `$state.kept`: then what it had recorded at a stop can be told from the whole.

/** Stopped by fuel. */
export const WORK = {
  "loops and effects": `
    for (let i = 0; i < 60; i++) {
      let sum = 0;
      for (let k = 0; k < 60; k++) sum += k * i;
      $state["k" + (i % 5)] = sum;
      if (i % 3 === 0) $emit("step", { i, sum });
      $log("i", i);
    }
    return "done"`,
  "effects that are large": `
    for (let i = 0; i < 12; i++) {
      $emit("page", { text: "text ".repeat(400), rows: Array.from({ length: 60 }, (_, k) => ({ k, i })) });
      $state["page" + i] = { text: "x".repeat(3000), list: [i, [i, [i]]] };
      $log("page", i, { nested: { deeper: [i] } });
    }
    return { pages: 12, text: "y".repeat(20000) }`,
  "changes inside the state": `
    for (let i = 0; i < 30; i++) {
      $state.kept.push({ i, tags: ["a", "b"] });
      $state["plain" + i] = i;
      if (i % 4 === 0) $emit("kept", $state.kept.length);
    }
    return $state.kept.length`,
  "a large change inside the state": `
    $emit("before", 1);
    for (let i = 0; i < 4; i++) {
      for (let k = 0; k < 40; k++) $state.kept.push({ i, k, text: "text ".repeat(10) });
      $emit("kept", $state.kept.length);
      $state["turn" + i] = [i];
    }
    return "done"`,
  "objects that become garbage": `
    let list = null;
    for (let i = 0; i < 3000; i++) {
      list = i % 50 === 0 ? null : { i, list, text: "t" + i, nested: { array: [i, i + 1] } };
      if (i % 100 === 0) $emit("made", i);
    }
    return list.i`,
  "maps and sets": `
    const words = new Map(), seen = new Set();
    for (let i = 0; i < 1500; i++) {
      words.set("w" + (i % 97), (words.get("w" + (i % 97)) ?? 0) + i);
      seen.add(i % 31);
      if (i % 60 === 0) $log(words.size, seen.size);
    }
    $state.words = Object.fromEntries(words);
    return seen.size`,
  "native loops over arrays": `
    const numbers = Array.from({ length: 700 }, (_, i) => (i * 7919) % 1009);
    for (let i = 0; i < 8; i++) {
      const sorted = numbers.toSorted();
      $emit("sorted", sorted.slice(0, 3));
      $state["max" + i] = Math.max(...numbers, i);
      numbers.reverse().fill(i, 0, 3).copyWithin(5, 0, 3);
      $log(numbers.includes(-1), numbers.indexOf(-1), numbers.join("").length);
    }
    return numbers.flat().length`,
  "sorting with a comparator": `
    const rows = Array.from({ length: 250 }, (_, i) => ({ key: (i * 37) % 101, i }));
    let asked = 0;
    rows.sort((a, b) => {
      if (++asked % 150 === 0) $emit("asked", asked);
      return a.key - b.key || a.i - b.i;
    });
    $state.order = rows.map(({ i }) => i);
    return asked`,
  "texts": `
    let text = "";
    for (let i = 0; i < 150; i++) {
      text += String.fromCharCode(97 + (i % 26)).repeat(20);
      if (i % 10 === 0) $log(text.length, text.slice(-3));
      if (i % 15 === 0) $emit("words", text.split("m").length + text.replaceAll("z", "--").indexOf("q"));
    }
    return text.padStart(5000, "-").toUpperCase().at(-1)`,
  "JSON both ways": `
    const rows = Array.from({ length: 40 }, (_, id) => ({ id, name: "row " + id, tags: ["x", { y: null }] }));
    for (let i = 0; i < 8; i++) {
      const text = JSON.stringify(rows, null, i % 3);
      $state["copy" + i] = JSON.parse(text).length;
      $emit("text", text.length);
      $log(JSON.stringify(JSON.parse(text, (key, value) => (key === "id" ? -value : value))).length);
    }
    return rows`,
  "regular expressions": `
    const line = "2026-11-21 user=alice status=200 time=12ms ";
    for (let i = 0; i < 25; i++) {
      for (const [, key, value] of (line + i).matchAll(/(\\w+)=(\\w+)/g)) $log(key, value);
      $emit("long", /^(a+)+$/.test("a".repeat(8) + "b") + line.replace(/\\d/g, (d) => 9 - d));
    }
    return line.search(/time/)`,
  "recursion": `
    const walk = (depth, path) => {
      if (depth === 0) return void $log(path);
      walk(depth - 1, path + "l");
      $emit("at", path);
      walk(depth - 1, path + "r");
    };
    walk(5, "");
    $state.done = true;
    return [[1, [2, [3]]]].flat(Infinity).length`,
  "generators": `
    function* count(to) {
      try { for (let i = 0; i < to; i++) yield i } finally { $log("closed", to) }
    }
    function* pairs(to) {
      for (const i of count(to)) { yield* count(i); $emit("row", i) }
    }
    for (const i of pairs(18)) if (i === 9) $state["nine" + $time.now()] = i;
    return [...count(50)].length`,
  "promises without calls": `
    const later = (x) => new Promise((resolve) => resolve(x));
    for (let i = 0; i < 40; i++) {
      const all = await Promise.all([later(i), later(i + 1), i].map(async (x) => (await x) * 2));
      $emit("all", all);
      $state["i" + (i % 3)] = (await Promise.allSettled([Promise.reject(i), later(1)])).length;
    }
    return await Promise.race([later("first"), later("second")])`,
  "calls one after the other": `
    for (let i = 0; i < 8; i++) {
      $emit("asking", i);
      const answer = await $ext.test.echo({ i, text: "t".repeat(100) });
      $state["answer" + i] = answer;
      let sum = 0;
      for (let k = 0; k < 200; k++) sum += k;
      $log("had", answer.i, sum);
    }
    return "done"`,
  "calls at once, and changes inside the state": `
    for (let i = 0; i < 4; i++) {
      const answers = await Promise.all([1, 2, 3].map(async (n) => {
        $state.kept.push("ask " + n);
        const answer = await $ext.test.later([i, n]);
        $state.kept.push({ answer });
        return answer;
      }));
      $emit("answers", answers);
      try { await $ext.test.fail("turn " + i) } catch ({ code, message }) { $log(code, message) }
    }
    return $state.kept.length`,
  "host functions": `
    let sum = 0;
    for (let i = 0; i < 60; i++) {
      sum += $host.echo({ i, list: [1, 2, 3] }).i;
      if (i % 4 === 0) $emit("sum", sum);
      $view.setFilter("sum " + sum);
      $view.getElementById("e" + i).setProp("value", { sum });
    }
    return sum`,
  "errors on the way": `
    class Odd extends Error {}
    let caught = 0;
    for (let i = 0; i < 60; i++) {
      try {
        if (i % 2) throw new Odd("odd " + i);
        null.missing;
      } catch (error) {
        caught += error instanceof Odd ? 1 : 2;
        $log(error.message, error.stack.length > 0);
      } finally {
        $emit("turn", i);
      }
    }
    return caught`,
  "proxies and accessors": `
    const seen = [];
    const proxy = new Proxy({ a: 1 }, { get: (target, key) => (seen.push(key), target[key] ?? 0), has: () => true, ownKeys: () => ["a", "b"] });
    const object = { get x() { $log("x"); return seen.length }, set x(value) { $emit("set", value) } };
    for (let i = 0; i < 50; i++) {
      object.x = proxy["k" + i] + object.x;
      $state["keys" + (i % 4)] = Reflect.ownKeys(proxy).length + ("z" in proxy ? 1 : 0);
    }
    return seen.length`,
  "bytes and big numbers": `
    const bytes = new Uint8Array(4000);
    let big = 1n;
    for (let i = 1; i <= 40; i++) {
      bytes.fill(i, i * 90).sort();
      big = big * BigInt(i) + 7n;
      $emit("big", String(big));
      if (i % 10 === 0) $state["bytes" + i] = bytes.slice(0, 200);
    }
    return new DataView(bytes.buffer).getUint32(8)`,
  "classes": `
    class Shape { #n; static made = 0; constructor(n) { this.#n = n; Shape.made++ } get n() { return this.#n } area() { return this.n } }
    class Square extends Shape { area() { return super.area() ** 2 } toString() { return \`square \${this.n}\` } }
    for (let i = 0; i < 80; i++) {
      const { n, ...rest } = { n: new Square(i).area(), i, twice: i * 2 };
      $state.last = { n, ...rest };
      if (i % 5 === 0) $emit("made", [\`\${new Square(i)}\`, Shape.made]);
    }
    return Shape.made`,
};

/** Stopped by memory: each keeps what it makes, 12 MiB of it and more. */
export const GROWTH = {
  "large texts": `
    const kept = [];
    for (let i = 0; i < 80; i++) {
      kept.push(("text " + i).repeat(40_000));
      $emit("kept", i);
    }
    return kept.length`,
  "a text that doubles": `
    let text = "text";
    for (let i = 0; i < 22; i++) {
      text += text;
      $log("length", text.length);
    }
    return text.length`,
  "objects": `
    const kept = [];
    for (let i = 0; i < 12_000; i++) {
      kept.push({ i, next: kept.at(-1), text: ("t" + i).repeat(200) });
      if (i % 200 === 0) $emit("kept", i);
    }
    return kept.length`,
  "arrays": `
    let kept = [1.5, 2.5, 3.5, 4.5];
    for (let i = 0; i < 18; i++) {
      kept = kept.concat(kept.slice(0, 30_000));
      $state["turn" + i] = kept.length;
    }
    return [kept, kept.slice(), kept.slice()].length`,
  "a map": `
    const kept = new Map();
    for (let i = 0; i < 12_000; i++) {
      kept.set("key".repeat(300) + i, i);
      if (i % 200 === 0) $log("size", kept.size);
    }
    return kept.size`,
  "buffers": `
    const kept = [];
    for (let i = 0; i < 60; i++) {
      kept.push(new Uint8Array(400_000));
      $emit("kept", i);
    }
    return kept.length`,
  "the state itself": `
    for (let i = 0; i < 60; i++) {
      $state["page" + i] = "x".repeat(100_000) + i;
      $emit("page", i);
    }
    return "done"`,
  "changes inside the state": `
    for (let i = 0; i < 60; i++) {
      $state.kept.push("x".repeat(15_000) + i);
      $state["page" + i] = "x".repeat(80_000) + i;
      $emit("page", i);
    }
    return "done"`,
  "closures": `
    const kept = [];
    for (let i = 0; i < 8_000; i++) {
      const own = ("own" + i).repeat(200);
      kept.push(() => own);
      if (i % 200 === 0) $log("kept", i);
    }
    return kept.length`,
  "JSON": `
    let value = "text ".repeat(3_200);
    for (let i = 0; i < 7; i++) {
      value = JSON.parse(JSON.stringify([value, value, { i }]));
      $emit("turn", i);
    }
    return value.length`,
  "promises that wait": `
    const kept = [];
    for (let i = 0; i < 8_000; i++) {
      const own = ("own" + i).repeat(200);
      new Promise((resolve) => kept.push(resolve)).then(() => own);
      if (i % 200 === 0) $emit("kept", i);
    }
    return kept.length`,
};

/** Stopped by the stack, or by the memory that it takes: endless recursion of one shape each, after some effects. */
export const RECURSION = {
  "a function": "const call = (n) => call(n + 1) + 1;",
  "two functions": "const odd = (n) => even(n + 1) + 1, even = (n) => odd(n + 1) + 1, call = odd;",
  "map": "const call = (n) => [n].map((x) => call(x + 1))[0];",
  "sort": "const call = (n) => [2, 1].sort(() => call(n + 1));",
  "a getter": "const object = { get x() { return this.x } }, call = () => object.x;",
  "a setter": "const object = { set x(value) { this.x = value + 1 } }, call = (n) => (object.x = n);",
  "a conversion": "const object = { [Symbol.toPrimitive]: () => `${object}` }, call = () => `${object}`;",
  "toJSON": "const object = { toJSON: () => JSON.stringify(object) }, call = () => JSON.stringify(object);",
  "a reviver": "const call = (n) => JSON.parse('[1]', () => call(n + 1));",
  "a replacer": "const call = (n) => 'x'.replace(/x/, () => call(n + 1));",
  "a proxy": "const proxy = new Proxy({}, { get: (target, key, self) => self[key] }), call = () => proxy.x;",
  "a constructor": "class Nest { constructor() { this.inner = new Nest() } } const call = () => new Nest();",
  "a generator": "function* nest(n) { yield* nest(n + 1) } const call = (n) => [...nest(n)];",
  "an iterator": "const nest = { [Symbol.iterator]: () => [...nest] }, call = () => [...nest];",
  "an async function": "const call = async (n) => { await call(n + 1); };",
  "apply": "function call(n) { return Reflect.apply(call, null, [n + 1]) }",
};
