// What every entry exports and no environment changes.

export { NexusError } from "./errors.js";
export type { ErrorCode, Location, NexusErrorData, Snippet } from "./errors.js";
export { httpExtension } from "./http.js";
export type { BuiltInExtension, HttpOptions } from "./http.js";
export type * from "./panel-types.js";
export type * from "./types.js";
