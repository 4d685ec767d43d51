// The panels of the samples on a server of this machine, for the workspace and whoever else comes:
// `node tests/demo/serve-samples.mjs <port> <origin of their sources>`.

import * as nexus from "nexus-kernel";
import { serve } from "nexus-kernel/serve";
import { openSamplePanels } from "./sample-panels.mjs";

const [port, origin] = process.argv.slice(2);
const kernel = await openSamplePanels(nexus, origin);
const { url, close } = await serve(kernel, { port: Number(port) });
console.log(`${kernel.panels.list().length} panels at ${url}/panels`);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await close();
    await kernel.close();
    process.exit(0);
  });
}
