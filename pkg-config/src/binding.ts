// The kernel module and the one moment at which it is bound to its glue.

import * as glue from "./generated/kernel.js";
import { NexusError, invalidArgument } from "./errors.js";

/** How an environment gets at the two modules. Nothing of it happens before the first kernel is made. */
export interface ModuleSource {
  kernel(): Promise<WebAssembly.Module>;
  sandbox(): Promise<WebAssembly.Module>;
  /** Where the environment can load and compile at once. */
  kernelNow?(): WebAssembly.Module;
}

let bound = false;

function bind(module: WebAssembly.Module): void {
  if (bound) return;
  glue.initSync({ module });
  glue.initialize(NexusError);
  bound = true;
}

/**
 * Loads both modules.
 * @returns the sandbox's
 * @throws NexusError `WASM_ERROR` if one cannot be loaded
 */
export async function load(source: ModuleSource): Promise<WebAssembly.Module> {
  try {
    const [kernel, sandbox] = await Promise.all([bound ? undefined : source.kernel(), source.sandbox()]);
    if (kernel) bind(kernel);
    return sandbox;
  } catch (error) {
    throw asWasmError(error);
  }
}

/**
 * For calls that cannot wait: loads the kernel module at once where the environment can.
 * @throws NexusError `INVALID_ARGUMENT` where it cannot and no kernel was made yet
 */
export function loadNow(source: ModuleSource): void {
  if (bound) return;
  if (!source.kernelNow) {
    throw invalidArgument("here the kernel module loads asynchronously: await createKernel() before the first use of this");
  }
  try {
    bind(source.kernelNow());
  } catch (error) {
    throw asWasmError(error);
  }
}

function asWasmError(error: unknown): NexusError {
  if (error instanceof NexusError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new NexusError({ code: "WASM_ERROR", message: `the kernel's modules cannot be loaded: ${why}` }, { cause: error });
}

/** What is called once and answers the same ever after; a failure is forgotten, so that the next call tries again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

export { glue };
