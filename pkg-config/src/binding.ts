// The kernel module and the one moment at which it is bound to its glue.

import * as glue from "./generated/kernel.js";
import { NexusError, invalidArgument } from "./errors.js";
import { callExtension } from "./extension-call.js";
import type { ImageStorage } from "./image-storage.js";
import type { StorageBackend } from "./storage.js";
import { threads, type Connect, type Threads } from "./threads.js";

/** How an environment gets at the two modules. Nothing of it happens before the first kernel is made. */
export interface ModuleSource {
  kernel(): Promise<WebAssembly.Module>;
  sandbox(): Promise<WebAssembly.Module>;
  /** Where the environment can load and compile at once. */
  kernelNow?(): WebAssembly.Module;
  /** Starts a Worker, where there are any. */
  readonly connect?: Connect | undefined;
  /** Opens storage for so many bytes, where there may be any. */
  readonly openImageStorage?: (bytes: number) => Promise<ImageStorage | undefined>;
  /** What `storageExtension` keeps values in unless it is told, where there is more than memory. */
  readonly openStorage?: () => StorageBackend | undefined;
  /** `fetch` to public addresses only, where the environment resolves names itself. */
  readonly publicFetch?: typeof fetch;
}

/** What a kernel is opened over; the kernel module is bound. */
export interface Surroundings {
  /** Rejected with `WASM_ERROR` if it cannot be loaded. */
  readonly sandbox: Promise<WebAssembly.Module>;
  /** These where there are any. */
  readonly threads: Threads | undefined;
  readonly openImageStorage: ModuleSource["openImageStorage"] | undefined;
  readonly openStorage: ModuleSource["openStorage"] | undefined;
  readonly publicFetch: ModuleSource["publicFetch"] | undefined;
  readonly callExtension: typeof callExtension;
}

let bound: WebAssembly.Module | undefined;

function bind(module: WebAssembly.Module): WebAssembly.Module {
  if (bound) return bound;
  glue.initSync({ module });
  glue.initialize(NexusError);
  return (bound = module);
}

/**
 * Loads the kernel module; the sandbox may still load afterwards.
 * @throws NexusError `WASM_ERROR` if it cannot be loaded
 */
export async function load(source: ModuleSource): Promise<Surroundings> {
  try {
    const loading = bound ?? source.kernel();
    const sandbox = source.sandbox().catch((error: unknown) => {
      throw asWasmError(error);
    });
    // Whoever waits for it hears of it; without a kernel nobody does.
    sandbox.catch(() => {});
    const kernel = bind(await loading);
    return {
      sandbox,
      threads: source.connect && threads(source.connect, kernel),
      openImageStorage: source.openImageStorage,
      openStorage: source.openStorage,
      publicFetch: source.publicFetch,
      callExtension,
    };
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
