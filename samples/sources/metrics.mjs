// How the shop does: a point every two seconds, as far back as anybody asks.

import { json } from "./answer.mjs";
import { randomOf } from "./random.mjs";

/** Milliseconds from point to point. */
const STEP_MS = 2_000;
/** Points of one answer. */
const MOST = 300;

const PAGES = { Search: 0.34, Product: 0.29, Basket: 0.17, Checkout: 0.12, Account: 0.08 };

/**
 * `GET /metrics?points=N`: `{ stepMs, points: [{ at, requests, latencyMs, errors, cpu, memory }], pages: [{ page, requests }] }`, the newest
 * point last.
 * @param {{ seed: number, now: () => number }} options
 */
export function metrics({ seed, now }) {
  const random = randomOf(`${seed} metrics`);

  /** A curve through random heights, `period` points apart, from -1 to 1. */
  function wave(name, index, period) {
    const from = Math.floor(index / period);
    const part = index / period - from;
    const ease = part * part * (3 - 2 * part);
    const [a, b] = [random(name, from), random(name, from + 1)];
    return 2 * (a + (b - a) * ease) - 1;
  }

  function point(index) {
    const load = 0.6 * wave("load", index, 45) + 0.25 * wave("gusts", index, 9) + 0.15 * wave("noise", index, 1);
    const trouble = Math.max(0, wave("trouble", index, 30) - 0.55);
    return {
      at: new Date(index * STEP_MS).toISOString(),
      requests: Math.round(240 + 130 * load),
      latencyMs: Math.round(42 + 18 * load + 160 * trouble),
      errors: Math.round(Math.max(0, 2 + 2 * wave("errors", index, 3) + 30 * trouble)),
      cpu: Math.round(46 + 27 * load + 20 * trouble),
      memory: Math.round(61 + 9 * wave("memory", index, 90)),
    };
  }

  return {
    "/metrics"({ url }) {
      const last = Math.floor(now() / STEP_MS);
      const count = Math.min(Math.max(Math.trunc(Number(url.searchParams.get("points") ?? 60)) || 1, 1), MOST);
      const points = Array.from({ length: count }, (_, index) => point(last - count + 1 + index));
      const requests = points.at(-1).requests;
      const pages = Object.entries(PAGES).map(([page, share]) => {
        const sway = 1 + 0.3 * wave(page, last, 12);
        return { page, requests: Math.round(requests * share * sway) };
      });
      return json({ stepMs: STEP_MS, points, pages });
    },
  };
}
