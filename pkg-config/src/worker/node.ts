// A Worker thread of Node's.

import { parentPort } from "node:worker_threads";
import { serve } from "../worker-side.js";

parentPort?.on("message", serve((message) => parentPort?.postMessage(message)));
