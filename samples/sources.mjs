// What the samples ask, as a function from requests to answers: for servers.mjs, for a page, for a Worker.

import { json, text, wait } from "./sources/answer.mjs";
import { feeds } from "./sources/feeds.mjs";
import { logs } from "./sources/logs.mjs";
import { metrics } from "./sources/metrics.mjs";
import { weather } from "./sources/weather.mjs";

/** Pages of any origin may read: nothing here depends on who asks. */
const ANY_ORIGIN = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-allow-headers": "*",
};
/** What a source in trouble answers. */
const TROUBLES = {
  error: () => json({ message: "out of order" }, 503),
  garbage: () => text('{"this is": <neither> JSON nor', "application/json"),
  noise: () => text("<rss><channel><item><title>It breaks off he", "text/xml"),
  slow: (signal) => wait(3_600_000, signal),
};

/**
 * Makes the sources.
 *
 * @param {object} [options]
 * @param {number} [options.seed] the same seed gives the same data at the same times
 * @param {() => number} [options.now] milliseconds since the epoch
 * @returns {{
 *   fetch(request: Request): Promise<Response>,
 *   trouble(path: string, kind?: "error" | "garbage" | "noise" | "slow"): void,
 * }} `trouble` lets whatever begins with `path` fail, until it is called without a `kind`
 */
export function createSources({ seed = 1, now = Date.now } = {}) {
  const options = { seed, now };
  const routes = { ...weather(options), ...feeds(options), ...logs(options), ...metrics(options) };
  const troubles = new Map();

  function routeOf(pathname) {
    return routes[pathname] ?? routes[pathname.replace(/\/[^/]+$/, "/*")];
  }

  async function answer({ method, url: address, signal }) {
    const url = new URL(address);
    if (method === "OPTIONS") return new Response(null, { status: 204 });
    const route = routeOf(url.pathname);
    if (!route) return json({ message: "there is nothing here" }, 404);
    if (method !== "GET" && method !== "HEAD") return json({ message: "these are only read" }, 405);
    for (const [path, kind] of troubles) if (url.pathname.startsWith(path)) return TROUBLES[kind](signal);
    return route({ url, signal });
  }

  return {
    async fetch(request) {
      const response = await answer(request);
      for (const [name, value] of Object.entries(ANY_ORIGIN)) response.headers.set(name, value);
      return response;
    },
    trouble(path, kind) {
      if (kind) troubles.set(path, kind);
      else troubles.delete(path);
    },
  };
}
