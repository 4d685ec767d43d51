// The state before and after a run, key by key.

import type { StateMutation } from "nexus-kernel";

export interface StateRow {
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly change: "none" | "added" | "changed" | "removed";
}

/** Every key there was or is: those of `before` in their order, then new ones as they came. */
export function stateRows(before: Readonly<Record<string, unknown>>, mutations: readonly StateMutation[]): StateRow[] {
  const after = new Map(Object.entries(before));
  for (const { key, value, operation } of mutations) {
    if (operation === "set") after.set(key, value);
    else after.delete(key);
  }
  return [...new Set([...Object.keys(before), ...after.keys()])].map((key): StateRow => {
    const had = Object.hasOwn(before, key);
    if (!had) return { key, after: after.get(key), change: "added" };
    if (!after.has(key)) return { key, before: before[key], change: "removed" };
    const same = JSON.stringify(before[key]) === JSON.stringify(after.get(key));
    return { key, before: before[key], after: after.get(key), change: same ? "none" : "changed" };
  });
}
