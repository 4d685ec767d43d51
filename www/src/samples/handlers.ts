// The handlers that the playground opens with.

import type { Workspace } from "../model/workspace.ts";
import counter from "./handlers/counter.handler.js?raw";
import denied from "./handlers/denied.handler.js?raw";
import http from "./handlers/http.handler.js?raw";
import runaway from "./handlers/runaway.handler.js?raw";

export interface HandlerSample extends Workspace {
  /** Its name in a link. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in a few words. */
  readonly shows: string;
}

/** Origin of the endpoints that the HTTP sample calls. */
export const API_BASE = import.meta.env.VITE_API_BASE.replace(/\/+$/, "");

const DEFAULT_LIMITS = { timeoutMs: 5_000, fuel: 1_000_000_000 };

const all = (...tokens: string[]) => tokens.map((token) => ({ token, enabled: true }));

export const HANDLER_SAMPLES: readonly [HandlerSample, ...HandlerSample[]] = [
  {
    id: "counter",
    title: "Counter",
    shows: "State, events and the view",
    source: counter.trimEnd(),
    state: { count: 4, history: [2, 3, 4] },
    args: { step: 1 },
    capabilities: all(
      "state:read:count",
      "state:write:count",
      "state:read:history",
      "state:write:history",
      "events:emit:*",
      "view:update:total",
    ),
    limits: DEFAULT_LIMITS,
  },
  {
    id: "http",
    title: "Two requests at once",
    shows: "Calls that wait side by side",
    source: http.trimEnd(),
    state: { weather: null, headlines: [] },
    args: { api: API_BASE, city: "Oslo" },
    capabilities: all(
      "ext:http.get",
      "state:write:weather",
      "state:write:headlines",
      "events:emit:toast",
      "view:update:report",
    ),
    limits: DEFAULT_LIMITS,
  },
  {
    id: "denied",
    title: "Denied",
    shows: "Permissions refused and caught",
    source: denied.trimEnd(),
    state: { profile: { name: "Ada" }, password: "correct horse" },
    args: {},
    capabilities: all("state:read:profile", "state:read:greeting", "state:write:greeting"),
    limits: DEFAULT_LIMITS,
  },
  {
    id: "runaway",
    title: "Runaway loop",
    shows: "A stop that nothing can catch",
    source: runaway.trimEnd(),
    state: { started: false },
    args: {},
    capabilities: all("state:write:started"),
    limits: { timeoutMs: 1_000, fuel: 50_000_000 },
  },
];
