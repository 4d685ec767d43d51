// The panel's state as a tree, with what the last change touched.

import { inline } from "../format/value.ts";
import { pathKey } from "../model/changed-paths.ts";
import { live } from "../model/live.ts";

/** Items of a list that are shown. */
const MOST = 100;

export function StateTree() {
  const now = live.value;
  if (!now) return <p class="empty card-body">The panel is not there yet.</p>;
  return (
    <div class="scroll inspector-body" tabIndex={0} role="group" aria-label="State and computed values">
      <p class="muted version-line">
        {now.version === 0 ? "Version 0: as it began." : `Version ${now.version}. Marked is what changed last.`}
      </p>
      <h3>State</h3>
      <Branch values={now.state} path={[]} changed={now.changed} version={now.version} />
      <h3>Computed</h3>
      <Branch values={now.computed} path={[]} changed={now.changed} version={now.version} />
    </div>
  );
}

interface BranchProperties {
  readonly values: object;
  readonly path: readonly (string | number)[];
  readonly changed: ReadonlySet<string>;
  /** Remounts what changed, so that it flashes again. */
  readonly version: number;
}

function Branch({ values, path, changed, version }: BranchProperties) {
  const items = Object.entries(values);
  if (items.length === 0) return <p class="empty tree-empty">nothing</p>;
  const isList = Array.isArray(values);
  return (
    <ul class="tree">
      {items.slice(0, MOST).map(([key, value]) => {
        const inner = [...path, isList ? Number(key) : key];
        const isChanged = changed.has(pathKey(inner));
        return <Leaf key={key} name={key} value={value} path={inner} isChanged={isChanged} changed={changed} version={version} />;
      })}
      {items.length > MOST && <li class="muted">{`and ${items.length - MOST} more`}</li>}
    </ul>
  );
}

interface LeafProperties {
  readonly name: string;
  readonly value: unknown;
  readonly path: readonly (string | number)[];
  readonly isChanged: boolean;
  readonly changed: ReadonlySet<string>;
  readonly version: number;
}

function Leaf({ name, value, path, isChanged, changed, version }: LeafProperties) {
  const isTree = typeof value === "object" && value !== null && !(value instanceof Uint8Array) && Object.keys(value).length > 0;
  const mark = isChanged && <span class="hidden"> changed</span>;
  const flash = isChanged ? version : 0;
  if (!isTree) {
    return (
      <li class={`leaf ${isChanged ? "changed" : ""}`} data-path={path.join(".")}>
        <span class="leaf-name">{name}</span>
        <span key={flash} class={`leaf-value ${kindOf(value)}`}>
          {inline(value)}
        </span>
        {mark}
      </li>
    );
  }
  const size = Object.keys(value).length;
  return (
    <li class={`leaf ${isChanged ? "changed" : ""}`} data-path={path.join(".")}>
      <details open={size <= (path.length === 1 ? 12 : 4)}>
        <summary>
          <span class="leaf-name">{name}</span>
          <span key={flash} class="leaf-value size">
            {Array.isArray(value) ? `list of ${size}` : `{${size}}`}
          </span>
          {mark}
        </summary>
        <Branch values={value} path={path} changed={changed} version={version} />
      </details>
    </li>
  );
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
