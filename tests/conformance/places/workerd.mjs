// workerd, from a bundle that wrangler makes without any setting.

import { fileURLToPath } from "node:url";
import { startWorkerd } from "../../support/workerd.mjs";

export async function openWorkerd(server) {
  const worker = await startWorkerd({ entrypoint: fileURLToPath(new URL("workerd-worker.mjs", import.meta.url)) });
  const ask = async (request) => {
    const response = await fetch(worker.url, { method: "POST", body: JSON.stringify(request) });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    runCase: (subject, name) => ask({ subject, name, surroundings: { place: "workerd", server } }),
    runComparison: (comparison, executor) => ask({ comparison, executor }),
    runStep: (step, given, executor) => ask({ step, given, executor }),
    stop: () => worker.stop(),
  };
}
