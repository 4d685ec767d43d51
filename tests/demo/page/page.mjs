import { runJob } from "../run-job.mjs";

globalThis.places = {
  page: runJob,
  worker(job) {
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.result));
      worker.onerror = (event) => reject(new Error(event.message || "the Web Worker could not be started"));
      worker.postMessage(job);
    }).finally(() => worker.terminate());
  },
};
