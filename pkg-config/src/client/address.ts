import { invalidArgument } from "../errors.js";
import type { Topic } from "./messages.js";
import type { Seen } from "./types.js";

/** A panel's own address (`https://host/panels/todo`), from that or the one of its socket. */
export function panelAddress(address: string | URL): URL {
  let url: URL;
  try {
    url = new URL(address, globalThis.document?.baseURI);
  } catch {
    throw invalidArgument(`${JSON.stringify(String(address))} is no address`);
  }
  const scheme = { "ws:": "http:", "wss:": "https:" }[url.protocol];
  if (scheme) url = new URL(scheme + url.href.slice(url.protocol.length));
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalidArgument(`the address of a panel begins with http, https, ws or wss, not with ${url.protocol}`);
  }
  url.hash = "";
  url.pathname = url.pathname.replace(/\/ws\/?$|\/$/, "");
  return url;
}

/** The address of its socket. */
export function socketAddress(panel: URL, topics: readonly Topic[], seen: Seen | undefined): string {
  const url = new URL(panel);
  url.protocol = panel.protocol === "https:" ? "wss:" : "ws:";
  url.pathname += "/ws";
  url.searchParams.set("topics", topics.join(","));
  if (seen) {
    url.searchParams.set("since", String(seen.since));
    if (seen.instance !== undefined) url.searchParams.set("instance", seen.instance);
  }
  return url.href;
}
