import { render } from "preact";
import { followSource } from "./model/inspection.ts";
import { followAddress } from "./model/link.ts";
import { App } from "./ui/app.tsx";

await followAddress();
followSource();
render(<App />, document.getElementById("app") as HTMLElement);
