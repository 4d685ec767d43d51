// The four places, each opened when its turn comes: `{ label, run(job), stop() }`.

import { fileURLToPath } from "node:url";
import { openBuiltPage } from "../support/chromium.mjs";
import { startWorkerd } from "../support/workerd.mjs";
import { runJob } from "./run-job.mjs";

async function openNode() {
  return { label: `Node ${process.versions.node}`, run: runJob, async stop() {} };
}

async function openChromium(place, name) {
  const { page, version, stop } = await openBuiltPage(fileURLToPath(new URL("page", import.meta.url)));
  return {
    label: `Chromium ${version}, ${name}`,
    run: (job) => page.evaluate(([place, job]) => globalThis.places[place](job), [place, job]),
    stop,
  };
}

/** The Worker of this repository, whose kernel and whose route run the job. */
async function openWorkerd({ host }) {
  const config = fileURLToPath(new URL("../../worker/wrangler.jsonc", import.meta.url));
  const { url, version, stop } = await startWorkerd({ config, bindings: { ALLOWED_DOMAINS: host, ALLOW_PRIVATE_NETWORKS: "true" } });
  return {
    label: `Cloudflare Worker, workerd ${version}`,
    async run({ source, state, args, capabilities }) {
      const body = JSON.stringify({ source, state, args, capabilities });
      const response = await fetch(`${url}/run`, { method: "POST", headers: { "content-type": "application/json" }, body });
      const answer = await response.json();
      if (!response.ok) throw new Error(`POST /run answered ${response.status}: ${JSON.stringify(answer)}`);
      return answer;
    },
    stop,
  };
}

/** By name. Each takes the endpoints. */
export const PLACES = {
  node: openNode,
  page: () => openChromium("page", "page"),
  worker: () => openChromium("worker", "Web Worker"),
  workerd: openWorkerd,
};
