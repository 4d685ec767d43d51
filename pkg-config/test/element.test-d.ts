// What the types of the element promise. Checked by `npm run check`; nothing here runs.

import { NexusPanelElement, connectPanel, type ConnectionStatus, type PanelConnection } from "nexus-kernel/element";
import type { NexusError, Panel, RunResult, ViewCommand } from "nexus-kernel";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(is: Same<A, B>): void;
declare const panel: Panel;

const element = document.createElement("nexus-panel");
same<typeof element, NexusPanelElement>(true);
element.panel = panel;
element.port = new MessageChannel().port1;
element.src = "https://example.com/panels/todo";
element.token = async () => "token";
element.panel = undefined;
same<typeof element.connection, PanelConnection | undefined>(true);
same<typeof element.status, ConnectionStatus | undefined>(true);
// @ts-expect-error the element says how it is connected
element.connection = undefined;

element.addEventListener("nexus-event", ({ detail }) => {
  same<typeof detail.name, string>(true);
  same<typeof detail.payload, unknown>(true);
});
element.addEventListener("nexus-result", ({ detail }) => same<typeof detail.result, RunResult>(true));
element.addEventListener("nexus-error", ({ detail }) => same<typeof detail, NexusError>(true));
element.addEventListener("nexus-command", ({ detail }) => same<typeof detail, ViewCommand>(true));
element.addEventListener("click", (event) => event.preventDefault());

NexusPanelElement.define("ratings", "Stars", "my-stars", { methods: ["reset"] });
// @ts-expect-error a tag is a text
NexusPanelElement.define("ratings", "Stars", 1);

const connection = connectPanel(panel, { topics: ["state", "view"] });
connectPanel((wish) => new WebSocket("ws://localhost/", [...wish.protocols]));
// @ts-expect-error no such topic
connectPanel(panel, { topics: ["everything"] });
const off = connection.on("patch", ({ version, mutations }) => {
  same<typeof version, number>(true);
  same<(typeof mutations)[number]["operation"], "set" | "delete">(true);
});
same<typeof off, () => void>(true);
// @ts-expect-error no such event
connection.on("nothing", () => {});
const result = await connection.trigger<number>("add", { by: 1 }, { scope: {}, onProgress: ({ suspensions }) => suspensions[0]?.method });
if (result.status === "success") same<typeof result.returnValue, number | undefined>(true);
same<Awaited<ReturnType<typeof connection.set>>, number>(true);
