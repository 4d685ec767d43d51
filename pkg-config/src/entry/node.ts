// Node: the modules lie beside the code.

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { api } from "../api.js";
import { once } from "../binding.js";

const file = (name: string) => new URL(`../../${name}`, import.meta.url);

export const { createKernel, attenuate, parseCapability, checkCapability, encode, decode } = /* @__PURE__ */ api({
  kernel: once(async () => WebAssembly.compile(await readFile(file("kernel.wasm")))),
  sandbox: once(async () => WebAssembly.compile(await readFile(file("sandbox.wasm")))),
  kernelNow: () => new WebAssembly.Module(readFileSync(file("kernel.wasm"))),
});
export * from "../public.js";
