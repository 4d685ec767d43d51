interface ImportMetaEnv {
  /** Origin that serves /sample/weather and /sample/news; `.env` has the local one. */
  readonly VITE_API_BASE: string;
}
