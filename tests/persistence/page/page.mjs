import { createKernel } from "nexus-kernel";
import { perform } from "../perform-storage.mjs";

const ENTRIES = "nexus-kernel";

/** Waits for something that only becomes true by itself. */
async function until(holds) {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Entries that were written since the page began. */
let written = 0;
const { put } = Cache.prototype;
Cache.prototype.put = async function (...args) {
  await put.apply(this, args);
  written++;
};

globalThis.places = {
  written: () => written,

  /** Runs each source once in one kernel. @returns what tells whether it was compiled, and how it ended */
  async run(sources, options) {
    const kernel = await createKernel({ clock: { now: () => 0 }, entropy: { fill: (bytes) => bytes.fill(1) }, ...options });
    const results = [];
    for (const source of sources) {
      const { status, returnValue, metrics } = await kernel.run(source);
      results.push({ status, returnValue, cacheHit: metrics.cacheHit, fuelUsed: metrics.fuelUsed });
    }
    await kernel.close();
    return results;
  },

  storage: perform,

  /** The same in a Web Worker. */
  storageInWorker(...given) {
    const worker = new Worker(new URL("./storage-worker.mjs", import.meta.url), { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (worker.terminate(), resolve(data));
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(given);
    });
  },

  /** Deletes what `storage` keeps. */
  forgetStorage: () =>
    new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase("nexus-kernel");
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    }),

  /** As where IndexedDB is denied. */
  denyStorage() {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  },

  /** The stored entries, in the order in which they were put, once there are `count`. */
  async entries(count) {
    const cache = await caches.open(ENTRIES);
    if (count !== undefined) await until(async () => (await cache.keys()).length === count);
    return Promise.all((await cache.keys()).map(async (key) => [...new Uint8Array(await (await cache.match(key)).arrayBuffer())]));
  },

  /** Puts other bytes in the place of entry `index`. */
  async replace(index, bytes) {
    const cache = await caches.open(ENTRIES);
    await cache.put((await cache.keys())[index], new Response(new Uint8Array(bytes)));
  },

  has: () => caches.has(ENTRIES),
  forget: () => caches.delete(ENTRIES),

  /** As where storage is denied. */
  deny() {
    CacheStorage.prototype.open = () => Promise.reject(new DOMException("denied", "SecurityError"));
  },

  /** As where it breaks: every write fails, or every read. */
  break(method) {
    Cache.prototype[method] = () => Promise.reject(new DOMException("broken", "QuotaExceededError"));
  },
};
