// Generators and iterators, of the language and of our own: lazily filtered, zipped, flattened, delegated to.
function* range(from, to, step = 1) {
  for (let i = from; i < to; i += step) yield i;
}
function* map(items, f) {
  for (const item of items) yield f(item);
}
function* filter(items, keep) {
  for (const item of items) if (keep(item)) yield item;
}
function* take(items, count) {
  if (count <= 0) return;
  for (const item of items) {
    yield item;
    if (--count === 0) return;
  }
}
function* zip(...sources) {
  const iterators = sources.map((source) => source[Symbol.iterator]());
  for (;;) {
    const next = iterators.map((iterator) => iterator.next());
    if (next.some(({ done }) => done)) return;
    yield next.map(({ value }) => value);
  }
}
function* leaves(tree) {
  if (Array.isArray(tree)) for (const branch of tree) yield* leaves(branch);
  else yield tree;
}
function* conversation() {
  let told = "";
  for (;;) {
    try {
      const word = yield told.length;
      if (word === "end") return told;
      told += word;
    } catch {
      told = "";
    }
  }
}
class Tree {
  constructor(value, left = null, right = null) {
    Object.assign(this, { value, left, right });
  }
  *[Symbol.iterator]() {
    if (this.left) yield* this.left;
    yield this.value;
    if (this.right) yield* this.right;
  }
}
const balanced = (from, to) => {
  if (from > to) return null;
  const middle = (from + to) >> 1;
  return new Tree(middle, balanced(from, middle - 1), balanced(middle + 1, to));
};
let sum = 0;
for (let i = 0; i < 8; i++) {
  for (const n of take(filter(map(range(0, 2_000), (n) => n * 3 + i), (n) => n % 2 === 0), 200)) sum += n;
  for (const [a, b] of zip(range(0, 60), new Set([1, 2, 3, 4, 5]), "letters")) sum += a + b;
  sum += [...leaves([1, [2, [3, [4, 5]], 6], [[[7]]]])].length + Math.max(...balanced(1, 60));
}
const talk = conversation();
talk.next();
for (let i = 0; i < 200; i++) i % 40 === 39 ? talk.throw(new Error("forget")) : talk.next("word");
const [first, second, ...others] = take(range(5, 100, 7), 6);
const text = [...new Map([["a", 1], ["b", 2]]).entries()].map(([key, value]) => key + value).join();
return [sum, talk.next("end"), first, second, others, text, Array.from({ length: 3 }, (_, i) => i ** 2), Array.from(range(0, 3), (n) => -n)];
