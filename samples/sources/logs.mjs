// The log of a small shop: eight lines a second, and a backlog of half an hour.

import { json } from "./answer.mjs";
import { pick, randomOf } from "./random.mjs";

/** Milliseconds from line to line. */
const PACE_MS = 125;
/** Lines that are there when the source starts. */
const BACKLOG = 12_000;
/** Lines of one answer. */
const MOST = 4_000;

const PATHS = ["/", "/basket", "/checkout", "/search?q=lamp", "/orders/4711", "/orders/1138", "/api/stock", "/login"];
const BOOKS = ["invoice", "refund", "voucher"];

const WRITERS = [
  { level: "info", weight: 62, service: "web", say: (r) => `GET ${pick(PATHS, r("path"))} 200 in ${4 + Math.floor(60 * r("ms") ** 3)} ms` },
  { level: "debug", weight: 16, service: "cache", say: (r) => `${pick(["hit", "hit", "miss"], r("hit"))} product:${1000 + Math.floor(9000 * r("key"))}` },
  { level: "info", weight: 10, service: "orders", say: (r) => `order ${20_000 + Math.floor(9999 * r("order"))} paid, ${(5 + 200 * r("sum")).toFixed(2)} EUR` },
  { level: "warn", weight: 7, service: "web", say: (r) => `GET ${pick(PATHS, r("path"))} 200 in ${900 + Math.floor(1900 * r("ms"))} ms, slower than 800 ms` },
  { level: "warn", weight: 3, service: "stock", say: (r) => `only ${1 + Math.floor(3 * r("left"))} left of product ${1000 + Math.floor(9000 * r("key"))}` },
  { level: "error", weight: 2, service: "billing", say: (r) => `${pick(BOOKS, r("book"))} ${8000 + Math.floor(999 * r("number"))} not sent: connection reset by mail relay` },
];
const TOTAL = WRITERS.reduce((sum, writer) => sum + writer.weight, 0);

function writerAt(number) {
  let rest = number * TOTAL;
  return WRITERS.find((writer) => (rest -= writer.weight) < 0);
}

/**
 * `GET /logs?after=N&limit=M`: `{ next, lines: [{ seq, at, level, service, message }] }`, the lines after the N-th, or the newest ones.
 * @param {{ seed: number, now: () => number }} options
 */
export function logs({ seed, now }) {
  const random = randomOf(`${seed} logs`);
  const begin = now() - BACKLOG * PACE_MS;

  function line(seq) {
    const of = (what) => random(seq, what);
    const { level, service, say } = writerAt(of("writer"));
    return { seq, at: new Date(begin + seq * PACE_MS).toISOString(), level, service, message: say(of) };
  }

  return {
    "/logs"({ url }) {
      const end = Math.max(BACKLOG, Math.floor((now() - begin) / PACE_MS));
      const given = (name, without) => Math.trunc(Number(url.searchParams.get(name) ?? without)) || 0;
      const limit = Math.min(Math.max(given("limit", MOST), 1), MOST);
      const after = Math.max(url.searchParams.has("after") ? given("after") : end - limit, 0);
      const next = Math.max(after, Math.min(after + limit, end));
      return json({ next, end, lines: Array.from({ length: next - after }, (_, index) => line(after + index + 1)) });
    },
  };
}
