import { perform } from "../perform-storage.mjs";

onmessage = async ({ data }) => postMessage(await perform(...data));
