// node train.mjs KERNEL SANDBOX COUNTS: runs the handlers of tests/bench/training in an instrumented sandbox and writes to COUNTS what it
// called through pointers (`nexus_passes::direct::instrument`): lines of a site, a pointer and how often.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createKernel } from "../../../pkg-config/dist/entry/slim.js";

/** Each handler counts for so many calls, however long it works. */
const SHARE = 1_000_000_000;

const [kernelPath, sandboxPath, countsPath] = process.argv.slice(2);
const folder = new URL("../../../tests/bench/training/", import.meta.url);

const CITIES = ["Oslo", "Bergen", "Lima", "Quito", "Hanoi", "Perth", "Accra", "Cairo", "Turin", "Lyon", "Graz", "Brno"];

/** What handlers are given. */
const CONTEXT = {
  args: { who: "ada", moves: Array.from({ length: 60 }, (_, i) => ({ id: (i * 7) % 45, to: ["doing", "done", "todo"][i % 3] })), cities: CITIES },
  scope: { user: { name: "Ada" } },
  state: { settings: { step: 2 }, draft: "old", rows: Array.from({ length: 40 }, (_, id) => ({ id, name: `row ${id}`, nested: { values: [id, 2] } })) },
  capabilities: ["state:read:*", "state:write:*", "events:emit:*", "view:update:*", "ext:*"],
};

const weather = {
  now: ({ city }) => ({ temperature: city.length * 3, wind: city.charCodeAt(0) % 11 }),
  forecast: (city, days) => Array.from({ length: days + 1 }, (_, day) => ({ day: `day ${day}`, rain: (city.length * day) % 7 })),
  station(city, turn) {
    if (turn === 0 || city === "Lima") throw new Error(`${city} does not answer`);
    return { name: `${city} ${turn}` };
  },
};

const modules = { kernel: await WebAssembly.compile(readFileSync(kernelPath)), sandbox: await WebAssembly.compile(readFileSync(sandboxPath)) };

/** More than a table has entries. */
const POINTERS = 2 ** 20;
/** By site and pointer; nothing while nobody counts. */
let counts;
const profile = {
  called(pointer, site) {
    const key = site * POINTERS + pointer;
    counts?.set(key, (counts.get(key) ?? 0) + 1);
  },
};
// The kernel knows nothing of this import.
const { instantiate } = WebAssembly;
WebAssembly.instantiate = (module, imports) => instantiate(module, module === modules.sandbox ? { ...imports, profile } : imports);

const kernel = await createKernel({
  modules,
  limits: { fuel: 1e12, timeoutMs: 600_000, maxHostCalls: 1_000_000, maxStateMutations: 100_000 },
  clock: { now: () => Date.UTC(2026, 10, 21) },
  entropy: { fill: (bytes) => bytes.fill(7) },
  pool: { minInstances: 1, maxInstances: 1 },
  extensions: [{ name: "weather", methods: Object.keys(weather), call: (method, args) => weather[method](...args) }],
});

const sums = new Map();
for (const file of readdirSync(folder).filter((file) => file.endsWith(".js")).sort()) {
  const source = readFileSync(new URL(file, folder), "utf8");
  const run = async () => {
    const result = await kernel.run(source, CONTEXT);
    if (result.status !== "success") throw new Error(`${file}: ${result.error.code}: ${result.error.message} ${JSON.stringify(result.error.location ?? {})}`);
  };
  // The instance boots and the handler is compiled before: both are done once.
  await run();
  const own = (counts = new Map());
  await run();
  counts = undefined;
  const all = [...own.values()].reduce((sum, count) => sum + count, 0);
  console.error(`${file}: ${all} indirect calls`);
  for (const [key, count] of own) sums.set(key, (sums.get(key) ?? 0) + Math.round((count / all) * SHARE));
}
await kernel.close();
const lines = [...sums].sort(([a], [b]) => a - b).map(([key, count]) => `${Math.floor(key / POINTERS)} ${key % POINTERS} ${count}\n`);
writeFileSync(countsPath, lines.join(""));
