// The Worker: finds the route of a request and turns every failure into the one error body.

import { failureOf } from "./failure.ts";
import { answerHealth } from "./health.ts";
import { HttpError, preflight } from "./http.ts";
import type { Environment } from "./kernel.ts";
import { answerRun } from "./run.ts";
import type { Context } from "./run-handler.ts";
import { answerSample } from "./sample.ts";
import { answerNews, answerWeather } from "./sample-data.ts";

type Handler = (request: Request, environment: Environment, context: Context) => Response | Promise<Response>;

interface Route {
  readonly summary: string;
  readonly methods: readonly string[];
  readonly answer: Handler;
}

const ROUTES: Readonly<Record<string, Route>> = {
  "/": { summary: "this list", methods: ["GET"], answer: answerIndex },
  "/health": { summary: "whether the kernel is well, with its numbers", methods: ["GET"], answer: answerHealth },
  "/run": {
    summary: "runs {source, state?, args?, scope?, capabilities?, limits?} and answers the result",
    methods: ["POST"],
    answer: answerRun,
  },
  "/sample": { summary: "runs the sample handler and answers the result", methods: ["GET", "POST"], answer: answerSample },
  "/sample/weather": { summary: "the weather of ?city=", methods: ["GET"], answer: answerWeather },
  "/sample/news": { summary: "a few headlines", methods: ["GET"], answer: answerNews },
};

function answerIndex(): Response {
  const routes = Object.entries(ROUTES).map(([path, { methods, summary }]) => ({ path, methods, summary }));
  return Response.json({ name: "nexus-kernel", routes });
}

async function answer(request: Request, environment: Environment, context: Context): Promise<Response> {
  const { pathname } = new URL(request.url);
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
