import { performCase } from "../perform.mjs";

let worker;

globalThis.places = {
  page: performCase,
  worker(kind, name) {
    worker ??= new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message || "the Web Worker could not be started"));
      worker.postMessage([kind, name]);
    });
  },
};
