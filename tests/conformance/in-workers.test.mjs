// Every case with the executor "worker", where Workers can wait for the thread that they serve.

import { openChromium } from "./places/chromium.mjs";
import { openNode } from "./places/node.mjs";
import { conformance } from "./suite.mjs";

conformance("node, in Workers", (server) => openNode(server, "worker"));
conformance("isolated chromium page, in Workers", (server) => openChromium("page", server, { executor: "worker", isolated: true }));
