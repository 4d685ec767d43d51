import { openChromium } from "./places.mjs";
import { hostile } from "./suite.mjs";

hostile("chromium page", () => openChromium("page"));
hostile("chromium worker", () => openChromium("worker"));
