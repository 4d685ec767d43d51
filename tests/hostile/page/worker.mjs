import { performCase } from "../perform.mjs";

addEventListener("message", async ({ data }) => postMessage(await performCase(...data)));
