// This kernel, as the package is installed: fuel, limits and records as they are by default.

import { createKernel } from "nexus-kernel";
import { EXTENSIONS, FUNCTIONS } from "./host.mjs";

const CAPABILITIES = ["state:read:*", "state:write:*", "events:emit:*", "ext:*", "host:*"];

/** Opens a kernel, with options of `createKernel`. */
export async function openNexus(options) {
  const kernel = await createKernel({
    ...options,
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
    /** Starts the job and parks it at its first call. Answers the parked run. */
    async park({ source, state, args, limits }) {
      const { status, runId } = await kernel.execute(source, { state, args, limits, capabilities: CAPABILITIES });
      if (status !== "suspended") throw new Error(`the job is not suspended, but ${status}`);
      return kernel.park(runId);
    },
    close: () => kernel.close(),
  };
}
