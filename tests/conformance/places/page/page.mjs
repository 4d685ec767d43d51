import { answer } from "../answer.mjs";

let worker;

globalThis.places = {
  page: answer,
  worker(request) {
    worker ??= new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message || "the Web Worker could not be started"));
      worker.postMessage(request);
    });
  },
};
