// Node, in this very process.

import { performCase, performComparison } from "../perform.mjs";

export async function openNode(server) {
  return {
    runCase: (subject, name) => performCase(subject, name, { place: "node", server }),
    runComparison: performComparison,
    async stop() {},
  };
}
