// Node, in this very process.

import { performCase, performComparison } from "../perform.mjs";

export async function openNode(server, executor) {
  return {
    runCase: (subject, name) => performCase(subject, name, { place: "node", server, executor }),
    runComparison: performComparison,
    async stop() {},
  };
}
