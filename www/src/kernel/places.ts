// The two places a handler can run in, made when first used.

import { API_BASE } from "../samples/handlers.ts";
import { createHost } from "./host.ts";
import type { Place } from "./protocol.ts";
import { WorkerPlace } from "./worker-place.ts";

export type PlaceName = "page" | "worker";

let page: Promise<Place> | undefined;
let worker: Place | undefined;

/** The place of that name. */
export async function placeOf(name: PlaceName): Promise<Place> {
  if (name === "worker") return (worker ??= new WorkerPlace(API_BASE));
  page ??= createHost(API_BASE).catch((error: unknown) => {
    page = undefined;
    throw error;
  });
  return page;
}
