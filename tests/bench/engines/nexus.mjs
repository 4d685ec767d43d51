// This kernel, as the package is installed: fuel, limits and records as they are by default.

import { createKernel } from "nexus-kernel";
import { EXTENSIONS, FUNCTIONS } from "./host.mjs";

const CAPABILITIES = ["state:read:*", "state:write:*", "events:emit:*", "ext:*", "host:*"];

/** Opens a kernel. */
export async function openNexus() {
  const kernel = await createKernel({
    extensions: Object.entries(EXTENSIONS).map(([name, methods]) => ({
      name,
      methods: Object.keys(methods),
      call: (method, args) => methods[method](...args),
    })),
  });
  for (const [name, call] of Object.entries(FUNCTIONS)) kernel.hostFunctions.register({ name, call: (args) => call(...args) });

  return {
    /** A function that runs the job once. */
    async prepare({ source, state, args, limits }, { record } = {}) {
      return async () => {
        const result = await kernel.run(source, { state, args, limits, record, capabilities: CAPABILITIES });
        if (result.status !== "success") throw new Error(`${result.error.code}: ${result.error.message}`);
        const { returnValue, stateMutations, events, logs } = result;
        return { returnValue, stateMutations, events, logs };
      };
    },
    close: () => kernel.close(),
  };
}
