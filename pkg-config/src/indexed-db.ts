// IndexedDB in the shape of Durable Object storage.

import { lockInOrigin } from "./locks.js";
import type { StorageBackend } from "./storage.js";

/** One database for all kernels of an origin. */
const DATABASE = "nexus-kernel";
const STORE = "storage";

/** The database, as long as the platform keeps it open. */
let database: Promise<IDBDatabase> | undefined;

function opened(): Promise<IDBDatabase> {
  return (database ??= open());
}

/** The next one to need it opens it again. */
function forget(): void {
  database = undefined;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onerror = () => (forget(), reject(request.error));
    request.onsuccess = () => {
      const { result } = request;
      result.onclose = forget;
      // Somebody deletes the database.
      result.onversionchange = () => (result.close(), forget());
      resolve(result);
    };
  });
}

/** What `work` asked for, once it is written. */
async function transact<Result>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => () => Result): Promise<Result> {
  const transaction = (await opened()).transaction(STORE, mode);
  const result = work(transaction.objectStore(STORE));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
  });
  return result();
}

// As bytes: text is ordered by UTF-16 there, and by UTF-8 in every other store.
const bytes = (key: string) => new TextEncoder().encode(key);

/** All keys that begin with `prefix` and come after `after`. */
function range(prefix: string, after: string | undefined): IDBKeyRange | undefined {
  const first = bytes(prefix);
  // UTF-8 has no byte 255, so the last one can be counted up.
  const end = first.slice();
  if (end.length > 0) end[end.length - 1]! += 1;
  const afterBytes = after === undefined ? undefined : bytes(after);
  const startsAfter = afterBytes && indexedDB.cmp(afterBytes, first) >= 0;
  const lower = startsAfter ? afterBytes : first;
  if (end.length === 0) return IDBKeyRange.lowerBound(lower, startsAfter);
  return indexedDB.cmp(lower, end) < 0 ? IDBKeyRange.bound(lower, end, startsAfter, true) : undefined;
}

export const indexedDbStorage: StorageBackend = {
  get(key) {
    return transact("readonly", (store) => {
      const request = store.get(bytes(key));
      return () => request.result;
    });
  },
  put(key, value) {
    return transact("readwrite", (store) => {
      store.put(value, bytes(key));
      return () => undefined;
    });
  },
  delete(key) {
    return transact("readwrite", (store) => {
      const count = store.count(bytes(key));
      store.delete(bytes(key));
      return () => count.result > 0;
    });
  },
  async list({ prefix = "", limit, startAfter }) {
    const wanted = range(prefix, startAfter);
    if (!wanted) return new Map();
    return transact("readonly", (store) => {
      const keys = store.getAllKeys(wanted, limit);
      const values = store.getAll(wanted, limit);
      const text = new TextDecoder();
      return () => new Map(keys.result.map((key, index) => [text.decode(key as ArrayBuffer), values.result[index]]));
    });
  },
  lock: (name) => lockInOrigin(indexedDbStorage, name),
};
