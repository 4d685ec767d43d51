// A Worker in workerd, bundled and started by the wrangler of `worker/` as `wrangler dev` does, on a port that the system chose.

import { createRequire } from "node:module";
import { createServer } from "node:net";
import { pathToFileURL } from "node:url";

// Read when wrangler is loaded: everything stays on this machine.
Object.assign(process.env, { WRANGLER_SEND_METRICS: "false", DO_NOT_TRACK: "1", CI: "true", CLOUDFLARE_CF_FETCH_ENABLED: "false" });

/**
 * @param {{ config?: string, entrypoint?: string, bindings?: Record<string, string> }} options a wrangler.jsonc, or the file of a Worker
 * without one; bindings are text
 * @returns {Promise<{ url: string, version: string, stop(): Promise<void> }>} the version is workerd's
 */
export async function startWorkerd({ config, entrypoint, bindings = {} }) {
  const require = createRequire(new URL("../../worker/package.json", import.meta.url));
  const { unstable_startWorker } = await import(pathToFileURL(require.resolve("wrangler")).href);
  const port = await freePort();
  const worker = await unstable_startWorker({
    ...(config ? { config } : { name: "tests", entrypoint, compatibilityDate: "2026-04-01" }),
    envFiles: [],
    bindings: Object.fromEntries(Object.entries(bindings).map(([name, value]) => [name, { type: "plain_text", value }])),
    dev: { server: { hostname: "127.0.0.1", port }, inspector: false, persist: false, watch: false, logLevel: "error" },
  });
  await worker.ready;
  const { version } = require("workerd/package.json");
  return { url: `http://127.0.0.1:${port}`, version, stop: () => withoutItsOwnRemains(() => worker.dispose()) };
}

/** Wrangler removes files of its own that it still watches, and when it looks at that moment it prints in red that they are missing. */
async function withoutItsOwnRemains(end) {
  const { error } = console;
  console.error = (...said) => String(said[0]).includes(".wrangler/tmp/") || error.apply(console, said);
  try {
    await end();
  } finally {
    console.error = error;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
