// `replay`: a recorded run once more.

import { createKernel } from "../entry/node.js";
import { commandLine, only } from "./command-line.js";
import type { Command } from "./commands.js";
import { EXIT } from "./exit.js";
import { readText } from "./input.js";
import { printable, shown } from "./printable.js";
import { parseRecord } from "./record-file.js";

export const replay: Command = {
  summary: "replays a run that `run --record` recorded",
  help: `Usage: nexus-kernel replay [--json] <record>

Runs the recorded run once more, with everything from outside taken from the record, and compares what it does.
Ends with 1 if it does anything else than then, and tells where.`,

  async main(args, out) {
    const file = only(commandLine(args, {}).positionals, "a record");
    const record = parseRecord(file, await readText(file));
    const kernel = await createKernel();
    try {
      const replayed = await kernel.replay(record);
      if (replayed.status === "same") {
        const { result } = replayed;
        const outcome = result.status === "success" ? "success" : `error ${result.error.code}`;
        const steps = record.steps.length;
        out.result(replayed, `same: ${steps} segment${steps === 1 ? "" : "s"}, ${outcome}`);
        return EXIT.fine;
      }
      const { message, step, path, expected, found, answered } = replayed.divergence;
      const calls = answered.map((call) => `${call.extensionName}.${call.method}`).join(", ");
      const lines = [
        `diverged: ${printable(message)}`,
        `  segment   ${step + 1} of ${record.steps.length}${calls && `, after ${printable(calls)} answered`}`,
        `  at        ${printable(path)}`,
        `  expected  ${expected === undefined ? "nothing" : shown(expected)}`,
        `  found     ${found === undefined ? "nothing" : shown(found)}`,
      ];
      out.result(replayed, lines.join("\n"));
      return EXIT.found;
    } finally {
      await kernel.close();
    }
  },
};
