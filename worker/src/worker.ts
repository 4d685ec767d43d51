// The Worker: finds the route of a request and turns every failure into the one error body.

import { fetchPanels } from "nexus-kernel/worker";
import { failureOf } from "./failure.ts";
import { HttpError, preflight } from "./http.ts";
import type { Environment } from "./kernel.ts";
import { answerNumbers, answerRun } from "./run.ts";
import type { Context } from "./run-handler.ts";
import { answerSample } from "./sample.ts";
import { answerNews, answerWeather } from "./sample-data.ts";

export { Panels } from "./panels.ts";

type Handler = (request: Request, environment: Environment, context: Context) => Response | Promise<Response>;

interface Route {
  readonly summary: string;
  readonly methods: readonly string[];
  readonly answer: Handler;
}

const ROUTES: Readonly<Record<string, Route>> = {
  "/": { summary: "this list", methods: ["GET"], answer: answerIndex },
  "/run": {
    summary: "runs {source, state?, args?, scope?, capabilities?, limits?} and answers the result; GET: the numbers of the kernel that does",
    methods: ["GET", "POST"],
    answer: (request, ...rest) => (request.method === "POST" ? answerRun(request, ...rest) : answerNumbers(request, ...rest)),
  },
  "/sample": { summary: "runs the sample handler and answers the result", methods: ["GET", "POST"], answer: answerSample },
  "/sample/weather": { summary: "the weather of ?city=", methods: ["GET"], answer: answerWeather },
  "/sample/news": { summary: "a few headlines", methods: ["GET"], answer: answerNews },
};

/** What the kernel with the panels answers, whose methods and errors are its own. */
const OF_PANELS = /^\/(?:health|metrics|openapi\.json|panels(?:\/.*)?)$/;

function answerIndex(): Response {
  const own = Object.entries(ROUTES).map(([path, { methods, summary }]) => ({ path, methods, summary }));
  const panels = { path: "/panels", methods: ["GET", "POST"], summary: "the panels; GET /openapi.json tells all of their API" };
  const health = { path: "/health", methods: ["GET"], summary: "whether the kernel with the panels is well" };
  const routes = [...own, panels, health];
  return Response.json({ name: "nexus-kernel", routes });
}

async function answer(request: Request, environment: Environment, context: Context): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (OF_PANELS.test(pathname)) return fetchPanels(request, environment.PANELS);
  const route = Object.hasOwn(ROUTES, pathname) ? ROUTES[pathname] : undefined;
  if (!route) throw new HttpError(404, "NOT_FOUND", `there is no ${pathname} here; GET / lists what there is`);
  if (request.method === "OPTIONS") return preflight(route.methods);
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (!route.methods.includes(method)) {
    throw new HttpError(405, "METHOD_NOT_ALLOWED", `${pathname} takes ${route.methods.join(" and ")}`, {
      headers: { allow: route.methods.join(", ") },
    });
  }
  const response = await route.answer(request, environment, context);
  return request.method === "HEAD" ? new Response(null, response) : response;
}

export default {
  /** Answers one request; never throws. */
  async fetch(request: Request, environment: Environment, context: Context): Promise<Response> {
    try {
      return await answer(request, environment, context);
    } catch (error) {
      return failureOf(error).response();
    }
  },
};
