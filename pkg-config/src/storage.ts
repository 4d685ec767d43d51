// The built-in extension `storage`, as its options and what it may keep values in.

import { TEXT, builtIn, checked, wholeFrom, type BuiltInExtension, type Rule } from "./built-in.js";
import { lockIn } from "./locks.js";

/**
 * Bytes by key, in the order of the UTF-8 of their keys. The `ctx.storage` of a Durable Object is one as it is.
 *
 * What the extension keeps there begins with `nexus-kernel/storage/`; nobody else should write there.
 */
export interface StorageBackend {
  get(key: string): unknown;
  put(key: string, value: Uint8Array): unknown;
  /** Whether it was there. */
  delete(key: string): unknown;
  /** A `Map` of values by key, or a promise of one. */
  list(options: { readonly prefix?: string; readonly limit?: number; readonly startAfter?: string }): unknown;
  /**
   * Waits for the turn to write under a name, and answers what gives it back: for a backend that several processes use. Without it
   * the kernels of this process take turns.
   */
  lock?(name: string): Promise<() => void>;
}

/** Options of {@link storageExtension}. */
export interface StorageOptions {
  /**
   * What values are kept in: IndexedDB in pages and Web Workers, memory elsewhere, unless this says otherwise. `"memory"` forgets
   * them with the kernel.
   */
  readonly backend?: StorageBackend | "memory" | undefined;
  /** One namespace of this name for all callers. Without it each panel has its own, and runs without a panel have one together. */
  readonly namespace?: string | undefined;
  /** Keys of a namespace. Default 1000. */
  readonly maxKeys?: number | undefined;
  /** Bytes of a key as UTF-8. Default 128, at most 512. */
  readonly maxKeyBytes?: number | undefined;
  /** Bytes of a value as MessagePack. Default 127 KiB, which Durable Object storage takes; at most 1 MiB. */
  readonly maxValueBytes?: number | undefined;
  /** Bytes of a namespace, keys and values together. Default 10 MiB. */
  readonly maxBytes?: number | undefined;
}

const BACKEND_METHODS = ["get", "put", "delete", "list"] as const;

function isBackend(value: unknown): boolean {
  if (value === "memory") return true;
  if (typeof value !== "object" || value === null) return false;
  const { lock } = value as StorageBackend;
  return (
    BACKEND_METHODS.every((method) => typeof (value as StorageBackend)[method] === "function") &&
    (lock === undefined || typeof lock === "function")
  );
}

const RULES: Readonly<Record<keyof StorageOptions, Rule>> = {
  backend: ['"memory", or an object with get, put, delete and list', isBackend],
  namespace: TEXT,
  maxKeys: wholeFrom(1),
  maxKeyBytes: wholeFrom(1, 512),
  maxValueBytes: wholeFrom(1, 1 << 20),
  maxBytes: wholeFrom(1),
};

/**
 * The extension `storage`: values that outlive a run, within quotas.
 *
 * Methods: `get(key)` answers the value or `null`, `put(key, value)`, `delete(key)` answers whether it was there,
 * `list({ prefix?, limit?, after? }?)` answers keys in order. Tokens may carry the caveats `key` and `prefix`:
 * `ext:storage.get?prefix=cart/`.
 *
 * @throws NexusError `INVALID_ARGUMENT` naming the option that does not exist or has no such value
 */
export function storageExtension(given: StorageOptions = {}): BuiltInExtension {
  const { backend: chosen, ...options } = checked<StorageOptions>("storageExtension", given, RULES);
  return builtIn("storage", BACKEND_METHODS, (kernel, { openStorage }) => {
    const backend = chosen === "memory" ? undefined : (chosen ?? openStorage?.());
    const lock = (name: string) => (backend?.lock ? backend.lock(name) : lockIn(backend ?? {}, name));
    kernel.registerStorage(options, backend, lock);
  });
}
