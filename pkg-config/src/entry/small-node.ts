// Node, with the smaller sandbox.

import { api } from "../api.js";
import { platform } from "../platform/node.js";

export const { createKernel, attenuate, parseCapability, checkCapability, encode, decode, verifyAudit } = /* @__PURE__ */ api(
  platform("sandbox-small.wasm"),
);
export * from "../public.js";
