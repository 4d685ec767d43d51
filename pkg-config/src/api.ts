// What every entry exports, made from the way its environment gets at the modules.

import { glue, load, loadNow, type ModuleSource } from "./binding.js";
import { openKernel } from "./kernel.js";
import type { AuditVerification } from "./observation.js";
import type { Capability, Kernel, KernelOptions } from "./types.js";

/** What needs the kernel module, but no kernel. */
export interface Tools {
  /**
   * Narrows the granted tokens to the wanted ones, and answers these. Like the other functions here it is synchronous: in Node
   * and on Workers it loads the kernel module by itself, in a page a kernel has to be created first.
   * @throws NexusError `PERMISSION_DENIED` for a wanted token that no granted one covers, `INVALID_CAPABILITY` for a malformed one
   */
  readonly attenuate: (granted: readonly string[], wanted: readonly string[]) => string[];
  /**
   * The parts of a token.
   * @throws NexusError `INVALID_CAPABILITY` if it is malformed
   */
  readonly parseCapability: (token: string) => Capability;
  /**
   * Whether one of the granted tokens covers the required one.
   * @throws NexusError `INVALID_CAPABILITY` for a malformed one
   */
  readonly checkCapability: (granted: readonly string[], required: string) => boolean;
  /**
   * A value as MessagePack.
   * @throws NexusError `SERIALIZATION_ERROR` naming the path of what is not data, `RESOURCE_LIMIT` beyond 64 levels or 1 MiB
   */
  readonly encode: (value: unknown) => Uint8Array;
  /**
   * The value that MessagePack bytes hold.
   * @throws NexusError `SERIALIZATION_ERROR` if they are not one value, `RESOURCE_LIMIT` beyond 64 levels or 1 MiB
   */
  readonly decode: (bytes: Uint8Array) => unknown;
  /**
   * Checks a log as `kernel.audit.export()` writes it, or a piece of one: whether an entry was changed, taken out, moved or put in twice.
   * @throws NexusError `INVALID_ARGUMENT` if it is no string
   */
  readonly verifyAudit: (text: string) => AuditVerification;
}

/** What every entry but `slim` exports. */
export interface Api extends Tools {
  /**
   * Makes a kernel. The modules load with the first one.
   * @throws NexusError `INVALID_ARGUMENT` naming the option that does not exist or has no such value, `WASM_ERROR` if the modules
   * cannot be loaded
   */
  readonly createKernel: (options?: KernelOptions) => Promise<Kernel>;
}

/** The functions that need no kernel. */
export function tools(source: ModuleSource): Tools {
  return {
    attenuate(granted, wanted) {
      loadNow(source);
      return glue.attenuate(granted, wanted);
    },
    parseCapability(token) {
      loadNow(source);
      return glue.parseCapability(token);
    },
    checkCapability(granted, required) {
      loadNow(source);
      return glue.checkCapability(granted, required);
    },
    encode(value) {
      loadNow(source);
      return glue.encode(value);
    },
    decode(bytes) {
      loadNow(source);
      return glue.decode(bytes);
    },
    verifyAudit(text) {
      loadNow(source);
      return glue.verifyAudit(text);
    },
  };
}

/** All of it. */
export function api(source: ModuleSource): Api {
  return { createKernel: async (options) => openKernel(options, await load(source)), ...tools(source) };
}
