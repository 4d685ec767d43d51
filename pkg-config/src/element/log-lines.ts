// The lines of a log, each with a number that it keeps when older ones are dropped.

import { textOf } from "./text.js";

/** A line as it is shown. */
export interface LogEntry {
  readonly number: number;
  readonly level: "debug" | "info" | "warn" | "error" | "";
  readonly time: string;
  readonly text: string;
}

const LEVELS: Readonly<Record<string, LogEntry["level"]>> = {
  trace: "debug",
  debug: "debug",
  info: "info",
  log: "info",
  notice: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  fatal: "error",
  critical: "error",
};

/** How most logs begin a line: a time and a level. */
const BEGINNING =
  /^\[?((?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)\]?\s+\[?(trace|debug|info|log|notice|warn|warning|error|fatal|critical)\b\]?:?\s*/i;

/** A text, which may begin with time and level, or an object with `level`, `message` (or `text`) and `time` (or `timestamp`: milliseconds, seconds of ISO 8601 or any text). */
export function entryOf(line: unknown, number: number): LogEntry {
  const [beginning, written = "", word = ""] = (typeof line === "string" && BEGINNING.exec(line)) || [""];
  if (beginning) return { number, level: LEVELS[word.toLowerCase()]!, time: written, text: (line as string).slice(beginning.length) };
  if (typeof line !== "object" || line === null || Array.isArray(line)) return { number, level: "", time: "", text: textOf(line) };
  const { level, message, text, time, timestamp, ...rest } = line as Record<string, unknown>;
  const words = message ?? text;
  const name = typeof level === "string" ? level.toLowerCase() : "";
  return {
    number,
    level: Object.hasOwn(LEVELS, name) ? LEVELS[name]! : "",
    time: timeOf(time ?? timestamp),
    text: words === undefined ? textOf(rest) : textOf(words),
  };
}

function timeOf(time: unknown): string {
  const isDate = typeof time === "number" ? time > 1e11 : typeof time === "string" && /^\d{4}-\d\d-\d\dT/.test(time);
  const date = isDate ? new Date(time as string | number) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date.toLocaleTimeString(undefined, { hourCycle: "h23" }) : textOf(time);
}

/** Lines that have to be the same for a log to be taken for the one before. */
const PROBE = 3;

/** How many lines were dropped at the front between two lists, of which the later may have more at its end; all if they share none. */
export function droppedLines(last: readonly unknown[], next: readonly unknown[]): number {
  const goesOn = (dropped: number) => {
    const until = Math.min(dropped + PROBE, last.length);
    for (let index = dropped; index < until; index++) if (!isSame(last[index], next[index - dropped])) return false;
    return true;
  };
  for (let dropped = 0; dropped < last.length; dropped++) if (goesOn(dropped)) return dropped;
  return last.length;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b);
}
