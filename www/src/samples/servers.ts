// Where the servers are that samples call and the panels of `nexus-kernel serve` live: in `.env`, or a deployment's own.

const origin = (value: string | undefined) => (value ? new URL(value).origin : undefined);

/** Where the sample panels look for their sources; in the documents, too. */
const DEFAULT_SOURCES = "http://127.0.0.1:4710";

/** Origin of the sources as a server, `samples/servers.mjs`; nothing where they answer inside the page. */
export const SOURCE_SERVER = origin(import.meta.env.VITE_SAMPLES_BASE);

/** Origin of the sources, the only one that panels of this page reach. */
export const SOURCES = SOURCE_SERVER ?? DEFAULT_SOURCES;

/** Origin of a kernel that serves the same panels to everybody; nothing where there is none. */
export const PANEL_SERVER = origin(import.meta.env.VITE_PANELS_BASE);
