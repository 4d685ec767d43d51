// `serve`: panels, and whatever clients make, over HTTP and WebSocket.

import { once } from "node:events";
import { basename, extname } from "node:path";
import { loadConfig, type Config } from "../config.js";
import { createKernel, httpExtension, storageExtension } from "../entry/node.js";
import { NexusError } from "../errors.js";
import type { Panel } from "../panel-types.js";
import { serve as listen } from "../serve/index.js";
import { isLoopback } from "../serve/loopback.js";
import type { Kernel } from "../types.js";
import { commandLine, listOption } from "./command-line.js";
import type { Command } from "./commands.js";
import type { Console } from "./console.js";
import { counted, diagnosticText } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { readText } from "./input.js";
import { printable } from "./printable.js";
import { UsageError } from "./usage-error.js";

export const serve: Command = {
  summary: "serves panels over HTTP and WebSocket",
  help: `Usage: nexus-kernel serve [options] [panel.nxml]...

Serves the HTTP and WebSocket API, with a panel of each document; its name in addresses is the document's id, or else the file's name. - is
standard input. Handlers can call the extensions http and storage, which forgets everything at the end. Prints the address once it
listens. SIGINT or SIGTERM: requests under way end, for 10 s at most; a second one ends it at once. Ends with 1 if a document is not valid.

  --port <n>             default 3000; 0 takes one that is free
  --host <host>          default 127.0.0.1; others are reached by other machines, and need a secret, a key or --no-auth
  --config <file>        JSON; variables of the environment go before it, options before both
  --no-auth              serves everybody who can reach it, and asks for no token
  --allow-host <hosts>   hosts that the extension http may ask: name, *.name or name:port, with commas between them;
                         without, those of the configuration
  --allow-private        lets --allow-host name hosts that are not public, such as localhost
  --json`,

  async main(args, out) {
    const { values, positionals } = commandLine(args, {
      port: { type: "string" },
      host: { type: "string" },
      config: { type: "string" },
      "no-auth": { type: "boolean" },
      "allow-host": { type: "string", multiple: true },
      "allow-private": { type: "boolean" },
    });
    const port = portOption(values.port);
    const hosts = listOption(values["allow-host"]);
    const config = loadConfig({
      json: values.config === undefined ? undefined : await readText(values.config),
      env: process.env,
      overrides: {
        server: { host: values.host, authEnabled: values["no-auth"] ? false : undefined },
        extensions: { http: { allowedDomains: hosts.length > 0 ? hosts : undefined } },
      },
    });
    ensureGuarded(config);
    const documents = await Promise.all(positionals.map(async (name) => ({ name, text: await readText(name) })));

    const http = httpExtension({ ...config.extensions.http, allowPrivateNetworks: values["allow-private"] ?? false });
    // Standard output is for the result.
    const logger = { ...config.kernel.logger, write: (line: string) => void process.stderr.write(`${line}\n`) };
    // What is stored is forgotten with the process.
    const kernel = await createKernel({ ...config.kernel, logger, extensions: [http, storageExtension({ backend: "memory" })] });
    try {
      const panels = await createAll(kernel, documents, out);
      if (!panels) return EXIT.found;
      const server = await listen(kernel, { port: port ?? config.server.httpPort, host: config.server.host });
      try {
        // Whoever reads that it listens may end it at once.
        const interrupted = interrupt();
        report(out, server.url, panels);
        await interrupted;
        out.note("closing");
      } finally {
        await server.close();
      }
      return EXIT.fine;
    } finally {
      await kernel.close();
    }
  },
};

interface Document {
  readonly name: string;
  readonly text: string;
}

function portOption(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new UsageError(`--port has to be a whole number from 0 to 65535, not ${JSON.stringify(text)}`);
  }
  return Number(text);
}

/** The server would refuse as well, in words for those who program. */
function ensureGuarded({ server: { host }, kernel: { auth } }: Config): void {
  if (auth !== undefined || isLoopback(host)) return;
  throw new UsageError(
    `${host} can be reached from other machines, and nobody would be asked who they are: give JWT_SECRET or JWT_PUBLIC_KEY in the environment, ` +
      "or server.jwtSecret or server.jwtPublicKey in the file of --config; or --no-auth to serve everybody; or listen on 127.0.0.1",
  );
}

/** A panel of each document; if one is not valid none is served, and what is wrong is told for all. */
async function createAll(kernel: Kernel, documents: readonly Document[], out: Console): Promise<Panel[] | undefined> {
  const panels: Panel[] = [];
  const refused = [];
  for (const { name, text } of documents) {
    try {
      panels.push(await kernel.panels.create(text, { id: (await kernel.panels.inspect(text)).id ?? idOf(name) }));
    } catch (error) {
      if (!(error instanceof NexusError) || !error.diagnostics) throw error;
      const { code, message, diagnostics } = error;
      refused.push({ file: name, error: { code, message }, diagnostics });
      for (const one of diagnostics) out.note(diagnosticText(out, name, text, one, "stderr"));
    }
  }
  if (refused.length === 0) return panels;
  out.note(counted(refused.flatMap(({ diagnostics }) => diagnostics)));
  out.result({ files: refused }, "");
  return undefined;
}

/** The name of a file as that of a panel, if it leaves one. */
function idOf(file: string): string | undefined {
  const name = basename(file, extname(file)).replaceAll(/[^\w.:$-]+/g, "-").slice(0, 64);
  return /\w/.test(name) ? name : undefined;
}

function report(out: Console, url: string, panels: readonly Panel[]): void {
  const told = panels.map(({ id, title, status }) => ({ id, title, status, url: `${url}/panels/${encodeURIComponent(id)}` }));
  const lines = told.map(({ title, url }) => `  ${url}  ${printable(title)}`);
  out.result({ url, panels: told }, [`serving ${url}`, ...lines].join("\n"));
  for (const { id, status } of told) {
    if (status === "error") out.note(`${out.style("yellow", "warning", "stderr")}: the mount of ${printable(id)} failed`);
  }
}

/** Waits until the process is asked to end; asked once more it ends at once. */
async function interrupt(): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15]] as const) process.once(signal, () => process.exit(128 + number));
}
