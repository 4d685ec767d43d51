#!/usr/bin/env node
// `npx nexus-kernel <command>`.

import { Console } from "./console.js";
import { COMMANDS, GENERAL_HELP } from "./commands.js";
import { EXIT } from "./exit.js";
import { UsageError } from "./usage-error.js";
import { version } from "./version.js";

const given = process.argv.slice(2);
// It may stand before the command too.
const first = given.findIndex((argument) => argument !== "--json");
const name = given[first];
const rest = given.filter((_, index) => index !== first);
// Whoever reads may have enough before all is written: `nexus-kernel check … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
// Not `process.exit`: what was printed has to get through a pipe first.
process.exitCode = await main(name, rest);

async function main(name: string | undefined, rest: string[]): Promise<number> {
  const out = new Console(rest.includes("--json"));
  try {
    if (name === undefined) throw new UsageError(`a command is missing\n\n${GENERAL_HELP}`);
    if (name === "--help" || name === "-h" || name === "help") {
      out.result({ help: GENERAL_HELP }, GENERAL_HELP);
      return EXIT.fine;
    }
    if (name === "--version" || name === "-v") {
      out.result({ version: version() }, version());
      return EXIT.fine;
    }
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new UsageError(`there is no command ${JSON.stringify(name)}; there are ${Object.keys(COMMANDS).join(", ")}`);
    if (rest.includes("--help") || rest.includes("-h")) {
      out.result({ help: command.help }, command.help);
      return EXIT.fine;
    }
    return await command.main(rest, out);
  } catch (error) {
    return out.failure(error);
  }
}
