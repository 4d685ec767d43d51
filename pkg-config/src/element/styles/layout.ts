import { css } from "lit";

/** A row, and conditions and repetitions in it. */
const ROW = css`[data-strategy="row"], [data-strategy="row"] > :is(nexus-panel-if, nexus-panel-iterate)`;

/** How components are placed; the numbers of columns come with the view. */
export const LAYOUT = css`
  .view,
  .view nexus-panel-custom {
    display: block;
    min-inline-size: 0;
  }

  .view [class*="wide-"] {
    display: block;
    position: relative;
    min-inline-size: 0;
  }

  .view .grid,
  .view .grid[class*="wide-"] {
    display: grid;
    gap: var(--gap, var(--nexus-gap-md));
    align-items: start;
  }

  .view .grid[data-gap="sm"] {
    --gap: var(--nexus-gap-sm);
  }

  .view .grid[data-gap="md"] {
    --gap: var(--nexus-gap-md);
  }

  .view .grid[data-gap="lg"] {
    --gap: var(--nexus-gap-lg);
  }

  .view [class*="wide-"][data-empty] {
    display: none;
  }

  /* Side by side. Controls are as wide as they need, the rest shares what is left. */
  .view .grid[data-strategy="row"] {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
  }

  /* What stands in a condition or a repetition stands in the row itself. */
  .view .grid:is(${ROW}) > .grid:is(nexus-panel-if, nexus-panel-iterate) {
    display: contents;
  }

  .view :is(${ROW}) > * {
    flex: 1 1 0;
    min-inline-size: min(100%, 8rem);
  }

  .view :is(${ROW}) > :is(nexus-panel-container, nexus-panel-chart, nexus-panel-log-stream) {
    min-inline-size: min(100%, 15rem);
    align-self: stretch;
  }

  .view :is(${ROW}) > nexus-panel-metric {
    align-self: stretch;
  }

  .view :is(${ROW}) > :is(nexus-panel-button, nexus-panel-status-badge) {
    flex: 0 0 auto;
    min-inline-size: 0;
    max-inline-size: 100%;
  }

  .view .grid[data-align="start"] {
    align-items: start;
  }

  .view .grid[data-align="center"] {
    align-items: center;
  }

  .view .grid[data-align="end"] {
    align-items: end;
  }

  .view .grid[data-align="stretch"] {
    align-items: stretch;
  }

  .view [data-strategy="row"]:is([data-align="start"], [data-align="center"], [data-align="end"]) > * {
    align-self: auto;
  }

  .grid:not([data-strategy="row"])[data-justify="start"] {
    justify-items: start;
  }

  .grid:not([data-strategy="row"])[data-justify="center"] {
    justify-items: center;
  }

  .grid:not([data-strategy="row"])[data-justify="end"] {
    justify-items: end;
  }

  .view [data-strategy="row"][data-justify="start"] {
    justify-content: start;
  }

  .view [data-strategy="row"][data-justify="center"] {
    justify-content: center;
  }

  .view [data-strategy="row"][data-justify="end"] {
    justify-content: end;
  }

  .view [data-strategy="row"]:is([data-justify="start"], [data-justify="center"], [data-justify="end"]) > * {
    flex: 0 1 auto;
    min-inline-size: min-content;
  }

  nexus-panel-container[data-variant="card"] {
    padding: 1.25rem;
    border: 1px solid var(--nexus-border);
    border-radius: var(--nexus-radius);
    background: var(--nexus-surface);
    box-shadow: var(--nexus-shadow);
  }

  nexus-panel-container[data-variant="panel"] {
    padding: 1.25rem;
    border-radius: var(--nexus-radius);
    background: var(--nexus-surface-sunken);
  }

  nexus-panel-container[data-variant="section"] {
    padding-block-start: 1rem;
    border-block-start: 1px solid var(--nexus-border);
  }

  .view nexus-panel-container > .grid {
    --gap: var(--nexus-gap-md);
  }

  .title {
    margin: 0 0 0.875rem;
    font-size: 1.0625rem;
    font-weight: 600;
    line-height: 1.3;
    overflow-wrap: anywhere;
  }

  nexus-panel-container nexus-panel-container .title {
    font-size: 0.9375rem;
  }

  @container nexus-panel (width < 480px) {
    nexus-panel-container:is([data-variant="card"], [data-variant="panel"]) {
      padding: 1rem;
    }
  }

  .has-trigger {
    cursor: pointer;
  }

  .cover {
    position: absolute;
    inset: -0.25rem;
    border: 0;
    border-radius: var(--nexus-radius-small);
    background: none;
    pointer-events: none;
  }

  nexus-panel-container > .cover {
    inset: -1px;
    border-radius: var(--nexus-radius);
  }

  .has-trigger:hover > .cover {
    background: color-mix(in srgb, var(--nexus-accent) 6%, transparent);
  }

  .cover[aria-busy="true"] {
    background: color-mix(in srgb, var(--nexus-surface) 50%, transparent);
  }

  :focus-visible {
    outline: 2px solid var(--nexus-focus);
    outline-offset: 2px;
  }
`;
