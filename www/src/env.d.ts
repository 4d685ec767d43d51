interface ImportMetaEnv {
  /** Origin that serves /sample/weather and /sample/news; `.env` has the local one. */
  readonly VITE_API_BASE: string;
  /** Origin of the servers that sample panels call; empty: there are none. */
  readonly VITE_SAMPLES_BASE: string;
  /** Origin of a kernel that serves the sample panels; empty: there is none. */
  readonly VITE_PANELS_BASE: string;
}
