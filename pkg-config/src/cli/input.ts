// Files that commands read and write.

import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { UsageError } from "./usage-error.js";

/** What a file is called that is standard input. */
const STANDARD_INPUT = "-";

/** A text and the name that it goes by. */
export interface Source {
  readonly name: string;
  readonly text: string;
  /** A document, or the code of one handler. */
  readonly kind: "document" | "handler";
}

let standardInput: Promise<string> | undefined;

/**
 * The text of a file, or of standard input for `-`.
 * @throws UsageError if it cannot be read
 */
export async function readText(path: string): Promise<string> {
  try {
    // It can be read only once.
    if (path === STANDARD_INPUT) return await (standardInput ??= text(process.stdin));
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/**
 * A document or a handler: what the name does not tell, the first character does.
 * @throws UsageError if it cannot be read
 */
export async function readSource(path: string): Promise<Source> {
  const text = await readText(path);
  const isHandler = /\.[cm]?js$/.test(path) || (!/\.(nxml|xml)$/.test(path) && !/^\ufeff?\s*</.test(text));
  return { name: path === STANDARD_INPUT ? "<stdin>" : path, text, kind: isHandler ? "handler" : "document" };
}

/**
 * Writes a file.
 * @throws UsageError if it cannot be written
 */
export async function writeText(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${(error as Error).message}`);
  }
}
