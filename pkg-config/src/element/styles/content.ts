import { css } from "lit";

/** Components that show. */
export const CONTENT = css`
  nexus-panel-text :is(h1, h2, h3, h4, p, pre) {
    margin: 0;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }

  nexus-panel-text :is(h1, h2, h3, h4) {
    font-weight: 650;
    line-height: 1.25;
    letter-spacing: -0.011em;
    text-wrap: balance;
  }

  nexus-panel-text h1 {
    font-size: 1.75rem;
  }

  nexus-panel-text h2 {
    font-size: 1.375rem;
  }

  nexus-panel-text h3 {
    font-size: 1.125rem;
  }

  nexus-panel-text h4 {
    font-size: 1rem;
  }

  .caption {
    margin: 0;
    color: var(--nexus-text-muted);
    font-size: 0.8125rem;
  }

  nexus-panel-text pre {
    padding: 0.75rem 0.875rem;
    max-block-size: 32rem;
    overflow: auto;
    border: 1px solid var(--nexus-border);
    border-radius: var(--nexus-radius-small);
    background: var(--nexus-surface-sunken);
    font: 0.8125rem/1.55 var(--nexus-font-mono);
    white-space: pre;
    overflow-wrap: normal;
    tab-size: 2;
  }

  nexus-panel-text code {
    font: inherit;
  }

  .notice,
  .empty {
    margin: 0;
    color: var(--nexus-text-muted);
    font-size: 0.875rem;
  }

  .notice {
    padding: 0.75rem 0.875rem;
    border: 1px dashed var(--nexus-border-strong);
    border-radius: var(--nexus-radius-small);
  }

  .metric {
    display: grid;
    gap: 0.125rem;
    block-size: 100%;
    margin: 0;
    padding: 0.875rem 1rem;
    border: 1px solid var(--nexus-border);
    border-radius: var(--nexus-radius-small);
    background: var(--nexus-surface);
    align-content: start;
  }

  .metric dt {
    color: var(--nexus-text-muted);
    font-size: 0.8125rem;
    overflow-wrap: break-word;
  }

  .metric dd {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 0.375rem;
    margin: 0;
    min-inline-size: 0;
  }

  .metric .value {
    font-size: 1.625rem;
    font-weight: 650;
    line-height: 1.25;
    letter-spacing: -0.02em;
    font-variant-numeric: tabular-nums;
    overflow-wrap: break-word;
  }

  .metric .unit {
    color: var(--nexus-text-muted);
  }

  .trend {
    display: inline-flex;
    align-items: center;
    gap: 0.25rem;
    color: var(--nexus-text-muted);
    font-size: 0.8125rem;
    font-weight: 500;
    font-variant-numeric: tabular-nums;
  }

  .trend svg {
    inline-size: 0.625rem;
    fill: currentColor;
  }

  .badge {
    display: inline-flex;
    align-items: center;
    gap: 0.375rem;
    max-inline-size: 100%;
    padding: 0.1875rem 0.625rem 0.1875rem 0.4375rem;
    border-radius: 999px;
    background: color-mix(in srgb, var(--tone) 12%, var(--nexus-surface));
    color: var(--tone);
    font-size: 0.8125rem;
    font-weight: 500;
    overflow-wrap: break-word;
    --tone: var(--nexus-info);
  }

  .badge strong {
    color: var(--nexus-text);
    font-weight: 600;
  }

  .badge svg {
    flex: none;
    inline-size: 1rem;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .badge[data-status="success"] {
    --tone: var(--nexus-success);
  }

  .badge[data-status="warn"] {
    --tone: var(--nexus-warn);
  }

  .badge[data-status="error"] {
    --tone: var(--nexus-error);
  }

  .log {
    position: relative;
    block-size: 18rem;
    overflow: auto;
    overflow-anchor: none;
    border: 1px solid var(--nexus-border);
    border-radius: var(--nexus-radius-small);
    background: var(--nexus-surface-sunken);
    font: 0.8125rem/1.25rem var(--nexus-font-mono);
  }

  .log .empty {
    padding: 0.75rem 0.875rem;
    font-family: var(--nexus-font);
  }

  .lines {
    overflow: hidden;
  }

  .line {
    display: flex;
    gap: 0.75rem;
    padding: 0.0625rem 0.875rem;
  }

  .line:hover {
    background: var(--nexus-surface-hover);
  }

  .line time {
    flex: none;
    color: var(--nexus-text-muted);
  }

  .line .level {
    flex: none;
    inline-size: 3rem;
    color: var(--nexus-text-muted);
  }

  .line .message {
    flex: 1;
    min-inline-size: 0;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  /* Beside time and level there is little room on a phone. */
  @container nexus-panel (width < 480px) {
    .line {
      flex-wrap: wrap;
      column-gap: 0.75rem;
      row-gap: 0;
    }

    .line .message {
      flex-basis: 100%;
    }
  }

  .line[data-level="info"] .level {
    color: var(--nexus-info);
  }

  .line[data-level="warn"] .level {
    color: var(--nexus-warn);
  }

  .line[data-level="error"] :is(.level, .message) {
    color: var(--nexus-error);
  }

  .newest {
    position: absolute;
    inset-block-end: 0.75rem;
    inset-inline-end: 1.25rem;
    padding: 0.25rem 0.75rem;
    border: 0;
    border-radius: 999px;
    background: var(--nexus-accent);
    color: var(--nexus-on-accent);
    font: 500 0.8125rem/1.5 var(--nexus-font);
    box-shadow: var(--nexus-shadow);
    cursor: pointer;
  }

  .chart {
    margin: 0;
  }

  .chart .canvas {
    position: relative;
    block-size: 16rem;
  }

  .chart .empty {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
  }

  .chart summary {
    inline-size: fit-content;
    padding: 0.125rem 0.375rem;
    margin-inline-start: -0.375rem;
    border-radius: 6px;
    color: var(--nexus-text-muted);
    font-size: 0.8125rem;
    cursor: pointer;
  }

  .chart summary:hover {
    color: var(--nexus-text);
  }

  .table {
    max-block-size: 18rem;
    margin-block-start: 0.375rem;
    overflow: auto;
    border: 1px solid var(--nexus-border);
    border-radius: var(--nexus-radius-small);
  }

  .table .caption {
    padding: 0.375rem 0.75rem;
  }

  table {
    inline-size: 100%;
    border-collapse: collapse;
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }

  :is(th, td) {
    padding: 0.3125rem 0.75rem;
    border-block-end: 1px solid var(--nexus-border);
    font-weight: 400;
    text-align: start;
  }

  thead th {
    position: sticky;
    inset-block-start: 0;
    background: var(--nexus-surface-sunken);
    color: var(--nexus-text-muted);
    font-weight: 500;
  }

  .number {
    text-align: end;
  }
`;
