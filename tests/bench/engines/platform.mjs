// The platform's own engine: it says what is right. It isolates nothing and is no contestant.

import { EXTENSIONS, FUNCTIONS } from "./host.mjs";
import { answer, input, wrap } from "./wrap.mjs";

/** The outcome of a job. */
export async function outcomeOf(job) {
  const handler = (0, eval)(wrap(job.source));
  return JSON.parse(await handler(input(job), (name, args) => answer(EXTENSIONS, name, args), FUNCTIONS));
}
