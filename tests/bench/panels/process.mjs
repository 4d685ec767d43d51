// A process in which panels live: `node --expose-gc process.mjs one|different COUNT` makes so many of one document, or of as many different
// ones, and tells what each took.

import { todo } from "./documents.mjs";

/** The memory of the kernel module, which nobody gets to see otherwise. */
let kernelMemory;
const { instantiate } = WebAssembly;
WebAssembly.Instance = new Proxy(WebAssembly.Instance, { construct: (target, given) => noted(Reflect.construct(target, given)) });
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  noted(made.instance ?? made);
  return made;
};

function noted(instance) {
  // Nothing else here is made by wasm-bindgen.
  if (Object.keys(instance.exports).some((name) => name.startsWith("__wbindgen"))) kernelMemory = instance.exports.memory;
  return instance;
}

const { createKernel } = await import("nexus-kernel");
const [, , which, number] = process.argv;
const count = Number(number);
const kernel = await createKernel();
const documentOf = (i) => (which === "different" ? todo(`number ${i}`) : todo());

// What the first ones bring along is the kernel's.
const WARM = 100;
for (let i = 0; i < WARM; i++) await kernel.panels.create(documentOf(`warm ${i}`));
const before = memory();
const took = [];
for (let i = 0; i < count; i++) {
  const document = documentOf(i);
  const began = performance.now();
  await kernel.panels.create(document);
  took.push(performance.now() - began);
}
const after = memory();
const panels = kernel.panels.list();
if (panels.length !== WARM + count) throw new Error(`${panels.length} panels`);
// All of them live.
for (const panel of panels) {
  const { status, error } = await panel.trigger("remove", [0]);
  if (status !== "success" || panel.computed.open !== 0) throw new Error(`a panel that does not work: ${error?.message}`);
}
const per = (name) => (after[name] - before[name]) / count;
process.stdout.write(JSON.stringify({ took, rss: per("rss"), wasm: per("wasm") }), () => process.exit());

function memory() {
  globalThis.gc();
  globalThis.gc();
  return { rss: process.memoryUsage.rss(), wasm: kernelMemory.buffer.byteLength };
}
