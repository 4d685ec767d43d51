// Pages and Web Workers: the modules are fetched from beside the code. Bundlers know `new URL("…", import.meta.url)` and take the
// files along.

import { once, type ModuleSource } from "../binding.js";
import { openImageStorage } from "../image-storage.js";
import { indexedDbStorage } from "../indexed-db.js";
import type { Connect } from "../threads.js";

/** The module at an address. */
export async function compile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} answers ${response.status}`);
  // Streaming is refused where a server knows no better than application/octet-stream.
  const type = response.headers.get("content-type")?.split(";")[0]?.trim();
  return type === "application/wasm"
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

const connect: Connect = (receive, fail) => {
  const worker = new Worker(new URL("../worker/browser.js", import.meta.url), { type: "module", name: "nexus-kernel" });
  worker.addEventListener("message", ({ data }) => receive(data));
  worker.addEventListener("messageerror", () => fail("a message cannot be read"));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    fail(event.message || "its script cannot be loaded");
  });
  return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate() };
};

/** All but the sandbox. */
export const platform: Omit<ModuleSource, "sandbox"> = {
  kernel: once(() => compile(new URL("../../kernel.wasm", import.meta.url))),
  openImageStorage,
  openStorage: () => (typeof indexedDB === "object" && indexedDB ? indexedDbStorage : undefined),
  // Not everything that takes this entry has Workers.
  connect: typeof Worker === "function" ? connect : undefined,
};
