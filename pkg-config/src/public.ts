// What every entry exports and no environment changes.

export { CONFIG_FIELDS, loadConfig } from "./config.js";
export type { Config, ConfigField, ConfigInput, ConfigProblem, ConfigSources } from "./config.js";
export { NexusError } from "./errors.js";
export type { ErrorCode, Location, NexusErrorData, Snippet } from "./errors.js";
export { authExtension } from "./auth.js";
export type { AuthOptions } from "./auth.js";
export type { BuiltInExtension } from "./built-in.js";
export { httpExtension } from "./http.js";
export type * from "./panel-types.js";
export type * from "./observation.js";
export type { HttpOptions } from "./http.js";
export { monitorExtension } from "./monitor.js";
export { storageExtension } from "./storage.js";
export type { StorageBackend, StorageOptions } from "./storage.js";
export type * from "./types.js";
