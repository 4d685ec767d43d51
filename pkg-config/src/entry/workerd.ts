// Cloudflare Workers: the platform compiles no WebAssembly at run time, but imports compiled modules.

import kernel from "../../kernel.wasm";
import sandbox from "../../sandbox.wasm";
import { api } from "../api.js";

export const { createKernel, attenuate, parseCapability, checkCapability, encode, decode, verifyAudit } = /* @__PURE__ */ api({
  kernel: async () => kernel,
  sandbox: async () => sandbox,
  kernelNow: () => kernel,
});
export * from "../public.js";
