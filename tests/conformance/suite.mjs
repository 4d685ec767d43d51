// Every case as a test of its own, in one place.

import { after, before, describe, test } from "node:test";
import { startServer } from "../support/server.mjs";
import { subjects } from "./cases/index.mjs";

/** Longer than any case takes on a machine that is busy with other things. */
const PATIENCE = { timeout: 120_000 };

/**
 * Declares the tests.
 * @param label names the place in the tests' names
 * @param open opens the place, given the server's address: `{ runCase(subject, name), stop() }`
 */
export function conformance(label, open) {
  describe(label, { concurrency: false }, () => {
    let server;
    let place;
    before(async () => {
      server = await startServer();
      place = await open({ url: server.url, host: server.host });
    }, PATIENCE);
    after(async () => {
      await place?.stop();
      await server?.stop();
    });
    for (const [subject, cases] of Object.entries(subjects)) {
      for (const name of Object.keys(cases)) {
        test(`${label}: ${subject}: ${name}`, PATIENCE, async () => {
          const failure = await place.runCase(subject, name);
          // As text: the stack is of the place where it ran.
          if (failure !== null) throw Object.assign(new Error(failure.split("\n")[0]), { stack: failure });
        });
      }
    }
  });
}
