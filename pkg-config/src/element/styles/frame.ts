import { css } from "lit";

/** The element itself, and what it says of its own. */
export const FRAME = css`
  :host {
    display: block;
    min-inline-size: 0;
    color: var(--nexus-text);
    background: var(--nexus-background);
    font: 400 0.9375rem/1.5 var(--nexus-font);
    text-align: start;
    -webkit-text-size-adjust: 100%;
    text-size-adjust: 100%;
  }

  :host([hidden]) {
    display: none;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  .frame {
    container: nexus-panel / inline-size;
    position: relative;
  }

  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  /* Tells by its transition that colours have become others, whatever the reason. */
  .probe {
    position: absolute;
    visibility: hidden;
    color: var(--nexus-text);
    transition: color 1ms;
  }

  .connection {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    margin: 0 0 0.75rem;
    color: var(--nexus-text-muted);
    font-size: 0.8125rem;
  }

  .connection .dot {
    inline-size: 0.5rem;
    block-size: 0.5rem;
    border-radius: 50%;
    background: var(--nexus-warn);
    animation: nexus-pulse 1.6s ease-in-out infinite;
  }

  .connection[data-status="closed"] .dot {
    background: var(--nexus-text-muted);
    animation: none;
  }

  .problems:not(:empty) {
    display: grid;
    gap: 0.5rem;
  }

  .problem {
    display: flex;
    align-items: start;
    gap: 0.75rem;
    margin-block-end: 0.75rem;
    padding: 0.5rem 0.5rem 0.5rem 0.875rem;
    border: 1px solid color-mix(in srgb, var(--nexus-error) 35%, var(--nexus-border));
    border-radius: var(--nexus-radius-small);
    background: color-mix(in srgb, var(--nexus-error) 6%, var(--nexus-surface));
    font-size: 0.875rem;
  }

  .problem p {
    flex: 1;
    margin: 0;
    padding-block: 0.125rem;
    max-block-size: 8rem;
    overflow: auto;
    overflow-wrap: anywhere;
  }

  .problem code {
    margin-inline-end: 0.375rem;
    color: var(--nexus-error);
    font: 600 0.75rem/1 var(--nexus-font-mono);
  }

  .close {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 1.75rem;
    block-size: 1.75rem;
    padding: 0;
    border: 0;
    border-radius: 6px;
    background: none;
    color: inherit;
    cursor: pointer;
  }

  .close:hover {
    background: color-mix(in srgb, currentColor 12%, transparent);
  }

  .close svg {
    inline-size: 0.75rem;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.6;
    stroke-linecap: round;
  }

  nexus-panel-toasts {
    position: sticky;
    inset-block-end: 1rem;
    z-index: 2;
    display: flex;
    flex-direction: column;
    align-items: end;
    justify-content: end;
    block-size: 0;
    pointer-events: none;
  }

  nexus-panel-toasts > div {
    display: flex;
    flex-direction: column;
    align-items: end;
    inline-size: min(24rem, 100%);
  }

  .toast {
    display: flex;
    align-items: start;
    gap: 0.5rem;
    max-inline-size: 100%;
    margin-block-start: 0.5rem;
    padding: 0.5rem 0.5rem 0.5rem 1rem;
    border: 1px solid var(--nexus-border);
    border-inline-start: 4px solid var(--tone);
    border-radius: var(--nexus-radius-small);
    background: var(--nexus-surface);
    box-shadow: var(--nexus-shadow), 0 8px 32px rgb(0 0 0 / 12%);
    font-size: 0.875rem;
    pointer-events: auto;
    animation: nexus-rise 0.18s ease-out;
    --tone: var(--nexus-info);
  }

  .toast p {
    flex: 1;
    margin: 0;
    padding-block: 0.2rem;
    max-block-size: 9rem;
    overflow: auto;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }

  .toast[data-type="success"] {
    --tone: var(--nexus-success);
  }

  .toast[data-type="warn"] {
    --tone: var(--nexus-warn);
  }

  .toast[data-type="error"] {
    --tone: var(--nexus-error);
  }

  @keyframes nexus-rise {
    from {
      opacity: 0;
      transform: translateY(0.5rem);
    }
  }

  @keyframes nexus-pulse {
    50% {
      opacity: 0.35;
    }
  }

  @keyframes nexus-turn {
    to {
      transform: rotate(1turn);
    }
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      scroll-behavior: auto !important;
    }

    *:not(.probe),
    *::before,
    *::after {
      transition-duration: 0.01ms !important;
    }
  }
`;
