// Where the servers are that samples call and the panels of `nexus-kernel serve` live: in `.env`, or a deployment's own.

const origin = (value: string | undefined) => (value ? new URL(value).origin : undefined);

/** Origin of what the sample panels call, from `samples/servers.mjs`; nothing where nobody serves it. */
export const SAMPLE_SERVER = origin(import.meta.env.VITE_SAMPLES_BASE);

/** Origin of a kernel that serves the same panels to everybody; nothing where there is none. */
export const PANEL_SERVER = origin(import.meta.env.VITE_PANELS_BASE);

/** The only origins that panels of this page reach. */
export const SERVER_ORIGINS: readonly string[] = SAMPLE_SERVER ? [SAMPLE_SERVER] : [];
