import type { Diagnostic } from "./panel-types.js";

/** What went wrong, as a stable word. */
export type ErrorCode =
  | "TIMEOUT"
  | "MEMORY_LIMIT"
  | "PERMISSION_DENIED"
  | "EXECUTION_ERROR"
  | "COMPILATION_ERROR"
  | "INVALID_HANDLER"
  | "INTERNAL_ERROR"
  | "RESOURCE_LIMIT"
  | "WASM_ERROR"
  | "SERIALIZATION_ERROR"
  | "INVALID_ARGUMENT"
  | "EXTENSION_NOT_FOUND"
  | "METHOD_NOT_FOUND"
  | "EXTENSION_ERROR"
  | "CANCELLED"
  | "INVALID_CAPABILITY"
  | "PARSE_ERROR"
  | "UNAUTHORIZED"
  | "NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "UNKNOWN_MESSAGE"
  | "PANEL_NOT_FOUND"
  | "PANEL_EXISTS"
  | "TOOL_NOT_FOUND"
  | "INVALID_XML"
  | "INVALID_IDENTIFIER"
  | "INVALID_TYPE"
  | "MISSING_REQUIRED"
  | "DUPLICATE_STATE"
  | "DUPLICATE_TOOL"
  | "DUPLICATE_ARG"
  | "DUPLICATE_VIEW_ID"
  | "DUPLICATE_EXTENSION_ALIAS"
  | "DUPLICATE_LIFECYCLE"
  | "UNDEFINED_STATE_REFERENCE"
  | "UNDEFINED_TOOL_REFERENCE"
  | "INVALID_SCOPE_REFERENCE"
  | "UNDECLARED_EXTENSION"
  | "FORBIDDEN_GLOBAL"
  | "RECURSION_LIMIT"
  | "SANDBOX_ERROR"
  | "SCHEMA_ERROR"
  | "STATE_ERROR"
  | "VIEW_ERROR"
  | "UNUSED_STATE"
  | "UNUSED_TOOL"
  | "MISSING_CAPABILITY"
  | "UNUSED_CAPABILITY"
  | "NO_MOUNT_WITH_EXTENSIONS";

/** A place in the author's source. */
export interface Location {
  /** From 1. */
  readonly line: number;
  /** In UTF-16 code units, from 1. */
  readonly column: number;
}

/** The lines around a {@link Location}. */
export interface Snippet {
  readonly code: string;
  /** Which of these lines is meant, from 1. */
  readonly highlightLine: number;
}

/** An error as plain data, as results hold it. */
export interface NexusErrorData {
  readonly code: ErrorCode;
  /** A sentence. */
  readonly message: string;
  /** The handler's functions that were running, innermost first, a line each. */
  readonly stack?: string;
  /** Where in the author's source. */
  readonly location?: Location;
  readonly snippet?: Snippet;
  /** What a program can use: `{ resource, limit, used }`, `{ extension, method }`, `{ path }`, … */
  readonly context?: unknown;
}

/** What the package throws and rejects with: the embedder's own mistakes. What a handler does wrong is a result. */
export class NexusError extends Error {
  override readonly name = "NexusError";
  readonly code: ErrorCode;
  declare readonly location?: Location;
  declare readonly snippet?: Snippet;
  declare readonly context?: unknown;
  /** Everything that is wrong with a document that was refused. */
  declare readonly diagnostics?: readonly Diagnostic[];

  constructor(data: NexusErrorData, options?: ErrorOptions) {
    super(data.message, options);
    this.code = data.code;
    if (data.location !== undefined) this.location = data.location;
    if (data.snippet !== undefined) this.snippet = data.snippet;
    if (data.context !== undefined) this.context = data.context;
    const diagnostics = (data.context as { diagnostics?: unknown } | null | undefined)?.diagnostics;
    if (Array.isArray(diagnostics)) this.diagnostics = diagnostics;
  }
}

/** The error for an argument that cannot be used. */
export function invalidArgument(message: string): NexusError {
  return new NexusError({ code: "INVALID_ARGUMENT", message });
}
