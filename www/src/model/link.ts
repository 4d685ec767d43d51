// The address of the page as its document: which view is open, and what is edited in it. A panel is #panel=<sample>,
// #server=<sample> for the one of the server, or #nxml=<a document, packed>; a handler #sample=<sample> or #handler=<a workspace, packed>.

import { effect, signal } from "@preact/signals";
import { panelServer } from "../kernel/panel-places.ts";
import { HANDLER_SAMPLES } from "../samples/handlers.ts";
import { PANEL_SAMPLES } from "../samples/panels.ts";
import {
  modified as panelModified,
  openDocument,
  openPanelSample,
  panelDocument,
  panelSample,
  sampleOf,
  type PanelDocument,
} from "./document.ts";
import { panelPlace } from "./panel-place.ts";
import { isObject, pack, unpack } from "./packed.ts";
import { MOST, modified, open, openSample, sample, workspace, type Workspace } from "./workspace.ts";

export type View = "panels" | "handlers";

/** Milliseconds without a change before the address follows. */
const PAUSE_MS = 300;

export const view = signal<View>("panels");

/** The hash that was last written or opened: another one means that the visitor went elsewhere. */
let known = "";

/** Opens what the address names, else the first sample; keeps the address true from then on. */
export async function followAddress(): Promise<void> {
  openPanelSample(PANEL_SAMPLES[0]);
  openSample(HANDLER_SAMPLES[0]);
  await openAddress();
  addEventListener("hashchange", () => location.hash !== known && void openAddress());
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    // Read here so that the effect depends on them.
    void [view.value, workspace.value, modified.value, sample.value, panelDocument.value, panelPlace.value];
    clearTimeout(timer);
    timer = setTimeout(() => void updateAddress(), PAUSE_MS);
  });
}

/** The link to the page as it stands. */
export async function currentLink(): Promise<string> {
  await updateAddress();
  return location.href;
}

/** Goes to another view or sample, so that the browser's Back leads back to what was edited. */
export async function go(move: () => void): Promise<void> {
  await updateAddress();
  history.pushState(null, "", location.href);
  move();
  await updateAddress();
}

async function updateAddress(): Promise<void> {
  const hash = view.value === "panels" ? await panelHash() : await handlerHash();
  // replaceState, because typing is not navigation.
  if (hash === undefined || hash === location.hash) return;
  known = hash;
  history.replaceState(null, "", hash);
}

async function panelHash(): Promise<string> {
  if (panelPlace.value === "server") return `#server=${panelSample.value?.id}`;
  return panelModified.value ? `#nxml=${await pack(panelDocument.value)}` : `#panel=${panelSample.value?.id}`;
}

async function handlerHash(): Promise<string | undefined> {
  const now = workspace.value;
  if (!now) return undefined;
  return modified.value ? `#handler=${await pack(now)}` : `#sample=${sample.value?.id}`;
}

async function openAddress(): Promise<void> {
  const [, kind = "panel", value = ""] = /^#(panel|server|nxml|sample|handler)=(.+)$/.exec(location.hash) ?? [];
  known = location.hash;
  if (kind === "panel" || kind === "server" || kind === "nxml") {
    view.value = "panels";
    // Back from the other view: nothing has to be opened again.
    if (location.hash === (await panelHash())) return;
    const found = kind === "nxml" ? checkDocument(await unpack(value)) : undefined;
    const named = found ? undefined : sampleOf(value);
    panelPlace.value = kind === "server" && panelServer && named?.served.length ? "server" : "worker";
    if (found) openDocument(found);
    else openPanelSample(named ?? PANEL_SAMPLES[0]);
  } else {
    view.value = "handlers";
    if (location.hash === (await handlerHash())) return;
    const found = kind === "handler" ? checkWorkspace(await unpack(value)) : undefined;
    if (found) {
      sample.value = undefined;
      open(found);
    } else {
      openSample(HANDLER_SAMPLES.find((entry) => kind === "sample" && entry.id === value) ?? HANDLER_SAMPLES[0]);
    }
  }
}

/** A link is anybody's words: only what has the shape of a document is opened. */
function checkDocument(value: unknown): PanelDocument | undefined {
  if (!isObject(value)) return undefined;
  const { nxml, refused, sample } = value;
  if (typeof nxml !== "string" || !Array.isArray(refused)) return undefined;
  if (!refused.every((token): token is string => typeof token === "string")) return undefined;
  return { nxml, refused, ...(typeof sample === "string" && { sample }) };
}

function checkWorkspace(value: unknown): Workspace | undefined {
  const isCount = (item: unknown): item is number => typeof item === "number" && item >= 1 && Number.isSafeInteger(item);
  if (!isObject(value)) return undefined;
  const { source, state, args, capabilities, limits } = value;
  if (typeof source !== "string" || !isObject(state) || !isObject(args) || !isObject(limits)) return undefined;
  const { timeoutMs, fuel } = limits;
  if (!isCount(timeoutMs) || !isCount(fuel) || !Array.isArray(capabilities)) return undefined;
  const tokens = capabilities.map((entry: unknown) =>
    isObject(entry) && typeof entry["token"] === "string" && typeof entry["enabled"] === "boolean"
      ? { token: entry["token"], enabled: entry["enabled"] }
      : undefined,
  );
  if (!tokens.every((entry) => entry !== undefined)) return undefined;
  return {
    source,
    state,
    args,
    capabilities: tokens,
    limits: { timeoutMs: Math.min(timeoutMs, MOST.timeoutMs), fuel: Math.min(fuel, MOST.fuel) },
  };
}
