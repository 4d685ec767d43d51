import { runJob } from "../run-job.mjs";

addEventListener("message", ({ data }) => {
  runJob(data).then(
    (result) => postMessage({ result }),
    (error) => postMessage({ error: String(error.stack) }),
  );
});
