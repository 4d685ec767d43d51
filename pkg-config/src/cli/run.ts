// `run`: one run of a panel's tool, or of a handler.

import { createKernel, httpExtension, storageExtension } from "../entry/node.js";
import { NexusError } from "../errors.js";
import type { Kernel, RunResult } from "../types.js";
import { commandLine, countOption, jsonOption, listOption } from "./command-line.js";
import type { Command } from "./commands.js";
import type { Console } from "./console.js";
import { counted, diagnosticText } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { readSource, writeText, type Source } from "./input.js";
import { printable, shown } from "./printable.js";
import { recordText } from "./record-file.js";
import { UsageError } from "./usage-error.js";

export const run: Command = {
  summary: "runs a tool of a panel, or a handler",
  help: `Usage: nexus-kernel run [options] <panel.nxml> [tool]
       nexus-kernel run [options] <handler.js>

Makes a panel of the document, runs the tool (without a name, the only one there is), and prints what came of it: the value that it
returned, the changes of the state, events, log lines and commands to the view. - is standard input. Handlers can call the extensions http
and storage, which forgets everything at the end. Ends with 1 if the document is not valid or the run failed.

  --args <json>             arguments: an object by name, an array by position
  --state <json>            first values of states, in place of the document's
  --scope <json>            $scope, an object
  --capabilities <tokens>   what a handler in a .js file may do; tokens with commas between them
  --allow-host <hosts>      hosts that the extension http may ask: name, *.name or name:port, with commas between them;
                            without, none
  --allow-private           lets --allow-host name hosts that are not public, such as localhost
  --timeout <ms>            milliseconds of computing, and of each call of an extension
  --record <file>           leaves the record of the run there, for nexus-kernel replay
  --audit <file>            leaves the audit log there, for nexus-kernel verify
  --json

In place of JSON, @file names a file that holds it; @- is standard input.`,

  async main(args, out) {
    const { values, positionals } = commandLine(args, {
      args: { type: "string" },
      state: { type: "string" },
      scope: { type: "string" },
      capabilities: { type: "string", multiple: true },
      "allow-host": { type: "string", multiple: true },
      "allow-private": { type: "boolean" },
      timeout: { type: "string" },
      record: { type: "string" },
      audit: { type: "string" },
    });
    const [file, tool, ...others] = positionals;
    if (file === undefined) throw new UsageError("a file is missing");
    if (others.length > 0) throw new UsageError(`${JSON.stringify(others[0])} is one operand too many`);
    const timeout = countOption("timeout", values.timeout);
    const given = {
      args: await jsonOption("args", values.args),
      state: objectOf("state", await jsonOption("state", values.state)),
      scope: objectOf("scope", await jsonOption("scope", values.scope)),
      capabilities: listOption(values.capabilities),
    };
    const source = await readSource(file);
    if (source.kind === "handler" && tool !== undefined) throw new UsageError(`${file} is a handler; it has no tools`);
    if (source.kind === "document" && given.capabilities.length > 0) {
      throw new UsageError("--capabilities is for handlers in .js files; documents declare their own");
    }
    const http = httpExtension({
      allowedDomains: listOption(values["allow-host"]),
      allowPrivateNetworks: values["allow-private"] ?? false,
    });
    const limits = timeout === undefined ? {} : { timeoutMs: timeout, suspensionTimeoutMs: Math.min(timeout, 60_000) };
    // What is stored is forgotten with the process.
    const kernel = await createKernel({ limits, extensions: [http, storageExtension({ backend: "memory" })] });
    try {
      const ran = source.kind === "document" ? await runTool(kernel, source, tool, given) : await runHandler(kernel, source, given);
      if (values.record !== undefined && ran.result.record) await writeText(values.record, recordText(ran.result.record));
      report(out, source, ran);
      return ran.result.status === "success" ? EXIT.fine : EXIT.found;
    } catch (error) {
      if (!(error instanceof NexusError) || !error.diagnostics) throw error;
      const { code, message, diagnostics } = error;
      out.result({ error: { code, message }, diagnostics }, "");
      for (const one of diagnostics) out.note(diagnosticText(out, source.name, source.text, one, "stderr"));
      out.note(counted(diagnostics));
      return EXIT.found;
    } finally {
      await kernel.close();
      if (values.audit !== undefined) await writeText(values.audit, kernel.audit.export());
    }
  },
};

interface Given {
  readonly args: unknown;
  readonly state: object | undefined;
  readonly scope: object | undefined;
  readonly capabilities: readonly string[];
}

/** A run, and the state that it left. */
interface Ran {
  readonly result: RunResult;
  readonly state?: Readonly<Record<string, unknown>>;
  readonly computed?: Readonly<Record<string, unknown>>;
  /** Present if the panel's `mount` failed before. */
  readonly mountFailed?: true;
}

async function runTool(kernel: Kernel, source: Source, tool: string | undefined, { args, state, scope }: Given): Promise<Ran> {
  if (args !== undefined && (typeof args !== "object" || args === null)) {
    throw new UsageError("--args has to be an object or an array");
  }
  const panel = await kernel.panels.create(source.text, { state });
  const mountFailed = panel.status === "error";
  const names = panel.description.tools.map(({ name }) => name);
  const [first] = names;
  if (tool === undefined && (first === undefined || names.length > 1)) {
    throw new UsageError(first === undefined ? "the panel has no tools" : `the panel has several tools, name one: ${names.join(", ")}`);
  }
  const result = await panel.trigger(tool ?? (first as string), args as object | undefined, { scope });
  return { result, state: panel.state, computed: panel.computed, ...(mountFailed && { mountFailed }) };
}

async function runHandler(kernel: Kernel, source: Source, { args, state, scope, capabilities }: Given): Promise<Ran> {
  return { result: await kernel.run(source.text, { state, args, scope, capabilities }) };
}

/** Prints what came of a run. */
function report(out: Console, source: Source, { result, ...after }: Ran): void {
  const part = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : [out.style("bold", title), ...lines.map(indented)]);
  const changes = result.stateMutations.map(({ key, value, operation }) =>
    operation === "delete" ? `delete ${printable(key)}` : `${printable(key)} = ${shown(value)}`,
  );
  const commands = result.viewCommands.map(({ type, componentId, args }) => `${type} ${printable(componentId ?? "")} ${shown(args)}`);
  const text = [
    ...("returnValue" in result ? part("returned", [shown(result.returnValue)]) : []),
    ...part("state", changes),
    ...part("events", result.events.map(({ name, payload }) => `${printable(name)} ${shown(payload)}`)),
    ...part("view", commands),
    ...part("log", result.logs.map(({ level, message }) => `${level} ${printable(message)}`)),
  ];
  out.result({ ...result, ...after }, text.join("\n"));
  if (after.mountFailed) out.note(`${out.style("yellow", "warning", "stderr")}: the panel's mount failed before`);
  if (result.error) {
    const { code, message, location } = result.error;
    out.note(diagnosticText(out, source.name, source.text, { code, severity: "error", message, location }, "stderr"));
  }
}

const indented = (text: string) => text.replace(/^/gm, "  ");

function objectOf(name: string, value: unknown): object | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new UsageError(`--${name} has to be an object`);
  return value;
}
