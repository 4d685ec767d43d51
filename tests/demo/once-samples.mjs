// The second half of `cargo xtask demo --once`: the panels of the samples on a server, each used over HTTP and watched over a
// WebSocket by somebody else.

import { once } from "node:events";
import * as nexus from "nexus-kernel";
import { serve } from "nexus-kernel/serve";
import { WebSocket } from "ws";
import { start as startSources } from "../../samples/servers.mjs";
import { openSamplePanels } from "./sample-panels.mjs";

/** [panel, tool, its arguments, whether the watcher has seen what has to come of it]. */
const STEPS = [
  ["todo", "add", { title: "Buy stamps" }, ({ state }) => state.todos.at(-1).title === "Buy stamps"],
  ["weather", "lookUp", { city: "Lisbon" }, ({ state }) => Number.isFinite(state.fjord.celsius) && Number.isFinite(state.almanac.celsius)],
  ["logs", "show", { level: "error" }, ({ state, computed }) => state.level === "error" && computed.shown > 0 && computed.shown < computed.kept],
  ["dashboard", "span", { minutes: 5 }, ({ state }) => state.minutes === 5 && state.points.length > 60],
  ["expenses-ann", "decide", { claim: "c5", approve: true }, ({ toasts }) => toasts.some((text) => text.startsWith("PERMISSION_DENIED"))],
  ["expenses-bo", "decide", { claim: "c6", approve: true }, ({ state }) => state.claims.find(({ id }) => id === "c6").status === "approved"],
  ["feeds", "load", {}, ({ state, computed }) => state.items.length > 10 && computed.unread > 0],
];
/** Milliseconds until something should have been seen. */
const PATIENCE_MS = 10_000;

/** Somebody who looks at a panel and holds what they were told. */
class Watcher {
  state = {};
  computed = {};
  toasts = [];
  patches = 0;
  #socket;

  static async of(url, id) {
    const watcher = new Watcher();
    const socket = new WebSocket(`${url.replace("http", "ws")}/panels/${id}/ws`);
    watcher.#socket = socket;
    const connected = new Promise((resolve) => {
      socket.on("message", (text) => {
        const message = JSON.parse(text);
        watcher.#hear(message);
        if (message.type === "CONNECTED") resolve();
      });
    });
    await Promise.race([connected, once(socket, "close").then(() => Promise.reject(new Error(`${id} closed the WebSocket`)))]);
    return watcher;
  }

  #hear({ type, state, computed, mutations, event }) {
    if (type === "CONNECTED") Object.assign(this, { state, computed });
    if (type === "PATCH") {
      this.patches++;
      for (const { key, value, operation } of mutations) {
        if (operation === "set") this.state[key] = value;
        else delete this.state[key];
      }
      Object.assign(this.computed, computed);
    }
    if (type === "EVENT" && event.name === "toast") this.toasts.push(event.payload.message);
  }

  close() {
    this.#socket.close();
  }
}

async function until(holds) {
  const end = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

async function take(url, [id, tool, args, holds]) {
  const watcher = await Watcher.of(url, id);
  try {
    // What its `mount` asked for has come.
    await until(() => id.startsWith("todo") || watcher.state.claims?.length > 0 || !id.startsWith("expenses"));
    const response = await fetch(`${url}/panels/${id}/trigger/${tool}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(args),
    });
    const result = await response.json();
    const seen = response.ok && result.status === "success" && (await until(() => holds(watcher)));
    const said = watcher.toasts.map((text) => `, “${text}”`).join("");
    const outcome = result.status ?? result.error?.code;
    console.log(`  ${id.padEnd(13)} ${tool}(${JSON.stringify(args)}): ${outcome}; the watcher had ${watcher.patches} patches${said}`);
    if (!seen) console.log(`  WRONG         ${id} did not come to what it should: ${JSON.stringify(result.error ?? "")}`);
    return seen;
  } finally {
    watcher.close();
  }
}

/** Uses each sample once. @returns whether all came of it that should */
export async function runSamples() {
  const sources = await startSources();
  const kernel = await openSamplePanels(nexus, sources.origin);
  const server = await serve(kernel, { port: 0 });
  let isGood = true;
  try {
    console.log(`\nThe samples, served by Node: used over HTTP, watched over WebSocket`);
    for (const step of STEPS) isGood = (await take(server.url, step)) && isGood;
    const { valid, entries } = nexus.verifyAudit(kernel.audit.export());
    console.log(`  audit log     ${entries} entries, the chain ${valid ? "holds" : "is broken"}`);
    isGood &&= valid;
  } finally {
    await server.close();
    await kernel.close();
    await sources.close();
  }
  return isGood;
}
