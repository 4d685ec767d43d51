import { VirtualizerController } from "@tanstack/lit-virtual";
import { html, nothing, type PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { droppedLines, entryOf, type LogEntry } from "../log-lines.js";
import { hasText, lengthOf } from "../text.js";
import { PanelComponent } from "./component.js";

/** Pixels from the end at which a reader still counts as being there. */
const END_PX = 8;
/** Of one line, until it was measured. */
const LINE_PX = 22;

/** Lines that come in. Only those in sight are in the document. */
export class LogStreamComponent extends PanelComponent {
  readonly #virtual = new VirtualizerController<HTMLElement, HTMLElement>(this, {
    count: 0,
    getScrollElement: () => this.#viewport,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => this.#shown[index]?.number ?? index,
    // To the fraction: over many lines it adds up.
    measureElement: (line) => line.getBoundingClientRect().height,
    overscan: 12,
    paddingStart: 6,
    paddingEnd: 6,
  });
  #data: readonly unknown[] = [];
  #entries: LogEntry[] = [];
  #shown: LogEntry[] = [];
  #filteredBy = "";
  /** The number of the first line. */
  #first = 0;
  /** Lines before this one are not shown. */
  #clearedTo = 0;
  /** Whether the end is kept in sight. */
  #follows: boolean | undefined;
  /** The number of the line after the last that the reader has seen. */
  #seenTo = 0;
  #lastTop = 0;

  override get label(): string {
    return this.node.id ?? "Log";
  }

  get #viewport(): HTMLElement | null {
    return this.querySelector<HTMLElement>(".log");
  }

  protected override get methods(): Readonly<Record<string, (...args: unknown[]) => void>> {
    return {
      clear: () => {
        this.#clearedTo = this.#first + this.#data.length;
        this.#arrange();
        this.requestUpdate();
      },
      scrollToEnd: () => this.scrollToPosition("bottom"),
      scrollToStart: () => this.scrollToPosition("top"),
    };
  }

  override scrollToPosition(position: "top" | "bottom" | number): void {
    this.#follows = position === "bottom";
    const viewport = this.#viewport;
    if (viewport) viewport.scrollTop = position === "top" ? 0 : position === "bottom" ? viewport.scrollHeight : position;
    this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.#follows ??= this.#scrollsByItself;
    const data = this.prop("data");
    const lines = Array.isArray(data) ? data : data === null || data === undefined ? [] : [data];
    if (lines !== this.#data) this.#take(lines);
    if (this.activeFilter !== this.#filteredBy) this.#arrange();
    const virtualizer = this.#virtual.getVirtualizer();
    if (virtualizer.options.count !== this.#shown.length) virtualizer.setOptions({ ...virtualizer.options, count: this.#shown.length });
  }

  get #scrollsByItself(): boolean {
    return this.prop("autoScroll") !== false && this.prop("autoScroll") !== "false";
  }

  #take(lines: readonly unknown[]): void {
    const dropped = droppedLines(this.#data, lines);
    this.#first += dropped;
    const kept = this.#entries.slice(dropped, dropped + lines.length);
    const known = Math.min(kept.length, lines.length);
    // A line that changed without moving is another one.
    this.#entries = lines.map((line, index) => {
      const before = index < known && this.#data[dropped + index] === line ? kept[index] : undefined;
      return before ?? entryOf(line, this.#first + index);
    });
    this.#data = lines;
    this.#arrange();
  }

  #arrange(): void {
    this.#filteredBy = this.activeFilter;
    const gone = this.#shown.findIndex(({ number }) => number >= this.#first);
    if (gone > 0 && !this.#follows) this.#moveUp(gone);
    const filter = this.#filteredBy;
    const isShown = ({ number, text, level }: LogEntry) => number >= this.#clearedTo && (filter === "" || hasText(`${level} ${text}`, filter));
    this.#shown = this.#entries.filter(isShown);
  }

  /** Keeps what the reader looks at in its place while the first `count` of the lines that are shown go. */
  #moveUp(count: number): void {
    const viewport = this.#viewport;
    const virtualizer = this.#virtual.getVirtualizer();
    const [first, kept] = [virtualizer.measurementsCache[0], virtualizer.measurementsCache[count]];
    if (!viewport || !first || !kept) return;
    viewport.scrollTop -= kept.start - first.start;
    this.#lastTop = viewport.scrollTop;
    // It would hear of that later, and look at other lines until then.
    virtualizer.scrollOffset = viewport.scrollTop;
  }

  protected override template(): unknown {
    const virtualizer = this.#virtual.getVirtualizer();
    const lines = virtualizer.getVirtualItems();
    const height = lengthOf(this.prop("height"));
    const unseen = this.#first + this.#data.length - this.#seenTo;
    return html`<div class="log" role="log" aria-live="off" aria-label=${this.label} tabindex="0" .style=${height ? `height: ${height}` : ""} @scroll=${this.#scrolled}>
        ${this.#shown.length === 0 ? html`<p class="empty">${this.#filteredBy ? `No line has “${this.#filteredBy}”.` : "No lines yet."}</p>` : nothing}
        <div class="lines" .style=${`height: ${virtualizer.getTotalSize()}px`}>
          <div .style=${`transform: translateY(${lines[0]?.start ?? 0}px)`}>
            ${repeat(
              lines,
              ({ key }) => key,
              ({ index }) => this.#line(index),
            )}
          </div>
        </div>
      </div>
      ${this.#follows || !this.#scrollsByItself || unseen <= 0
        ? nothing
        : html`<button class="newest" type="button" @click=${() => this.scrollToPosition("bottom")}>${unseen} new ${unseen === 1 ? "line" : "lines"}</button>`}`;
  }

  #line(index: number): unknown {
    const { level, time, text } = this.#shown[index] ?? { level: "", time: "", text: "" };
    return html`<div class="line" data-index=${index} data-level=${level}>
      ${time ? html`<time>${time}</time>` : nothing}${level ? html`<span class="level">${level}</span>` : nothing}<span class="message">${text}</span>
    </div>`;
  }

  protected override updated(): void {
    const viewport = this.#viewport;
    if (!viewport) return;
    const virtualizer = this.#virtual.getVirtualizer();
    // Not as they are made: outside of the document they have no height.
    for (const line of viewport.querySelectorAll<HTMLElement>(".line")) virtualizer.measureElement(line);
    virtualizer.measureElement(null);
    if (this.#follows) {
      this.#seenTo = this.#first + this.#data.length;
      viewport.scrollTop = viewport.scrollHeight;
    }
    this.#lastTop = viewport.scrollTop;
  }

  readonly #scrolled = (event: Event): void => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget as HTMLElement;
    const left = scrollHeight - scrollTop - clientHeight;
    const followed = this.#follows;
    // What is added at the end moves nothing up: only a reader does, who may have begun with a pixel.
    if (left <= 1 || (left <= END_PX && scrollTop > this.#lastTop)) this.#follows = this.#scrollsByItself;
    else if (scrollTop < this.#lastTop) this.#follows = false;
    this.#lastTop = scrollTop;
    if (followed !== this.#follows) this.requestUpdate();
  };
}
