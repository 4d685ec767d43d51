import { openWorkerd } from "./places.mjs";
import { hostile } from "./suite.mjs";

hostile("workerd", openWorkerd);
