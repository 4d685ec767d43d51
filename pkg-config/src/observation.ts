// The shapes of what a kernel tells of itself: audit log and log.

import type { ErrorCode } from "./errors.js";

/** What an entry of the audit log is about. */
export type AuditAction =
  | "stateRead"
  | "stateWrite"
  | "eventEmit"
  | "viewUpdate"
  | "hostCall"
  | "extensionRequest"
  | "extensionCall"
  | "sandboxViolation"
  | "panelCreate"
  | "panelDestroy"
  | "panelTrigger"
  | "triggerFired"
  // What later versions record; named so, editors still offer the words above.
  | (string & {});

/** What came of it. */
export type AuditOutcome =
  | { readonly status: "allowed" }
  | { readonly status: "denied"; readonly reason: string }
  | { readonly status: "error"; readonly code: ErrorCode; readonly message: string };

/** An entry of the audit log. Texts are cut to 256 bytes. `JSON.stringify` of it is its line in the export. */
export interface AuditEntry {
  /** From 1, without a gap. */
  readonly sequence: number;
  /** Milliseconds since the epoch, by the kernel's clock. */
  readonly time: number;
  readonly panel?: string;
  /** The tool, or `mount` or `unmount`. */
  readonly handler?: string;
  readonly run?: string;
  /** On whose behalf. */
  readonly actor?: string;
  readonly action: AuditAction;
  /** The key, the event, the component, the function, `extension.method`, the panel or the tool. */
  readonly target: string;
  readonly outcome: AuditOutcome;
  /** Kinds and sizes, never contents: `string(12), 3, object(2)`. */
  readonly arguments?: string;
  /** How many are told together; absent: one. */
  readonly count?: number;
  readonly durationMs?: number;
  /** Of the entry before; 64 zeros in the first. */
  readonly previousHash: string;
  /** SHA-256 over the line without this member, in hexadecimal digits. */
  readonly hash: string;
}

/** Numbers about an audit log. */
export interface AuditStats {
  /** Entries that are kept at most; 0: nothing is recorded. */
  readonly capacity: number;
  /** Entries that are kept. */
  readonly entries: number;
  /** Entries since the kernel was made. */
  readonly total: number;
  /** Of these, refusals for want of a capability. */
  readonly denied: number;
  /** Of these, what failed otherwise. */
  readonly errors: number;
  /** Of the newest entry. Kept elsewhere, it proves later that an export ends where the log did. */
  readonly lastHash: string;
}

/** The audit log of a kernel: what handlers and panels did and were refused. */
export interface Audit {
  /** The kept entries, oldest first: those after the one of sequence `since`, `limit` at most. */
  entries(options?: { readonly since?: number | undefined; readonly limit?: number | undefined }): AuditEntry[];
  /**
   * Calls `listener` with each entry from now on, in order, at once: before what is recorded goes on. What it throws goes to the log.
   * Answers a function that unsubscribes it.
   */
  subscribe(listener: (entry: AuditEntry) => void): () => void;
  /** The kept entries as JSON Lines, for `verifyAudit`. The first one's `previousHash` says what it goes on from. */
  export(): string;
  stats(): AuditStats;
}

/** What is wrong with a log. */
export interface AuditProblem {
  /** From 1. */
  readonly line: number;
  /** What that line says is its sequence, if it is an entry. */
  readonly sequence?: number;
  readonly kind: "unreadable" | "changed" | "missing" | "reordered" | "duplicated" | "replaced";
  /** A sentence. */
  readonly reason: string;
}

/** What came of checking a log. */
export interface AuditVerification {
  /** Whether the text is one unchanged piece of a log. */
  readonly valid: boolean;
  /** Entries that are all right, up to the problem if there is one. */
  readonly entries: number;
  readonly firstSequence?: number;
  readonly lastSequence?: number;
  /** What the first entry goes on from. */
  readonly previousHash?: string;
  /** Of the last entry that is all right. Whether entries are missing at the end, only this tells, by {@link AuditStats.lastHash}. */
  readonly lastHash?: string;
  readonly firstProblem?: AuditProblem;
}

/** How much a line of the log matters. */
export type LogRecordLevel = "debug" | "info" | "warn" | "error";

/** A line of the log, as data. */
export interface LogRecord {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly level: LogRecordLevel;
  readonly message: string;
  readonly panel?: string;
  readonly handler?: string;
  readonly run?: string;
  /** What programs look for. A handler's own line has `source: "handler"`. */
  readonly fields?: Readonly<Record<string, string | number>>;
}

/** Options of the kernel's log. */
export interface LoggerOptions {
  /**
   * The least that is logged. Default `"silent"`. Without a logger at all, what goes wrong with the embedder's own functions (a
   * listener that throws, an extension that does not shut down) is still told on the console.
   */
  readonly level?: LogRecordLevel | "silent" | undefined;
  /** Lines for people instead of JSON. Default false. */
  readonly pretty?: boolean | undefined;
  /** Pretty lines with the terminal's colours. Default false. */
  readonly color?: boolean | undefined;
  /** Where lines go. Default: the console. */
  readonly write?: ((line: string, record: LogRecord) => void) | undefined;
}
