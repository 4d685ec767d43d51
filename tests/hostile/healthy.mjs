// Handlers that mean no harm: what they see tells whether anything of another run is left.

/** Uses a little of everything that a hostile handler may have broken. */
export const HEALTHY = `
  let sum = 0;
  for (const n of $args) sum += await $ext.test.echo(n);
  $state.sum = sum; $state.list = [1]; $state.list.push({ two: 2 });
  $emit("done", { sum }); $view.focus("list"); $log("sum", sum);
  class Pair { constructor(a, b) { Object.assign(this, { a, b }) } *[Symbol.iterator]() { yield this.a; yield this.b } toString() { return "pair" } }
  const caught = (() => { try { null.x } catch (error) { return error instanceof TypeError && error.name } })();
  const seen = [
    sum, $state.kept, [3, 1, 2].sort(), [...new Pair(1, 2)], \`\${new Pair()}\`, JSON.stringify({ a: [1, { b: null }] }), JSON.parse('{"c":[true]}'),
    "a-b-c".replace(/-(.)/g, "$1"), "a,b".split(","), [1, [2, [3]]].flat(Infinity), new Map([[1, 2]]).get(1), [...new Set([1, 1])], 2n ** 70n + "",
    caught, new Date().toISOString(), new Uint8Array([1, 2]).length, Object.entries({ x: 1 }), await Promise.all([1, Promise.resolve(2)]),
    $host.echo("host"), typeof leftover, Symbol.for("leftover").description, {}.polluted === undefined,
  ];
  return { seen, random: [Math.random(), Math.random()] }`;

/** What it has `seen`. */
export const HEALTHY_VALUE = [
  6, 1, [1, 2, 3], [1, 2], "pair", '{"a":[1,{"b":null}]}', { c: [true] },
  "abc", ["a", "b"], [1, 2, 3], 2, [1], "1180591620717411303424",
  "TypeError", "2025-06-15T15:06:40.000Z", 2, [["x", 1]], [1, 2],
  "host", "undefined", "leftover", true,
];

/** Everything that can be reached from a handler, line by line: each property with its attributes and what it is. */
export const INVENTORY = `
  const lines = [], paths = new Map();
  const visit = (value, path) => {
    if ((typeof value !== "object" || value === null) && typeof value !== "function") return lines.push(path + " " + typeof value + " " + String(value));
    if (paths.has(value)) return lines.push(path + " is " + paths.get(value));
    paths.set(value, path);
    // Proxies that answer to what a run brings.
    if (value === $state || value === $ext || value === $host) return;
    if (!Object.isExtensible(value)) lines.push(path + " is fixed");
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key), at = path + "." + String(key);
      lines.push(at + (property.writable ? "w" : "-") + (property.enumerable ? "e" : "-") + (property.configurable ? "c" : "-"));
      if ("value" in property) visit(property.value, at);
      else { visit(property.get, at + ".get"); visit(property.set, at + ".set") }
    }
    visit(Reflect.getPrototypeOf(value), path + ".__proto__");
  };
  visit(globalThis, "globalThis");
  const hidden = { asyncFunction: async () => {}, generator: function* () {}, asyncGenerator: async function* () {}, array: [][Symbol.iterator](), map: new Map().keys(),
    set: new Set().keys(), string: ""[Symbol.iterator](), match: "x".matchAll(/x/g), helper: [].values().map((x) => x), wrapped: Iterator.from({ next() {} }), thrower: (function () { return arguments })() };
  for (const name of Object.keys(hidden)) visit(hidden[name], name);
  return lines.join("\\n")`;
