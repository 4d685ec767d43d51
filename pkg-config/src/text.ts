import { invalidArgument } from "./errors.js";

/** What the module takes as text has to be text: its glue would make some of anything. */
export function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw invalidArgument(`${what} has to be a string`);
  return value;
}
