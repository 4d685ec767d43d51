import { openChromium } from "./places/chromium.mjs";
import { conformance } from "./suite.mjs";

conformance("chromium page", (server) => openChromium("page", server));
conformance("chromium worker", (server) => openChromium("worker", server));
