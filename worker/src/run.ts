// POST /run and GET /run

import { ANY_ORIGIN, HttpError, readJson } from "./http.ts";
import { LIMITS, kernelOf, type Environment } from "./kernel.ts";
import { runHandler, type Context } from "./run-handler.ts";

/** Bytes of a body: a source of 1 MiB, the most the kernel takes, and 64 KiB for everything else. */
const MAX_BODY_BYTES = (1 << 20) + (64 << 10);

type Data = Record<string, unknown>;

interface RunRequest {
  source: string;
  options: { state?: Data; args?: Data; scope?: Data; capabilities?: string[]; limits?: Record<string, number> };
}

/** Runs the handler of the body. Whatever the handler does wrong is a result with status `error`, answered with 200. */
export async function answerRun(request: Request, environment: Environment, context: Context): Promise<Response> {
  const { source, options } = check(await readJson(request, MAX_BODY_BYTES));
  return Response.json(await runHandler(environment, context, source, options), { headers: ANY_ORIGIN });
}

/** The numbers of this isolate's kernel. */
export async function answerNumbers(_request: Request, environment: Environment, _context: Context): Promise<Response> {
  return Response.json((await kernelOf(environment)).stats(), { headers: ANY_ORIGIN });
}

function check(body: unknown): RunRequest {
  if (!isObject(body)) throw unusable("the body must be an object");
  const { source, ...options } = body;
  if (typeof source !== "string") throw unusable("source must be a string", "source");
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (!rule) throw unusable(`there is no field ${JSON.stringify(name)}`, name);
    const problem = rule(value);
    if (problem) throw unusable(`${name} ${problem}`, name);
  }
  return { source, options };
}

/** Each optional field with what can be wrong about it; what it says beyond that the kernel itself checks. */
const RULES: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  state: mustBeObject,
  args: mustBeObject,
  scope: mustBeObject,
  capabilities: (value) =>
    Array.isArray(value) && value.every((token) => typeof token === "string") ? undefined : "must be an array of strings",
  limits: (value) => {
    if (!isObject(value)) return "must be an object";
    for (const [name, ceiling] of Object.entries(LIMITS)) {
      const wanted = value[name];
      if (typeof wanted === "number" && wanted > ceiling) return `may not raise ${name} above ${ceiling}`;
    }
    return undefined;
  },
};

function mustBeObject(value: unknown): string | undefined {
  return isObject(value) ? undefined : "must be an object";
}

function isObject(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unusable(message: string, field?: string): HttpError {
  return new HttpError(400, "INVALID_ARGUMENT", message, field === undefined ? {} : { details: { field } });
}
