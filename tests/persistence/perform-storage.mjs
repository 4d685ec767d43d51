// What every place does with the extension `storage`: one kernel, a few runs.

import { createKernel, storageExtension } from "nexus-kernel";

/**
 * Runs each source once, one after the other, in a kernel of its own.
 * @returns what each came to: its value, or its error's message
 */
export async function perform(sources, options) {
  const kernel = await createKernel({ extensions: [storageExtension(options)] });
  const outcomes = [];
  for (const source of sources) {
    const { returnValue, error } = await kernel.run(source, { capabilities: ["ext:storage"] });
    outcomes.push(error ? error.message : (returnValue ?? null));
  }
  await kernel.close();
  return outcomes;
}
