// The same wherever a request comes as data.

import { performCase, performComparison } from "../perform.mjs";

/** @param request `{ subject, name, surroundings }` or `{ comparison, executor }` */
export function answer({ subject, name, surroundings, comparison, executor }) {
  return comparison === undefined ? performCase(subject, name, surroundings) : performComparison(comparison, executor);
}
