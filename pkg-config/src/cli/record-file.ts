// Records of runs as JSON. What JSON has no notation for is written as an object with one member: `{ "$number": "NaN" }`,
// `{ "$bytes": "AAEC" }` in Base64; an object of the run's that looks like one of these as `{ "$object": { … } }`.

import type { RunRecord } from "../types.js";
import { UsageError } from "./usage-error.js";

const MARKS = ["$number", "$bytes", "$object"];

/** A record as the text of a file. */
export function recordText(record: RunRecord): string {
  return `${JSON.stringify(toJson(record))}\n`;
}

/**
 * The record in the text of a file.
 * @throws UsageError if it is no JSON. Whether it is a record, its replay tells.
 */
export function parseRecord(file: string, text: string): RunRecord {
  try {
    return fromJson(JSON.parse(text)) as RunRecord;
  } catch (error) {
    throw new UsageError(`${file} is no record: ${(error as Error).message}`);
  }
}

function toJson(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
  return markOf(value) === undefined ? members : { $object: members };
}

function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== "object" || value === null) return value;
  const members = (object: object) => Object.fromEntries(Object.entries(object).map(([key, member]) => [key, fromJson(member)]));
  const content = Object.values(value)[0] as unknown;
  switch (markOf(value)) {
    case "$number":
      return Number(content);
    case "$bytes":
      return new Uint8Array(Buffer.from(String(content), "base64"));
    case "$object":
      return members(content as object);
    default:
      return members(value);
  }
}

/** The mark that is the only member of an object. */
function markOf(value: object): string | undefined {
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && key !== undefined && MARKS.includes(key) ? key : undefined;
}
