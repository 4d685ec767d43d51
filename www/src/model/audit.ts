// The audit log of the kernel that the panel is in, with what of it is looked at.

import { computed, effect, signal } from "@preact/signals";
import type { AuditEntry } from "nexus-kernel";
import { panelHostOf } from "../kernel/panel-places.ts";
import type { AuditCheck } from "../kernel/panel-protocol.ts";
import type { PlaceName } from "../kernel/places.ts";
import { live } from "./live.ts";

/** Entries that the page keeps; the kernel keeps more. */
const MOST = 4_000;
/** Milliseconds without a new entry before the chain is checked. */
const PAUSE_MS = 400;

const logs = { page: signal<readonly AuditEntry[]>([]), worker: signal<readonly AuditEntry[]>([]) } as const;
/** The kernel of this page that the panel is in, if it is in one. */
export const ownPlace = computed(() => (live.value?.host ? (live.value.place as PlaceName) : undefined));
const followed = new Set<PlaceName>();

/** Every entry of the kernel, oldest first. */
export const entries = computed(() => (ownPlace.value ? logs[ownPlace.value].value : []));

export interface AuditFilter {
  readonly action: string;
  readonly outcome: string;
  readonly panel: string;
  readonly text: string;
}

/** Empty: all. */
export const NO_FILTER: AuditFilter = { action: "", outcome: "", panel: "", text: "" };
export const filter = signal<AuditFilter>(NO_FILTER);

/** What the filter lets through, newest first. */
export const shown = computed(() => {
  const { action, outcome, panel, text } = filter.value;
  const wanted = text.trim().toLowerCase();
  return entries.value
    .filter(
      (entry) =>
        (!action || entry.action === action) &&
        (!outcome || entry.outcome.status === outcome) &&
        (!panel || panelOf(entry) === panel) &&
        (!wanted || wordsOf(entry).includes(wanted)),
    )
    .toReversed();
});

/** The values that each filter can take. */
export const choices = computed(() => ({
  action: [...new Set(entries.value.map((entry) => entry.action))].sort(),
  panel: [...new Set(entries.value.map(panelOf))].filter((name) => name !== ""),
}));

function panelOf(entry: AuditEntry): string {
  return entry.panel ?? "";
}

function wordsOf({ sequence, panel, handler, action, target, outcome, arguments: given }: AuditEntry): string {
  return [`#${sequence}`, panel, handler, action, target, given, ...Object.values(outcome)].join(" ").toLowerCase();
}

export interface Checked extends AuditCheck {
  /** Whether it was a copy that this page had changed. */
  readonly tampered: boolean;
}

/** What came of the last check of the chain. */
export const checked = signal<Checked | undefined>(undefined);

/** Keeps the log true, and its check. */
export function followAudit(): void {
  effect(() => {
    const place = ownPlace.value;
    if (!place || followed.has(place)) return;
    followed.add(place);
    void panelHostOf(place).then((host) =>
      host.audit((more) => {
        logs[place].value = [...logs[place].value, ...more].slice(-MOST);
      }),
    );
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    if (entries.value.length === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => void checkChain(), PAUSE_MS);
  });
}

/** Checks the chain of the whole log. */
export async function checkChain(): Promise<void> {
  const host = live.value?.host;
  if (host) checked.value = { ...(await host.verify()), tampered: false };
}

/** Changes one word in a copy of the log and checks that: what anybody who alters a log is up against. */
export async function checkTampered(): Promise<void> {
  const host = live.value?.host;
  if (!host) return;
  const lines = (await host.exportAudit()).trimEnd().split("\n");
  const middle = Math.floor(lines.length / 2);
  lines[middle] = (lines[middle] ?? "").replace(/"target":"[^"]*"/, '"target":"nothing"');
  checked.value = { ...(await host.verify(lines.join("\n"))), tampered: true };
}
