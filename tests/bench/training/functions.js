// Functions that make functions: composed, memoised, partially applied; recursion, arguments of any number.
const compose = (...steps) => (value) => steps.reduce((result, step) => step(result), value);
const memoise = (compute) => {
  const known = new Map();
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key));
    return known.get(key);
  };
};
const partial = (f, ...first) => (...rest) => f(...first, ...rest);
const counter = (from = 0) => {
  let at = from;
  return { next: () => ++at, reset: () => { at = from; }, get at() { return at; } };
};
function sumOf() {
  let sum = 0;
  for (let i = 0; i < arguments.length; i++) sum += arguments[i];
  return sum;
}
const pipeline = compose((n) => n + 1, (n) => n * 3, (n) => n % 1_000, Math.sqrt, Math.round);
const paths = memoise((n) => (n < 2 ? 1 : paths(n - 1) + paths(n - 2)));
const permutations = (items) => (items.length < 2 ? [items] : items.flatMap((item, i) => permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest])));
const ackermann = (m, n) => (m === 0 ? n + 1 : n === 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1)));
const events = { handlers: {}, on(name, handler) { (this.handlers[name] ??= []).push(handler); return this; }, emit(name, ...args) { for (const handler of this.handlers[name] ?? []) handler.apply(this, args); } };
let heard = 0;
events.on("tick", (n) => { heard += n; }).on("tick", function (n, m) { heard -= m; this.last = n; });
const ids = counter(100);
let total = 0;
for (let i = 0; i < 2_500; i++) {
  total += pipeline(i) + sumOf(i, 1, 2) + partial(Math.max, i % 7)(3, 4);
  if (i % 3 === 0) events.emit("tick", i, ids.next());
  if (i % 500 === 0) ids.reset();
}
const bound = sumOf.bind(null, 1, 2);
return [total, heard, events.last, ids.at, paths(60), permutations([1, 2, 3, 4, 5]).length, ackermann(2, 8), bound(3), sumOf.call(null, 4, 5)];
