// Every failure as the one error body.

import { NexusError } from "nexus-kernel";
import { HttpError } from "./http.ts";

/** Errors of the kernel that say that the request was wrong, not the kernel. */
const CALLERS_FAULT = new Set(["INVALID_ARGUMENT", "INVALID_CAPABILITY", "SERIALIZATION_ERROR", "RESOURCE_LIMIT"]);

/** What `error` is answered with. */
export function failureOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof NexusError) {
    return new HttpError(CALLERS_FAULT.has(error.code) ? 400 : 500, error.code, error.message, { details: error.context });
  }
  // What went wrong inside is for the Worker's own log; a stranger learns only that something did.
  console.error(error);
  return new HttpError(500, "INTERNAL_ERROR", "the Worker failed");
}
