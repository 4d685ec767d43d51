// The same wherever a request comes as data.

import { performCase, performComparison } from "../perform.mjs";
import { steps } from "../travels.mjs";

/** @param request `{ subject, name, surroundings }`, `{ comparison, executor }` or `{ step, given, executor }` */
export function answer({ subject, name, surroundings, comparison, step, given, executor }) {
  if (step !== undefined) return steps[step](given, executor);
  return comparison === undefined ? performCase(subject, name, surroundings) : performComparison(comparison, executor);
}
