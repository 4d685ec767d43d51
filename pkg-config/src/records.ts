// Records of runs.

import { glue } from "./binding.js";
import type * as api from "./types.js";

/**
 * Puts a run's record behind a property of its result. Most records are never looked at, so they stay bytes until then; and they
 * are no part of what a result is compared or printed by.
 */
export function withRecord<Result>(result: api.RunResult<Result>, bytes: Uint8Array | undefined): api.RunResult<Result> {
  if (!bytes) return result;
  let record: api.RunRecord | undefined;
  return Object.defineProperty(result, "record", {
    configurable: true,
    enumerable: false,
    get: () => (record ??= glue.readRecord(bytes) as api.RunRecord),
  });
}
