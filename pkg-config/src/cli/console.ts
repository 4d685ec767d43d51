// Where commands print: results on standard output, errors on standard error; with `--json` one document on standard output.

import { NexusError } from "../errors.js";
import { EXIT } from "./exit.js";
import { printable } from "./printable.js";
import { UsageError } from "./usage-error.js";

export type Style = "red" | "yellow" | "green" | "bold" | "dim";

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  bold: [1, 22],
  dim: [2, 22],
};

/** Codes that say that the command line was wrong, and not what it was about. */
const USAGE_CODES: readonly string[] = ["INVALID_ARGUMENT", "INVALID_CAPABILITY", "TOOL_NOT_FOUND"];

export class Console {
  constructor(readonly isJson: boolean) {}

  /** Prints the result of a command: `data` as JSON, or `text`. Called once. */
  result(data: unknown, text: string): void {
    process.stdout.write(this.isJson ? `${JSON.stringify(data, undefined, 2)}\n` : text === "" ? "" : `${text}\n`);
  }

  /** Prints a text for people beside the result. */
  note(text: string): void {
    if (!this.isJson) process.stderr.write(`${text}\n`);
  }

  /** Colours a text for a stream, if that is a terminal and nobody minds. */
  style(style: Style, text: string, stream: "stdout" | "stderr" = "stdout"): string {
    if (!process[stream].isTTY || process.env.NO_COLOR) return text;
    const [on, off] = CODES[style];
    return `\x1b[${on}m${text}\x1b[${off}m`;
  }

  /** Prints why a command could not do its work; answers the exit code. */
  failure(error: unknown): number {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof NexusError ? error.code : error instanceof UsageError ? "INVALID_ARGUMENT" : "INTERNAL_ERROR";
    const context = error instanceof NexusError && error.context !== undefined ? { context: error.context } : {};
    if (this.isJson) this.result({ error: { code, message, ...context } }, "");
    const label = error instanceof UsageError ? "error" : `error ${code}`;
    this.note(`${this.style("red", label, "stderr")}: ${printable(message)}`);
    if (code === "INTERNAL_ERROR" && error instanceof Error) this.note(error.stack ?? "");
    return USAGE_CODES.includes(code) ? EXIT.usage : EXIT.found;
  }
}
