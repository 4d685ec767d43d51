// A Web Worker.

import { serve } from "../worker-side.js";

const answer = serve((message) => postMessage(message));
addEventListener("message", ({ data }) => void answer(data));
