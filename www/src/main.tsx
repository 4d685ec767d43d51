import { render } from "preact";
import { followAudit } from "./model/audit.ts";
import { followText } from "./model/findings.ts";
import { followSource } from "./model/inspection.ts";
import { followAddress } from "./model/link.ts";
import { followDocument } from "./model/live.ts";
import { findServers } from "./model/servers.ts";
import { App } from "./ui/app.tsx";

await followAddress();
followSource();
followText();
followDocument();
followAudit();
findServers();
render(<App />, document.getElementById("app") as HTMLElement);
