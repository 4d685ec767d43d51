// Node, in this very process.

import { performCase, performComparison } from "../perform.mjs";
import { steps } from "../travels.mjs";

export async function openNode(server, executor) {
  return {
    runCase: (subject, name) => performCase(subject, name, { place: "node", server, executor }),
    runComparison: performComparison,
    runStep: (step, given, executor) => steps[step](given, executor),
    async stop() {},
  };
}
