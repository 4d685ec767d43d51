// Compiled handlers that outlive the page, in the Cache API: it stores whole entries or none, and is there where pages and Web Workers
// are served securely. IndexedDB would do as much, with an event for every step.

/** Bytes by name. Damage is for whoever reads to find. */
export interface ImageStorage {
  get(name: string): Promise<Uint8Array | undefined>;
  put(name: string, bytes: Uint8Array): Promise<void>;
  delete(name: string): Promise<void>;
}

/** One for all kernels of an origin. */
const CACHE = "nexus-kernel";
/** Entries are named by addresses, which nobody ever asks for. */
const address = (name: string) => `https://nexus-kernel.invalid/images/${name}`;
/** Told with the name, so that adding up reads no entry. */
const BYTES = "x-bytes";

/**
 * Storage for at most `budget` bytes, the oldest entries forgotten first.
 * @returns nothing where the platform has no such storage, or denies it
 */
export async function openImageStorage(budget: number): Promise<ImageStorage | undefined> {
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  if (!cache) return undefined;
  const remove = async (name: string) => void (await cache.delete(address(name)));

  const put = async (name: string, bytes: Uint8Array) => {
    if (bytes.length > budget) return;
    await remove(name);
    // In the order in which they were put.
    const entries = await cache.keys();
    const sizes = entries.map((entry) => Number(entry.headers.get(BYTES)) || 0);
    let total = sizes.reduce((sum, size) => sum + size, bytes.length);
    for (const [index, entry] of entries.entries()) {
      if (total <= budget) break;
      await cache.delete(entry);
      total -= sizes[index] ?? 0;
    }
    const entry = new Request(address(name), { headers: { [BYTES]: String(bytes.length) } });
    await cache.put(entry, new Response(new Uint8Array(bytes), { headers: { "content-type": "application/octet-stream" } }));
  };

  let last = Promise.resolve();
  return {
    async get(name) {
      const entry = await cache.match(address(name));
      return entry && new Uint8Array(await entry.arrayBuffer());
    },
    // One after the other: each counts what is there.
    put: (name, bytes) => (last = last.then(() => put(name, bytes)).catch(() => undefined)),
    delete: remove,
  };
}
