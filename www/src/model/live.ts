// The live panel: made of the document when it is valid, made again when it changes, followed while it lives.

import { batch, effect, signal } from "@preact/signals";
import type { PanelStatus } from "nexus-kernel";
import { keptState } from "../kernel/declared-states.ts";
import { panelHostOf, panelServer, type PanelPlace } from "../kernel/panel-places.ts";
import type { PanelHost, PanelNews, PanelSource, PanelStart, Refusal } from "../kernel/panel-protocol.ts";
import { activity, linesOf, tell } from "./activity.ts";
import { changedPaths, pathKey } from "./changed-paths.ts";
import { nxml, opened, panelSample, refused, role } from "./document.ts";
import { findings, type Findings } from "./findings.ts";
import { view } from "./link.ts";
import { panelPlace } from "./panel-place.ts";
import { panelServerStatus } from "./servers.ts";

export interface LivePanel {
  readonly id: string;
  readonly place: PanelPlace;
  readonly home: PanelSource;
  /** The kernel that it is in, if that is one of this page. */
  readonly host?: PanelHost;
  /** The document that it is made of, which may have been edited since. */
  readonly source: string;
  readonly start: PanelStart;
  readonly status: PanelStatus;
  readonly version: number;
  readonly state: Readonly<Record<string, unknown>>;
  readonly computed: Readonly<Record<string, unknown>>;
  /** What the last patch changed: paths, as keys of {@link pathKey}. */
  readonly changed: ReadonlySet<string>;
}

/** Milliseconds that news of a panel is gathered: one picture for all of it. */
const GATHER_MS = 30;

/** The panel on show; the last one that could be made while the document is not valid. */
export const live = signal<LivePanel | undefined>(undefined);
/** Why the document as it stands makes no panel although nothing is wrong with it. */
export const refusal = signal<Refusal | undefined>(undefined);
/** Counts the wishes to begin anew. */
const restarts = signal(0);

/** Makes the panel anew, as its document has it. */
export function restart(): void {
  restarts.value++;
}

/** Names of panels that were used in this visit. */
const used = new Map<string, number>();

function freeId(wanted: string): string {
  const count = (used.get(wanted) ?? 0) + 1;
  used.set(wanted, count);
  return count === 1 ? wanted : `${wanted}.${count}`;
}

interface Wish {
  readonly source: string;
  readonly id: string;
  readonly place: PanelPlace;
  readonly refused: readonly string[];
  readonly sample?: { readonly id: string; readonly index: number };
  /** Panels with the same epoch hand their state on. */
  readonly epoch: string;
}

/** Keeps `live` true to the document while panels are on show. */
export function followDocument(): void {
  let latest: Wish | undefined;
  let making = false;
  let shown: Wish | undefined;
  const make = async (): Promise<void> => {
    if (making) return;
    making = true;
    try {
      for (let wish = latest; wish && wish !== shown; wish = latest) {
        const before = shown?.epoch === wish.epoch ? shown : undefined;
        shown = wish;
        try {
          await makePanel(wish, before);
        } catch (error) {
          const { code = "INTERNAL_ERROR", message } = error as Error & { code?: string };
          refusal.value = { code, message, diagnostics: [] };
        }
      }
    } finally {
      making = false;
    }
  };
  // A link may lead to a server that is not there: the document is as good here.
  effect(() => {
    if (panelServerStatus.value === "missing" && panelPlace.value === "server") panelPlace.value = "worker";
  });
  // What was live belongs to another document.
  effect(() => {
    void opened.value;
    const old = live.peek();
    if (!old) return;
    void old.home.close(old.id);
    batch(() => {
      live.value = undefined;
      refusal.value = undefined;
    });
  });
  effect(() => {
    const found = findings.value;
    const sample = panelSample.value;
    const wanted = {
      place: panelPlace.value,
      refused: refused.value,
      ...(sample && { sample: { id: sample.id, index: role.value } }),
      epoch: `${opened.value} ${restarts.value} ${role.value}`,
    };
    if (view.value !== "panels") return;
    const wish = wanted.place === "server" ? servedWish(wanted) : found && ownWish(wanted, found);
    if (!wish) return;
    if (latest && JSON.stringify(latest) === JSON.stringify(wish)) return;
    latest = wish;
    void make();
  });
}

/** The document's panel, if it can be one. */
function ownWish(wanted: Omit<Wish, "source" | "id">, found: Findings): Wish | undefined {
  if (found.source !== nxml.peek() || found.diagnostics.some(({ severity }) => severity === "error")) return undefined;
  return { ...wanted, source: found.source, id: found.id ?? "panel" };
}

/** The sample's panel on the server: as the sample is, whatever was edited here. */
function servedWish(wanted: Omit<Wish, "source" | "id">): Wish | undefined {
  const sample = panelSample.value;
  const id = sample?.served[wanted.sample?.index ?? 0];
  return sample && id !== undefined ? { ...wanted, refused: [], source: sample.nxml, id } : undefined;
}

async function makePanel(wish: Wish, before: Wish | undefined): Promise<void> {
  const host = wish.place === "server" ? undefined : await panelHostOf(wish.place);
  const home = host ?? panelServer;
  if (!home) return;
  const old = live.value;
  const state = before && old ? keptState(before.source, wish.source, old.state) : {};
  const id = host ? freeId(wish.id) : wish.id;
  const show = (start: PanelStart) =>
    batch(() => {
      if (!before) activity.value = [];
      const names = Object.keys(state).join(", ");
      const label = host ? (before ? "made anew" : "made") : "joined";
      tell([{ kind: "panel", label, text: names ? `${id}, with ${names} as they were` : id }]);
      const { status, state: values, computed, version } = start;
      const about = { id, place: wish.place, home, ...(host && { host }), source: wish.source, start };
      live.value = { ...about, status, version, state: values, computed, changed: new Set() };
      refusal.value = undefined;
    });
  const listen = gather((news) => {
    const first = news[0];
    if (first?.kind === "start") show(first.start);
    if (live.value?.id !== id || live.value.home !== home) return;
    batch(() => {
      tell(news.flatMap(linesOf));
      live.value = news.reduce(after, live.value as LivePanel);
    });
  });
  const { source, refused, sample } = wish;
  const problem = await home.open({ nxml: source, id, state, refused, ...(sample && { sample }) }, listen);
  if (problem) refusal.value = problem;
  // Only now, so that something is on show meanwhile.
  else if (old && (old.id !== id || old.home !== home)) void old.home.close(old.id);
}

/** The panel after a piece of news. */
function after(panel: LivePanel, news: PanelNews): LivePanel {
  if (news.kind === "status") return { ...panel, status: news.status };
  if (news.kind !== "patch") return panel;
  const { version, mutations, computed } = news.patch;
  const state = { ...panel.state };
  const changed = new Set<string>();
  for (const { key, value, operation } of mutations) {
    if (operation === "delete") delete state[key];
    else state[key] = value;
    changedPaths(panel.state[key], state[key], [key], changed);
  }
  for (const name of Object.keys(computed)) changed.add(pathKey([name]));
  return { ...panel, version, state, computed: { ...panel.computed, ...computed }, changed };
}

/** Calls `listen` with the news of some milliseconds at once; the first at once. */
function gather(listen: (news: readonly PanelNews[]) => void): (news: PanelNews) => void {
  let gathered: PanelNews[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (news) => {
    if (news.kind === "start") return listen([news]);
    gathered.push(news);
    timer ??= setTimeout(() => {
      timer = undefined;
      const all = gathered;
      gathered = [];
      listen(all);
    }, GATHER_MS);
  };
}
