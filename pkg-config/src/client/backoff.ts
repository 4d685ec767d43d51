const FIRST_MS = 250;
const LAST_MS = 30_000;

/**
 * Milliseconds until the next attempt: twice as long each time, and anywhere in the upper half of that, so that the clients of a server
 * that was gone do not all come back at once.
 * @param attempt from 0
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(attempt, 20));
  return ceiling / 2 + (random() * ceiling) / 2;
}
