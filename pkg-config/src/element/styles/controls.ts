import { css } from "lit";

/** Components that are used. */
export const CONTROLS = css`
  .input {
    display: block;
    inline-size: 100%;
    min-block-size: 2.5rem;
    padding: 0.4375rem 0.75rem;
    border: 1px solid var(--nexus-border-strong);
    border-radius: var(--nexus-radius-small);
    background: var(--nexus-surface);
    color: var(--nexus-text);
    font: inherit;
    transition: border-color 0.12s;
  }

  .input::placeholder {
    color: var(--nexus-text-muted);
    opacity: 1;
  }

  .input:hover:enabled {
    border-color: var(--nexus-text-muted);
  }

  .input:focus-visible {
    border-color: var(--nexus-focus);
    outline-offset: 0;
    outline-width: 1px;
  }

  .input:disabled {
    border-color: var(--nexus-border);
    background: var(--nexus-surface-sunken);
    color: var(--nexus-text-muted);
    cursor: not-allowed;
  }

  .button {
    position: relative;
    display: inline-grid;
    grid-auto-flow: column;
    align-items: center;
    justify-content: center;
    min-block-size: 2.5rem;
    min-inline-size: 2.5rem;
    max-inline-size: 100%;
    padding: 0.4375rem 1.125rem;
    border: 1px solid transparent;
    border-radius: var(--nexus-radius-small);
    font: inherit;
    font-weight: 550;
    overflow-wrap: break-word;
    cursor: pointer;
    transition: background-color 0.12s, border-color 0.12s;
  }

  .button[data-variant="primary"] {
    background: var(--nexus-accent);
    color: var(--nexus-on-accent);
  }

  .button[data-variant="primary"]:hover:enabled {
    background: var(--nexus-accent-hover);
  }

  .button[data-variant="secondary"] {
    border-color: var(--nexus-border-strong);
    background: var(--nexus-surface);
    color: var(--nexus-text);
  }

  .button:is([data-variant="secondary"], [data-variant="ghost"]):hover:enabled {
    background: var(--nexus-surface-hover);
  }

  .button[data-variant="danger"] {
    background: var(--nexus-error);
    color: var(--nexus-on-error);
  }

  .button[data-variant="danger"]:hover:enabled {
    background: var(--nexus-error-hover);
  }

  .button[data-variant="ghost"] {
    padding-inline: 0.75rem;
    background: transparent;
    color: var(--nexus-accent);
  }

  .button:disabled {
    border-color: transparent;
    background: var(--nexus-surface-hover);
    color: var(--nexus-text-muted);
    cursor: not-allowed;
  }

  .button[aria-busy="true"] {
    cursor: progress;
  }

  .button[aria-busy="true"] .label {
    opacity: 0.65;
  }

  .spinner {
    position: absolute;
    inset-inline-end: 0.3125rem;
    inline-size: 0.6875rem;
    block-size: 0.6875rem;
    border: 1.5px solid currentColor;
    border-block-end-color: transparent;
    border-radius: 50%;
    animation: nexus-turn 0.8s linear infinite;
  }

  .switch {
    display: inline-flex;
    align-items: center;
    gap: 0.625rem;
    max-inline-size: 100%;
    min-block-size: 2.5rem;
    padding: 0.25rem;
    margin-inline-start: -0.25rem;
    border: 0;
    border-radius: var(--nexus-radius-small);
    background: none;
    color: inherit;
    font: inherit;
    text-align: start;
    cursor: pointer;
  }

  .switch .label {
    min-inline-size: 0;
    overflow-wrap: break-word;
  }

  .switch .track {
    flex: none;
    inline-size: 2.25rem;
    block-size: 1.25rem;
    padding: 0.125rem;
    border: 1px solid var(--nexus-border-strong);
    border-radius: 999px;
    background: var(--nexus-surface-sunken);
    transition: background-color 0.15s, border-color 0.15s;
  }

  .switch .thumb {
    display: block;
    inline-size: 0.875rem;
    block-size: 0.875rem;
    border-radius: 50%;
    background: var(--nexus-border-strong);
    transition: transform 0.15s, background-color 0.15s;
  }

  .switch[aria-checked="true"] .track {
    border-color: var(--nexus-accent);
    background: var(--nexus-accent);
  }

  .switch[aria-checked="true"] .thumb {
    background: var(--nexus-on-accent);
    transform: translateX(1rem);
  }

  .switch[aria-checked="true"]:dir(rtl) .thumb {
    transform: translateX(-1rem);
  }

  .switch:disabled {
    color: var(--nexus-text-muted);
    cursor: not-allowed;
  }

  .switch:disabled .track {
    opacity: 0.6;
  }

  @media (forced-colors: active) {
    .switch[aria-checked="true"] .track {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`;
