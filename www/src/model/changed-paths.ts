// Where two values differ, for a tree to point there.

/** Paths beyond this many are not told: everything has changed. */
const MOST = 400;

/** A path as a key of a set. */
export function pathKey(path: readonly (string | number)[]): string {
  return JSON.stringify(path);
}

/** The paths, as keys, of what is new or another in `after`, and of everything around it. */
export function changedPaths(before: unknown, after: unknown, path: readonly (string | number)[], found: Set<string>): void {
  if (found.size > MOST || Object.is(before, after)) return;
  if (isTree(before) && isTree(after) && Array.isArray(before) === Array.isArray(after)) {
    const known = found.size;
    for (const [key, value] of Object.entries(after)) {
      const part = Array.isArray(after) ? Number(key) : key;
      changedPaths((before as Record<string, unknown>)[key], value, [...path, part], found);
    }
    const isShorter = Object.keys(before).length > Object.keys(after).length;
    if (found.size > known || isShorter) found.add(pathKey(path));
    return;
  }
  if (isTree(before) && isTree(after) && JSON.stringify(before) === JSON.stringify(after)) return;
  found.add(pathKey(path));
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}
