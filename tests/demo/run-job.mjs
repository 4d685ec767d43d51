// How a page, a Web Worker and Node run the job: as any embedder would.

import { createKernel, httpExtension } from "nexus-kernel";

/** @param job `{ source, state, args, capabilities, host }`; `host` is the one host that the handler may ask */
export async function runJob({ source, host, ...options }) {
  const kernel = await createKernel({ extensions: [httpExtension({ allowedDomains: [host], allowPrivateNetworks: true })] });
  try {
    return await kernel.run(source, options);
  } finally {
    await kernel.close();
  }
}
