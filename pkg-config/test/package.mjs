// The built package, as an embedder's `import "nexus-kernel"` finds it in Node. Kernels that are given no executor take the one
// that these tests run with.

import * as nexus from "../../target/npm/nexus-kernel/dist/entry/node.js";

export * from "../../target/npm/nexus-kernel/dist/entry/node.js";

export const executor = process.env.NEXUS_TEST_EXECUTOR ?? "inline";

export function createKernel(options = {}) {
  const isObject = typeof options === "object" && options !== null && !Array.isArray(options);
  return nexus.createKernel(isObject ? { executor, ...options } : options);
}
