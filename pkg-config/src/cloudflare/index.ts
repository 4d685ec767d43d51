// `nexus-kernel/worker`: panels on Cloudflare Workers.

export { PanelsObject } from "./panels-object.js";
export type { ObjectContext } from "./panels-object.js";
export type { ObjectStorage } from "./stored-panels.js";

/** What is needed of the binding of a Durable Object class. */
export interface PanelsNamespace {
  idFromName(name: string): unknown;
  get(id: any): { fetch(request: Request): Promise<Response> };
}

/** Has a request answered by the one object that holds the panels. */
export function fetchPanels(request: Request, namespace: PanelsNamespace): Promise<Response> {
  return namespace.get(namespace.idFromName("panels")).fetch(request);
}
