import { openNode } from "./places/node.mjs";
import { conformance } from "./suite.mjs";

conformance("node", openNode);
