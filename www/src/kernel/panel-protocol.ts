// What the workspace asks of a kernel that holds panels, wherever it runs, and what it hears from it.

import type {
  AuditEntry,
  AuditVerification,
  Diagnostic,
  Event,
  Location,
  LogLine,
  NexusErrorData,
  PanelStatus,
  Patch,
  ViewCommand,
} from "nexus-kernel";

/** A panel to be made. */
export interface PanelRequest {
  readonly nxml: string;
  /** Its name in the kernel; none that is taken. */
  readonly id: string;
  /** First values of states, in place of the document's. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Tokens that it asks for and does not get. */
  readonly refused: readonly string[];
  /** The sample that it began as, and as which of its panels: these have first values and a policy of their own. */
  readonly sample?: { readonly id: string; readonly index: number };
}

/** A panel as it was before anything ran in it. */
export interface PanelStart {
  readonly id: string;
  readonly title: string;
  readonly status: PanelStatus;
  readonly state: Readonly<Record<string, unknown>>;
  readonly computed: Readonly<Record<string, unknown>>;
  readonly version: number;
}

/** Something that happened to a panel. */
export type PanelNews =
  /** It is there; its `mount` has not run yet. */
  | { readonly kind: "start"; readonly start: PanelStart }
  | { readonly kind: "patch"; readonly patch: Patch }
  | { readonly kind: "event"; readonly event: Event }
  | { readonly kind: "view"; readonly command: ViewCommand }
  | { readonly kind: "log"; readonly line: LogLine }
  | { readonly kind: "status"; readonly status: PanelStatus }
  | { readonly kind: "error"; readonly handler: string; readonly error: NexusErrorData };

/** Why no panel was made. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** A handler of a document: what it declares against what its syntax tree needs. */
export interface HandlerFindings {
  readonly name: string;
  readonly kind: "tool" | "mount" | "unmount";
  readonly location: Location;
  /** Each token with whether anything in the handler uses it. */
  readonly declared: readonly { readonly token: string; readonly used: boolean }[];
  /** What it needs, with whether a declared token covers it. Absent if the handler cannot be parsed. */
  readonly inferred?: readonly { readonly token: string; readonly declared: boolean }[];
}

/** What is known of a document without running it. */
export interface DocumentFindings {
  readonly title: string;
  readonly id?: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly handlers: readonly HandlerFindings[];
}

/** The audit log, checked. */
export interface AuditCheck {
  readonly verification: AuditVerification;
  /** Whether it ends where the kernel's log does. */
  readonly complete: boolean;
}

/** Where panels live that the page shows. Its functions answer promises, so that it can stand in a Web Worker. */
export interface PanelSource {
  /**
   * Makes a panel and runs its `mount`, or finds one that is there.
   * @param listen hears of the panel from before its `mount` on, in order
   * @returns nothing, or why there is no panel
   */
  open(request: PanelRequest, listen: (news: PanelNews) => void): Promise<Refusal | undefined>;
  /** Ends a panel, or the watching of one that others use too. */
  close(id: string): Promise<void>;
}

/** A kernel with panels of this page. */
export interface PanelHost extends PanelSource {
  /** What is wrong with a document, and what its handlers declare and need. */
  inspect(nxml: string): Promise<DocumentFindings>;
  /** Lets a client of the panel protocol in. The port is the caller's to give away. */
  connect(id: string, port: MessagePort): Promise<void>;
  /** Tells each entry of the audit log from the first kept one on, some at a time. */
  audit(listen: (entries: readonly AuditEntry[]) => void): Promise<void>;
  /** Checks the chain of the log as it is kept, or of that text. */
  verify(lines?: string): Promise<AuditCheck>;
  /** The log as JSON Lines. */
  exportAudit(): Promise<string>;
}
