/** What the process ends with. */
export const EXIT = {
  /** All is well. */
  fine: 0,
  /** What was looked at is not: an invalid document, a failed run, a record that diverges, a broken chain. */
  found: 1,
  /** The command cannot be understood, or a file not be read. */
  usage: 2,
} as const;
