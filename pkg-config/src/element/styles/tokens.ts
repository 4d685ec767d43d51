import { css } from "lit";

/**
 * What a page may set on the element. Each colour is two, of which `color-scheme` chooses: the page's own, unless the attribute `theme`
 * says otherwise. The contrast of texts is at least 4.5 to 1, that of borders of controls and of charts at least 3 to 1.
 */
export const TOKENS = css`
  :host {
    --nexus-font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    --nexus-font-mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace;
    --nexus-radius: 12px;
    --nexus-radius-small: 8px;
    --nexus-gap-sm: 0.5rem;
    --nexus-gap-md: 1rem;
    --nexus-gap-lg: 1.5rem;

    --nexus-background: transparent;
    --nexus-surface: light-dark(#ffffff, #1b1d22);
    --nexus-surface-sunken: light-dark(#f5f6f8, #14161a);
    --nexus-surface-hover: light-dark(#eef0f4, #262930);
    --nexus-text: light-dark(#191c22, #e8eaee);
    --nexus-text-muted: light-dark(#5a6270, #a2a9b6);
    --nexus-border: light-dark(#e2e5ea, #2e323a);
    --nexus-border-strong: light-dark(#858d9b, #6d7585);
    --nexus-accent: light-dark(#3a5bd9, #93a8ff);
    --nexus-accent-hover: light-dark(#2e4bbd, #abbcff);
    --nexus-on-accent: light-dark(#ffffff, #10142a);
    --nexus-success: light-dark(#14713f, #5fd08f);
    --nexus-warn: light-dark(#8a5300, #f2b94f);
    --nexus-error: light-dark(#b3261e, #ff8f86);
    --nexus-error-hover: light-dark(#98201a, #ffa8a1);
    --nexus-on-error: light-dark(#ffffff, #2b0a08);
    --nexus-info: light-dark(#1f5fa8, #82b8f5);
    --nexus-focus: var(--nexus-accent);
    --nexus-shadow: 0 1px 2px light-dark(rgb(20 24 32 / 6%), rgb(0 0 0 / 30%)), 0 4px 16px light-dark(rgb(20 24 32 / 5%), rgb(0 0 0 / 22%));

    --nexus-chart-1: light-dark(#3a5bd9, #93a8ff);
    --nexus-chart-2: light-dark(#0f857b, #4fd1c1);
    --nexus-chart-3: light-dark(#c0560c, #f7a15c);
    --nexus-chart-4: light-dark(#a3358f, #e98ad8);
    --nexus-chart-5: light-dark(#5c7a12, #b5d35c);
    --nexus-chart-6: light-dark(#b3263f, #ff8a9c);
  }

  :host([theme="light"]) {
    color-scheme: light;
  }

  :host([theme="dark"]) {
    color-scheme: dark;
  }

  :host([theme="auto"]) {
    color-scheme: light dark;
  }
`;
