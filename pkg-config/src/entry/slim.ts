// Anywhere else: the embedder brings the modules.

import { tools } from "../api.js";
import { load } from "../binding.js";
import { invalidArgument } from "../errors.js";
import { openKernel } from "../kernel.js";
import type { Kernel, KernelOptions } from "../types.js";

/** A module, its bytes, a response that brings them, or a promise of one of these. */
export type ModuleLike = WebAssembly.Module | BufferSource | Response | Promise<WebAssembly.Module | BufferSource | Response>;

/** Options of {@link createKernel}. */
export interface SlimKernelOptions extends KernelOptions {
  /** `kernel.wasm` and `sandbox.wasm` of this very version of the package. */
  readonly modules: { readonly kernel: ModuleLike; readonly sandbox: ModuleLike };
}

async function compile(given: ModuleLike, name: string): Promise<WebAssembly.Module> {
  const module = await given;
  if (module instanceof WebAssembly.Module) return module;
  if (typeof Response === "function" && module instanceof Response) {
    if (!module.ok) throw new Error(`${module.url || name} answers ${module.status}`);
    return WebAssembly.compile(await module.arrayBuffer());
  }
  if (module instanceof ArrayBuffer || ArrayBuffer.isView(module)) return WebAssembly.compile(module);
  throw invalidArgument(`options.modules.${name} has to be a WebAssembly.Module, bytes or a Response`);
}

/**
 * Makes a kernel over the given modules. The first kernel module that is given serves all kernels.
 * @throws NexusError `INVALID_ARGUMENT` naming the option that does not exist or has no such value, `WASM_ERROR` if a module cannot
 * be compiled
 */
export async function createKernel(options: SlimKernelOptions): Promise<Kernel> {
  const { modules, ...rest } = options ?? {};
  if (typeof modules !== "object" || modules === null) {
    throw invalidArgument("options.modules has to be { kernel, sandbox }");
  }
  const surroundings = await load({
    kernel: () => compile(modules.kernel, "kernel"),
    sandbox: () => compile(modules.sandbox, "sandbox"),
  });
  return openKernel(rest, surroundings);
}

export const { attenuate, parseCapability, checkCapability, encode, decode, verifyAudit } = /* @__PURE__ */ tools({
  kernel: () => Promise.reject(invalidArgument("the modules come with createKernel")),
  sandbox: () => Promise.reject(invalidArgument("the modules come with createKernel")),
});
export * from "../public.js";
