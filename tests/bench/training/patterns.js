// Regular expressions: lines of a log, taken apart by groups, replaced by callbacks, checked.
const log = Array.from({ length: 150 }, (_, i) => `2026-0${1 + (i % 9)}-1${i % 10}T0${i % 10}:30:0${i % 6}Z ${["INFO", "WARN", "ERROR"][i % 3]} [worker-${i % 8}] request /api/v${i % 3}/items/${i * 7}?q=a%20b&n=${i} took ${i * 3}ms from user${i}@example.org`);
const line = /^(?<day>\d{4}-\d{2}-\d{2})T[\d:]+Z (?<level>[A-Z]+) \[worker-(?<worker>\d+)\] request (?<path>\S+) took (?<ms>\d+)ms/;
const levels = {};
let slow = 0;
const queries = [];
for (const text of log) {
  const found = line.exec(text);
  if (!found) continue;
  const { level, worker, path, ms } = found.groups;
  levels[level] = (levels[level] ?? 0) + Number(worker);
  if (Number(ms) > 200) slow++;
  const query = {};
  for (const [, key, value] of path.matchAll(/[?&](\w+)=([^&]*)/g)) query[key] = value.replace(/%20/g, " ");
  queries.push(query);
}
const masked = log.map((text) => text.replace(/(\w+)@(\w+)\.org/g, (_, name, host) => `${name[0]}***@${host}`));
const numbers = log.join(" ").match(/\b\d{2,3}\b/g).length;
const valid = ["a@b.co", "no", "x.y@z.museum", "@", "a b@c.d"].filter((address) => /^[\w.]+@[\w-]+(\.[\w-]+)+$/i.test(address));
const tokens = [];
const token = /\s*(?:(\d+(?:\.\d+)?)|([a-z_]\w*)|(.))/gy;
for (let found; (found = token.exec("price_a * (12.5 + tax)/2 - fee_b")) !== null; ) tokens.push(found[1] ? "number" : found[2] ? "name" : found[3]);
return [levels, slow, queries.at(-1), masked[3], numbers, valid, tokens, "a1b22c".split(/\d+/), "aBc".search(/[A-Z]/), "x-y_z".replace(/[-_](\w)/g, (_, letter) => letter.toUpperCase())];
