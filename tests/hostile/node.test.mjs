import { openNode } from "./places.mjs";
import { hostile } from "./suite.mjs";

hostile("node", openNode);
