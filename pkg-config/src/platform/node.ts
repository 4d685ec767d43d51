// Node: the modules lie beside the code.

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { once, type ModuleSource } from "../binding.js";
import type { Connect } from "../threads.js";

const file = (name: string) => new URL(`../../${name}`, import.meta.url);

/**
 * So large that the sandbox's own stack of 2 MiB always ends first, at the same depth each time; with less it is the thread's,
 * at a depth that depends on what was optimised by then. Measured with Node 20.
 */
const STACK_MIB = 8;

const connect: Connect = (receive, fail) => {
  const script = new URL("../worker/node.js", import.meta.url);
  // Without what the process was started with: it may not fit a Worker (`--input-type`), or load what has no business there.
  const worker = new Worker(script, { name: "nexus-kernel", execArgv: [], resourceLimits: { stackSizeMb: STACK_MIB } });
  worker.on("message", receive).on("messageerror", fail).on("error", fail);
  worker.on("exit", (code) => fail(new Error(`it exited with code ${code}`)));
  return {
    post: (message) => worker.postMessage(message),
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
};

/** All there is, with the sandbox that has this name. */
export const platform = (sandbox: string): ModuleSource => ({
  kernel: once(async () => WebAssembly.compile(await readFile(file("kernel.wasm")))),
  sandbox: once(async () => WebAssembly.compile(await readFile(file(sandbox)))),
  connect,
  kernelNow: () => new WebAssembly.Module(readFileSync(file("kernel.wasm"))),
});
