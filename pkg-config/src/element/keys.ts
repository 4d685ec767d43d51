import type { ViewElement } from "../panel-types.js";

/**
 * A key for each of some siblings, by which it is the same element in the next view: that of its `Iterate`; else its id; else its
 * component and what it changes, and which of those it is. All are different.
 */
export function keysOf(siblings: readonly ViewElement[]): string[] {
  const counts = new Map<string, number>();
  return siblings.map((element) => {
    const own = keyOf(element);
    const count = counts.get(own) ?? 0;
    counts.set(own, count + 1);
    return `${own} ${count}`;
  });
}

function keyOf({ key, id, type, bind }: ViewElement): string {
  if (key !== undefined) return `key ${type} ${key}`;
  if (id !== undefined) return `id ${type} ${id}`;
  return bind ? `bind ${type} ${JSON.stringify(bind)}` : type;
}
