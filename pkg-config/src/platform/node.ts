// Node: the modules lie beside the code.

import { open } from "node:fs/promises";
import { createRequire } from "node:module";
import { once, type ModuleSource } from "../binding.js";
import type { Connect } from "../threads.js";
import { publicFetch } from "./public-fetch.js";

/** For what most processes never use: with the import of these two modules Node loads some ten others. */
const require = createRequire(import.meta.url) as {
  (name: "node:fs"): typeof import("node:fs");
  (name: "node:worker_threads"): typeof import("node:worker_threads");
};

const file = (name: string) => new URL(`../../${name}`, import.meta.url);

/**
 * So large that the sandbox's own stack of 2 MiB always ends first, at the same depth each time; with less it is the thread's,
 * at a depth that depends on what was optimised by then. Measured with Node 20.
 */
const STACK_MIB = 8;

const connect: Connect = (receive, fail) => {
  const { Worker } = require("node:worker_threads");
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

async function compile(name: string): Promise<WebAssembly.Module> {
  const opened = await open(file(name));
  try {
    // At once: `readFile` goes back and forth for each half megabyte.
    const bytes = new Uint8Array((await opened.stat()).size);
    const { bytesRead } = await opened.read(bytes, 0, bytes.length, 0);
    if (bytesRead < bytes.length) throw new Error(`${name} is shorter than its file system says`);
    return WebAssembly.compile(bytes);
  } finally {
    await opened.close();
  }
}

/** All there is, with the sandbox that has this name. */
export const platform = (sandbox: string): ModuleSource => ({
  kernel: once(() => compile("kernel.wasm")),
  sandbox: once(() => compile(sandbox)),
  connect,
  publicFetch,
  kernelNow: () => new WebAssembly.Module(require("node:fs").readFileSync(file("kernel.wasm"))),
});
