// The corpus as tests, in one place.

import { after, before, describe, test } from "node:test";
import { classes } from "./cases/index.mjs";

/** Longer than any case takes on a machine that is busy with other things. */
const PATIENCE = { timeout: 120_000 };

/**
 * Declares a test for each case.
 * @param label names the place in the tests' names
 * @param open opens the place
 */
export function hostile(label, open) {
  describe(label, { concurrency: false }, () => {
    let place;
    before(async () => {
      place = await open();
    }, PATIENCE);
    after(() => place?.stop());
    for (const [kind, cases] of Object.entries(classes)) {
      for (const { name } of cases) {
        test(`${label}: ${kind}: ${name}`, PATIENCE, async () => {
          const failure = await place.runCase(kind, name);
          // As text: the stack is of the place where it ran.
          if (failure !== null) throw Object.assign(new Error(failure.split("\n")[0]), { stack: failure });
        });
      }
    }
  });
}
