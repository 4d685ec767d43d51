// Each view is told whole. What did not change in it keeps its identity, so that only what did is rendered again.

import type { ViewElement, ViewTree } from "../panel-types.js";
import { keysOf } from "./keys.js";

/** `next`, made of the parts of `last` wherever these are equal. */
export function reuseTree(last: ViewTree | undefined, next: ViewTree): ViewTree {
  if (!last) return next;
  const root = last.root && next.root && last.root.type === next.root.type ? reuseElement(last.root, next.root) : next.root;
  return { ...next, root, errors: reuse(last.errors, next.errors) };
}

function reuseElement(last: ViewElement, next: ViewElement): ViewElement {
  const lastKeys = keysOf(last.children);
  const known = new Map(last.children.map((child, index) => [lastKeys[index], child]));
  const nextKeys = keysOf(next.children);
  const children = next.children.map((child, index) => {
    const before = known.get(nextKeys[index]);
    return before ? reuseElement(before, child) : child;
  });
  const same = sameItems(last.children, children) ? last.children : children;
  const members = Object.entries(next).map(([name, value]) => [name, name === "children" ? same : reuse(member(last, name), value)]);
  return sameMembers(last, members) ? last : Object.fromEntries(members);
}

/** The same for plain data. */
export function reuse<Value>(last: unknown, next: Value): Value {
  if (typeof last !== "object" || typeof next !== "object" || last === null || next === null) return next;
  if (Array.isArray(last) !== Array.isArray(next)) return next;
  if (Array.isArray(next)) {
    const items = next.map((item, index) => reuse((last as unknown[])[index], item));
    return (sameItems(last as unknown[], items) ? last : items) as Value;
  }
  const members = Object.entries(next).map(([name, value]): [string, unknown] => [name, reuse(member(last, name), value)]);
  return (sameMembers(last, members) ? last : Object.fromEntries(members)) as Value;
}

function member(of: object, name: string): unknown {
  return Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function sameMembers(last: object, members: readonly unknown[][]): boolean {
  const isSame = ([name, value]: unknown[]) => Object.hasOwn(last, name as string) && (last as Record<string, unknown>)[name as string] === value;
  return Object.keys(last).length === members.length && members.every(isSame);
}
