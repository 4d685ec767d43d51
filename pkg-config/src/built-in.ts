// Extensions that are built into the kernel module: here they are no more than their options, checked early.

import type { glue, Surroundings } from "./binding.js";
import { invalidArgument } from "./errors.js";

/** An extension that is built into the kernel. */
export interface BuiltInExtension {
  readonly name: string;
  readonly methods: readonly string[];
}

type Register = (kernel: glue.Kernel, surroundings: Surroundings) => void;

/** How each is added to a kernel. */
const registrations = new WeakMap<object, Register>();

/** An extension that `register` adds to a kernel. */
export function builtIn(name: string, methods: readonly string[], register: Register): BuiltInExtension {
  const extension = Object.freeze({ name, methods: Object.freeze([...methods]) });
  registrations.set(extension, register);
  return extension;
}

/** How `extension` is added to a kernel, if it is built in. */
export function registrationOf(extension: unknown): Register | undefined {
  return typeof extension === "object" && extension !== null ? registrations.get(extension) : undefined;
}

/** What an option has to be, whether a value is, and whether it may be shown if it is not. */
export type Rule = readonly [expected: string, holds: (value: unknown) => boolean, secret?: "secret"];

// Timers and buffers take no more than 31 bits.
export const wholeFrom = (least: number, most = 0x7fff_ffff): Rule => [
  most === 0x7fff_ffff ? `a whole number from ${least} on` : `a whole number from ${least} to ${most}`,
  (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
];
export const FLAG: Rule = ["true or false", (value) => typeof value === "boolean"];
export const FUNCTION: Rule = ["a function", (value) => typeof value === "function"];
export const TEXT: Rule = ["text that is not empty", (value) => typeof value === "string" && value !== ""];
export const SECRET: Rule = [TEXT[0], TEXT[1], "secret"];

/**
 * The options given to `factory`, without those that are undefined.
 * @throws NexusError `INVALID_ARGUMENT` naming the option that does not exist, is missing or has no such value
 */
export function checked<Options extends object>(
  factory: string,
  given: unknown,
  rules: Readonly<Record<keyof Options & string, Rule>>,
  needed: readonly (keyof Options & string)[] = [],
): Options {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw invalidArgument(`the options of ${factory} have to be an object`);
  }
  const taken: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(rules, name)) {
      throw invalidArgument(`${factory} has no option ${JSON.stringify(name)}; it has ${Object.keys(rules).join(", ")}`);
    }
    if (value === undefined) continue;
    const [expected, holds, secret] = rules[name as keyof Options & string];
    if (!holds(value)) throw invalidArgument(`${factory}: ${name} has to be ${expected}${secret ? "" : `, not ${describe(value)}`}`);
    taken[name] = Array.isArray(value) ? [...value] : value;
  }
  const missing = needed.find((name) => taken[name] === undefined);
  if (missing) throw invalidArgument(`${factory} needs the option ${missing}`);
  return taken as Options;
}

function describe(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
