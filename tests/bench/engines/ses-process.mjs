// A process for SES: runs jobs and measures them.

import { batch } from "../measure.mjs";
import { run } from "./ses-compartment.mjs";

const batches = [];

process.on("message", async ({ job, id, times }) => {
  try {
    process.send(job ? { id: batches.push(batch(() => run(job))) - 1 } : await batches[id](times));
  } catch (error) {
    // Lockdown hides stacks.
    process.send({ error: String(error) });
  }
});
process.send("ready");
