// The address of the page as its document: #sample=<id>, or #handler=<the workspace, deflated, in base64url>.

import { effect } from "@preact/signals";
import { SAMPLES } from "../samples/samples.ts";
import { MOST, modified, open, openSample, sample, workspace, type Workspace } from "./workspace.ts";

/** Characters of a hash that are still read: beyond it a link is broken or means harm. */
const LONGEST = 200_000;
/** Bytes that a hash may inflate to. */
const LARGEST = 2 << 20;
/** Milliseconds without a change before the address follows. */
const PAUSE_MS = 300;

/** Opens what the address names, else the first sample; keeps the address true from then on. */
export async function followAddress(): Promise<void> {
  await openAddress();
  addEventListener("hashchange", () => void openAddress());
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    // Read here so that the effect depends on them.
    void [workspace.value, modified.value, sample.value];
    clearTimeout(timer);
    timer = setTimeout(() => void updateAddress(), PAUSE_MS);
  });
}

/** The link to the page as it stands. */
export async function currentLink(): Promise<string> {
  await updateAddress();
  return location.href;
}

async function updateAddress(): Promise<void> {
  const now = workspace.value;
  if (!now) return;
  const hash = modified.value ? `#handler=${await encode(now)}` : `#sample=${sample.value?.id}`;
  // replaceState, because typing is not navigation.
  if (hash !== location.hash) history.replaceState(null, "", hash);
}

async function openAddress(): Promise<void> {
  const [, kind, value] = /^#(sample|handler)=(.+)$/.exec(location.hash) ?? [];
  if (kind === "handler" && value && value.length <= LONGEST) {
    const decoded = await decode(value).catch(() => undefined);
    if (decoded) {
      sample.value = undefined;
      open(decoded);
      return;
    }
  }
  openSample(SAMPLES.find((entry) => kind === "sample" && entry.id === value) ?? SAMPLES[0]);
}

async function encode(value: Workspace): Promise<string> {
  const bytes = await pipe(new TextEncoder().encode(JSON.stringify(value)), new CompressionStream("deflate-raw"));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function decode(text: string): Promise<Workspace | undefined> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const json = await pipe(bytes, new DecompressionStream("deflate-raw"));
  return check(JSON.parse(new TextDecoder().decode(json)));
}

async function pipe(bytes: Uint8Array<ArrayBuffer>, through: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(through).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength;
    if (size > LARGEST) throw new RangeError("the link holds too much");
    chunks.push(part.value);
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** A link is anybody's words: only what has the shape of a workspace is opened. */
function check(value: unknown): Workspace | undefined {
  const isObject = (item: unknown): item is Record<string, unknown> =>
    typeof item === "object" && item !== null && !Array.isArray(item);
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
