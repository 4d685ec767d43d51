// Turns, by name.

/** The last in each queue. */
const queues = new WeakMap<object, Map<string, Promise<void>>>();

/** Waits for the turn under `name` among all of this realm that use `owner`. @returns gives the turn back */
export async function lockIn(owner: object, name: string): Promise<() => void> {
  let names = queues.get(owner);
  if (!names) queues.set(owner, (names = new Map()));
  const queue = names;
  const before = queue.get(name);
  let release!: () => void;
  const held = new Promise<void>((resolve) => (release = resolve));
  queue.set(name, held);
  // Only the last one in the queue has the name; nobody waits for it once it is released.
  void held.then(() => queue.get(name) === held && queue.delete(name));
  await before;
  return release;
}

/** The same among all pages and Workers of the origin, where the platform has such locks: where pages are served securely. */
export function lockInOrigin(owner: object, name: string): Promise<() => void> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return lockIn(owner, name);
  return new Promise((take, fail) => {
    locks.request(name, () => new Promise<void>((release) => take(release))).catch(fail);
  });
}
