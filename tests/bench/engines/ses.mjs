// SES in a process of its own: its lockdown changes the objects of the language for everything else in the process. What it needs is
// measured over there, while this process waits.

import { fork } from "node:child_process";
import { once } from "node:events";

/** Starts the process. */
export async function openSes() {
  const process = fork(new URL("ses-process.mjs", import.meta.url));
  await once(process, "message");
  const ask = async (question) => {
    process.send(question);
    const [{ error, ...answer }] = await once(process, "message");
    if (error) throw new Error(`SES: ${error}`);
    return answer;
  };
  return {
    /** What `batch` in race.mjs answers for other engines: a function `(times) => { ms, outcome }`. */
    async prepareBatch(job) {
      const { id } = await ask({ job });
      return (times) => ask({ id, times });
    },
    close: () => void process.disconnect(),
  };
}
