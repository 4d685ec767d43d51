// Tabs over panels that are hidden, not removed: editors keep their cursor and their history.

import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly title: string;
  /** Beside the title: a number, a mark. */
  readonly note?: ComponentChildren;
}

interface Properties<Id extends string> {
  /** Tells these tabs from others of the page. */
  readonly name: string;
  readonly label: string;
  readonly tabs: readonly Tab<Id>[];
  readonly open: Signal<Id>;
}

export function Tabs<Id extends string>({ name, label, tabs, open }: Properties<Id>) {
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const index = tabs.findIndex((tab) => tab.id === open.value);
    const next = tabs[(index + step + tabs.length) % tabs.length];
    if (!next) return;
    open.value = next.id;
    document.getElementById(`${name}-tab-${next.id}`)?.focus();
  };
  return (
    <div class="card-head tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(({ id, title, note }) => (
        <button
          key={id}
          id={`${name}-tab-${id}`}
          type="button"
          role="tab"
          class="tab"
          aria-selected={open.value === id}
          aria-controls={`${name}-panel-${id}`}
          tabIndex={open.value === id ? 0 : -1}
          onClick={() => (open.value = id)}
        >
          {title}
          {note}
        </button>
      ))}
    </div>
  );
}

interface PanelProperties {
  readonly name: string;
  readonly id: string;
  readonly open: boolean;
  readonly children: ComponentChildren;
}

export function TabPanel({ name, id, open, children }: PanelProperties) {
  return (
    <div id={`${name}-panel-${id}`} class="panel" role="tabpanel" aria-labelledby={`${name}-tab-${id}`} hidden={!open}>
      {children}
    </div>
  );
}
