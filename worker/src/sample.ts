// GET or POST /sample

import { ANY_ORIGIN } from "./http.ts";
import type { Environment } from "./kernel.ts";
import { runHandler, type Context } from "./run-handler.ts";
import source from "./sample.handler.js";

/** What the sample handler may do, and no more. */
const CAPABILITIES = [
  "state:read:visits",
  "state:write:visits",
  "state:write:report",
  "ext:http.get",
  "events:emit:report-ready",
  "events:emit:toast",
  "view:update:report",
];

/** Runs the sample handler: state, two HTTP calls at once, an event, view commands, a log. Answers the whole result. */
export async function answerSample(request: Request, environment: Environment, context: Context): Promise<Response> {
  const { origin, searchParams } = new URL(request.url);
  const result = await runHandler(environment, context, source, {
    state: { visits: 0 },
    // The handler calls this Worker itself; ALLOWED_DOMAINS decides whether it may, whatever Host the caller sent.
    args: { api: origin, city: searchParams.get("city") ?? "Oslo" },
    capabilities: CAPABILITIES,
  });
  return Response.json(result, { headers: ANY_ORIGIN });
}
