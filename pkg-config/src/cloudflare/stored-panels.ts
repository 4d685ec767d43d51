// The panels of a Durable Object in its storage.

import { decode, encode } from "../entry/workerd.js";
import type { PanelDefinition } from "../panel-types.js";

/** What is needed of a Durable Object's storage. */
export interface ObjectStorage {
  put(entries: Record<string, unknown>): Promise<void>;
  delete(keys: string[]): Promise<unknown>;
  list(options: { readonly prefix: string }): Promise<Map<string, unknown>>;
}

/** What a panel is made of again. */
export interface StoredPanel {
  readonly id: string;
  readonly source: string | PanelDefinition;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A changed key of a state: its value, or `undefined` if it was deleted. */
export type Changes = ReadonlyMap<string, unknown>;

/** What is kept of one key of a state: as MessagePack, which takes no more than the kernel says a value may. */
interface StoredValue {
  readonly key: string;
  readonly value: Uint8Array;
}

/** Nothing else of the package writes there. */
const PREFIX = "nexus-kernel/panels/";
/** Keys that storage writes or deletes at once. */
const MOST_KEYS = 128;

/**
 * Panels by their ids, in which there are no slashes: `…/<id>` holds a {@link StoredPanel}, `…/<id>/<n>` a {@link StoredValue}. Values are
 * numbered since keys of states may be longer than those of storage.
 */
export class StoredPanels {
  readonly #storage: ObjectStorage;
  /** Where the keys of each state are. */
  readonly #places = new Map<string, Map<string, number>>();
  #next = 0;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** All of them with their states, in the order of their creation. */
  async all(): Promise<{ readonly stored: StoredPanel; readonly state: Record<string, unknown> }[]> {
    const states = new Map<string, Record<string, unknown>>();
    const panels: StoredPanel[] = [];
    for (const [name, entry] of await this.#storage.list({ prefix: PREFIX })) {
      const [id, place] = name.slice(PREFIX.length).split("/") as [string, string?];
      if (place === undefined) {
        panels.push(entry as StoredPanel);
        continue;
      }
      const { key, value } = entry as StoredValue;
      states.set(id, Object.assign(states.get(id) ?? {}, { [key]: decode(value) }));
      this.#placesOf(id).set(key, Number(place));
      this.#next = Math.max(this.#next, Number(place) + 1);
    }
    panels.sort((a, b) => a.createdAt - b.createdAt);
    return panels.map((stored) => ({ stored, state: states.get(stored.id) ?? {} }));
  }

  /** Keeps a new panel in place of one of that name. */
  async add(stored: StoredPanel, state: Readonly<Record<string, unknown>>): Promise<void> {
    await this.remove(stored.id);
    await this.#put({ [PREFIX + stored.id]: stored, ...this.#entries(stored.id, new Map(Object.entries(state))) });
  }

  /** Keeps what changed of a state. */
  async save(id: string, changes: Changes): Promise<void> {
    const places = this.#placesOf(id);
    const deleted = [...changes].flatMap(([key, value]) => (value === undefined && places.has(key) ? [key] : []));
    const names = deleted.map((key) => nameOf(id, places.get(key)!));
    for (const key of deleted) places.delete(key);
    await Promise.all([this.#delete(names), this.#put(this.#entries(id, changes))]);
  }

  /** Forgets a panel. */
  async remove(id: string): Promise<void> {
    const places = this.#placesOf(id);
    this.#places.delete(id);
    await this.#delete([PREFIX + id, ...[...places.values()].map((place) => nameOf(id, place))]);
  }

  #placesOf(id: string): Map<string, number> {
    let places = this.#places.get(id);
    if (!places) this.#places.set(id, (places = new Map()));
    return places;
  }

  #entries(id: string, changes: Changes): Record<string, StoredValue> {
    const places = this.#placesOf(id);
    const entries: Record<string, StoredValue> = {};
    for (const [key, value] of changes) {
      if (value === undefined) continue;
      const place = places.get(key) ?? this.#next++;
      places.set(key, place);
      entries[nameOf(id, place)] = { key, value: encode(value) };
    }
    return entries;
  }

  // What is asked for without waiting in between is written as one.

  async #put(entries: Record<string, unknown>): Promise<void> {
    await Promise.all(parts(Object.entries(entries)).map((part) => this.#storage.put(Object.fromEntries(part))));
  }

  async #delete(names: string[]): Promise<void> {
    await Promise.all(parts(names).map((part) => this.#storage.delete(part)));
  }
}

const nameOf = (id: string, place: number) => `${PREFIX}${id}/${place}`;

function parts<T>(all: readonly T[]): T[][] {
  const parts = [];
  for (let at = 0; at < all.length; at += MOST_KEYS) parts.push(all.slice(at, at + MOST_KEYS));
  return parts;
}
