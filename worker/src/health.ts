// GET /health

import { version } from "nexus-kernel/package.json";
import { ANY_ORIGIN } from "./http.ts";
import { kernelOf, type Environment } from "./kernel.ts";

/** `{status: "ok", version, ...stats}`; makes the kernel if there is none yet, so that "ok" means that it runs. */
export async function answerHealth(_request: Request, environment: Environment): Promise<Response> {
  const kernel = await kernelOf(environment);
  return Response.json({ status: "ok", version, ...kernel.stats() }, { headers: ANY_ORIGIN });
}
