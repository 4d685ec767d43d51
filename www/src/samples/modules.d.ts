// Types of what the repository's samples folder has: JavaScript, because it runs without a build.

declare module "*/samples/samples.mjs" {
  import type { CreatePanelOptions } from "nexus-kernel";
  export interface Sample {
    readonly id: string;
    readonly title: string;
    readonly blurb: string;
    readonly nxml: string;
    readonly extensions: readonly ("http" | "storage")[];
    readonly panels: (origin: string) => readonly { readonly label: string; readonly options: CreatePanelOptions & { readonly id: string } }[];
  }
  export const samples: readonly Sample[];
  export const STORAGE_NAMESPACE: string;
}

declare module "*/samples/expenses/people.mjs" {
  import type { Kernel } from "nexus-kernel";
  export function fill(kernel: Kernel, now?: number): Promise<void>;
}

declare module "*/samples/sources.mjs" {
  export function createSources(): { fetch(request: Request): Promise<Response> };
}
