// Pages and Web Workers, with the smaller sandbox.

import { api } from "../api.js";
import { once } from "../binding.js";
import { compile, platform } from "../platform/browser.js";

export const { createKernel, attenuate, parseCapability, checkCapability, encode, decode, verifyAudit } = /* @__PURE__ */ api({
  ...platform,
  sandbox: once(() => compile(new URL("../../sandbox-small.wasm", import.meta.url))),
});
export * from "../public.js";
