// Starts the Worker in workerd as `wrangler dev` does, on a free port of this machine.

import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

// Read when wrangler is loaded: everything stays on this machine.
Object.assign(process.env, { WRANGLER_SEND_METRICS: "false", DO_NOT_TRACK: "1", CI: "true", CLOUDFLARE_CF_FETCH_ENABLED: "false" });
const { unstable_startWorker } = await import("wrangler");

/**
 * @param {{ variables?: Record<string, string>, folder?: string }} options variables and secrets; where what is stored outlives the Worker
 * @returns {Promise<{ url: string, stop(): Promise<void> }>}
 */
export async function startWorker({ variables = {}, folder } = {}) {
  const port = await freePort();
  const text = (value) => ({ type: "plain_text", value });
  const worker = await unstable_startWorker({
    config: fileURLToPath(new URL("../wrangler.jsonc", import.meta.url)),
    // The port of .dev.vars is another.
    envFiles: [],
    bindings: {
      ALLOWED_DOMAINS: text(`127.0.0.1:${port}`),
      ALLOW_PRIVATE_NETWORKS: text("true"),
      ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, text(value)])),
    },
    dev: {
      server: { hostname: "127.0.0.1", port },
      inspector: false,
      persist: folder ?? false,
      watch: false,
      logLevel: "error",
    },
  });
  await worker.ready;
  return { url: `http://127.0.0.1:${port}`, stop: () => worker.dispose() };
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
