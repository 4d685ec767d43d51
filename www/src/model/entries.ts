// What a segment did, as lines to read.

import type { Event, Segment, ViewCommand } from "nexus-kernel";
import { milliseconds } from "../format/quantity.ts";
import { inline } from "../format/value.ts";
import type { Call } from "./calls.ts";

export const KINDS = [
  { kind: "log", title: "Log" },
  { kind: "state", title: "State" },
  { kind: "event", title: "Events" },
  { kind: "view", title: "View" },
  { kind: "call", title: "Calls" },
  { kind: "denial", title: "Denials" },
] as const;

export type Kind = (typeof KINDS)[number]["kind"];

export interface Entry {
  readonly kind: Kind;
  /** What it is, in a word. */
  readonly label: string;
  readonly text: string;
  /** An aside: how long a call took. */
  readonly note?: string;
  readonly tone?: "debug" | "good" | "warn" | "bad";
}

/** Characters of a line's value that are shown. */
const LONGEST = 300;

/** The lines of a segment, kind by kind; errors stand with the result and are not among them. */
export function entriesOf(segment: Segment, calls: readonly Call[]): Entry[] {
  return [
    ...segment.logs.map((line): Entry => ({ kind: "log", label: line.level, text: line.message, ...LOG_TONES[line.level] })),
    ...segment.stateMutations.map((mutation): Entry => {
      const { key, value, operation } = mutation;
      return operation === "set"
        ? { kind: "state", label: "set", text: `${key} = ${inline(value, LONGEST)}` }
        : { kind: "state", label: "delete", text: key };
    }),
    ...segment.events.map(eventEntry),
    ...segment.viewCommands.map(viewEntry),
    ...(segment.denials ?? []).map(
      ({ operation, capability }): Entry => ({
        kind: "denial",
        label: "denied",
        text: operation,
        note: `needs ${capability}`,
        tone: "bad",
      }),
    ),
    ...segment.suspensions.map(({ suspensionId, extensionName, method, args }): Entry => {
      const call = calls.find((entry) => entry.suspension.suspensionId === suspensionId);
      return {
        kind: "call",
        label: "call",
        text: `${extensionName}.${method}(${args.map((arg) => inline(arg, LONGEST)).join(", ")})`,
        ...(call && callNote(call)),
      };
    }),
  ];
}

const LOG_TONES = {
  debug: { tone: "debug" },
  info: {},
  warn: { tone: "warn" },
  error: { tone: "bad" },
} as const;

function eventEntry({ name, payload }: Event): Entry {
  const { message, type } = (payload ?? {}) as { message?: unknown; type?: unknown };
  if (name !== "toast" || typeof message !== "string") {
    return { kind: "event", label: "event", text: `${name} ${inline(payload, LONGEST)}` };
  }
  const tone = ({ success: "good", warning: "warn", warn: "warn", error: "bad" } as const)[String(type)];
  return { kind: "event", label: "toast", text: message, note: String(type), ...(tone && { tone }) };
}

function viewEntry({ type, componentId, args }: ViewCommand): Entry {
  const target = componentId === undefined ? "" : `#${componentId} `;
  return { kind: "view", label: type, text: `${target}${inline(args, LONGEST)}` };
}

function callNote({ start, end, outcome, status }: Call): Pick<Entry, "note" | "tone"> {
  if (end === undefined) return { note: "waiting…", tone: "warn" };
  const time = milliseconds(end - start);
  if (outcome === "aborted") return { note: `aborted after ${time}`, tone: "bad" };
  if (outcome === "left") return { note: "not waited for" };
  if (outcome === "failed") return { note: `failed after ${time}`, tone: "bad" };
  return { note: status === undefined ? time : `${status} in ${time}`, tone: status !== undefined && status >= 400 ? "bad" : "good" };
}
