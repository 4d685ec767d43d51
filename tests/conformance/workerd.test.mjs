import { openWorkerd } from "./places/workerd.mjs";
import { conformance } from "./suite.mjs";

conformance("workerd", openWorkerd);
