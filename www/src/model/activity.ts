// What a panel does, as lines to read.

import { signal } from "@preact/signals";
import type { PanelNews } from "../kernel/panel-protocol.ts";
import { inline } from "../format/value.ts";

export const ACTIVITY_KINDS = [
  { kind: "state", title: "State" },
  { kind: "event", title: "Events" },
  { kind: "log", title: "Log" },
  { kind: "view", title: "View" },
  { kind: "fault", title: "Failures" },
] as const;

/** A line's kind; `panel` are those about the panel itself, which no filter hides. */
export type ActivityKind = (typeof ACTIVITY_KINDS)[number]["kind"] | "panel";

export interface Activity {
  /** Counts the lines of this visit. */
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly kind: ActivityKind;
  /** What it is, in a word. */
  readonly label: string;
  readonly text: string;
  /** The state's version after it. */
  readonly version?: number;
  readonly tone?: "good" | "warn" | "bad" | "debug";
}

type Line = Omit<Activity, "number" | "time">;

/** Lines that are kept. */
const MOST = 1_000;
/** Characters of a value that are shown. */
const LONGEST = 140;

/** Newest last. */
export const activity = signal<readonly Activity[]>([]);

let last = 0;

/** Adds lines. */
export function tell(lines: readonly Line[]): void {
  if (lines.length === 0) return;
  const time = Date.now();
  const added = lines.map((line): Activity => ({ ...line, number: ++last, time }));
  activity.value = [...activity.value, ...added].slice(-MOST);
}

/** The lines of one piece of news. */
export function linesOf(news: PanelNews): Line[] {
  switch (news.kind) {
    case "patch": {
      const { version, mutations, computed } = news.patch;
      const set = mutations.map(({ key, value, operation }): Line => {
        if (operation === "delete") return { kind: "state", label: "delete", text: key, version };
        return { kind: "state", label: "set", text: `${key} = ${inline(value, LONGEST)}`, version };
      });
      const derived = Object.entries(computed).map(
        ([name, value]): Line => ({ kind: "state", label: "computed", text: `${name} = ${inline(value, LONGEST)}`, version, tone: "debug" }),
      );
      return [...set, ...derived];
    }
    case "event":
      return [eventLine(news.event.name, news.event.payload)];
    case "view": {
      const { type, componentId, args } = news.command;
      return [{ kind: "view", label: type, text: `${componentId === undefined ? "" : `#${componentId} `}${inline(args, LONGEST)}` }];
    }
    case "log": {
      const { level, message } = news.line;
      const tone = ({ debug: "debug", info: undefined, warn: "warn", error: "bad" } as const)[level];
      return [{ kind: "log", label: level, text: message, ...(tone && { tone }) }];
    }
    case "error": {
      const { code, message, location } = news.error;
      const place = location ? ` (line ${location.line})` : "";
      return [{ kind: "fault", label: code, text: `${news.handler}: ${message}${place}`, tone: "bad" }];
    }
    case "start":
    case "status":
      return [];
  }
}

function eventLine(name: string, payload: unknown): Line {
  const { message, type } = (payload ?? {}) as { message?: unknown; type?: unknown };
  if (name !== "toast" || typeof message !== "string") return { kind: "event", label: "event", text: `${name} ${inline(payload, LONGEST)}` };
  const tone = ({ success: "good", warning: "warn", warn: "warn", error: "bad" } as const)[String(type)];
  return { kind: "event", label: "toast", text: message, ...(tone && { tone }) };
}
