// What follows the name of a command.

import { parseArgs, type ParseArgsConfig } from "node:util";
import { readText } from "./input.js";
import { UsageError } from "./usage-error.js";

type Options = NonNullable<ParseArgsConfig["options"]>;

const COMMON = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const satisfies Options;

interface Config<Own extends Options> {
  readonly args: string[];
  readonly options: Own & typeof COMMON;
  readonly allowPositionals: true;
  readonly strict: true;
}

/**
 * Reads options and operands.
 * @throws UsageError for an option that there is not, or one without its value
 */
export function commandLine<Own extends Options>(args: string[], options: Own): ReturnType<typeof parseArgs<Config<Own>>> {
  try {
    return parseArgs<Config<Own>>({ args, options: { ...options, ...COMMON }, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * The one operand of a command.
 * @throws UsageError if there is none, or more
 */
export function only(operands: readonly string[], what: string): string {
  const [first, second] = operands;
  if (first === undefined) throw new UsageError(`${what} is missing`);
  if (second !== undefined) throw new UsageError(`${JSON.stringify(second)} is one operand too many`);
  return first;
}

/**
 * The JSON of an option, or of the file behind an `@` in it.
 * @throws UsageError if it is none
 */
export async function jsonOption(name: string, text: string | undefined): Promise<unknown> {
  if (text === undefined) return undefined;
  const json = text.startsWith("@") ? await readText(text.slice(1)) : text;
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new UsageError(`--${name} is no JSON: ${(error as Error).message}`);
  }
}

/**
 * The whole number of an option.
 * @throws UsageError if it is none from 1 on
 */
export function countOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 0x7fff_ffff) {
    throw new UsageError(`--${name} has to be a whole number from 1 on, not ${JSON.stringify(text)}`);
  }
  return count;
}

/** The parts of options that may be given several times, and hold several with commas between them. */
export function listOption(given: readonly string[] | undefined): string[] {
  return (given ?? []).flatMap((text) => text.split(",")).map((part) => part.trim()).filter((part) => part !== "");
}
