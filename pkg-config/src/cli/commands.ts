// The commands by their names.

import type { Console } from "./console.js";
import { check } from "./check.js";
import { infer } from "./infer.js";
import { replay } from "./replay.js";
import { run } from "./run.js";
import { serve } from "./serve.js";
import { verify } from "./verify.js";

/** A command. */
export interface Command {
  /** What it does, in a line. */
  readonly summary: string;
  /** How it is called. */
  readonly help: string;
  /** Does it, and answers the exit code. */
  main(args: string[], out: Console): Promise<number>;
}

export const COMMANDS: Readonly<Record<string, Command>> = { serve, run, check, infer, replay, verify };

const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`);

export const GENERAL_HELP = `Usage: nexus-kernel <command> [options]

${lines.join("\n")}

  nexus-kernel <command> --help   tells the options of a command
  nexus-kernel --version          tells the version

Every command takes --json: one JSON document on standard output, whatever happens.
It ends with 0 if all is well, with 1 if what it looked at is not, with 2 if the command is wrong or a file cannot be read.`;
