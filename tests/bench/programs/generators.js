// Generators, delegation and the iteration protocol.
function* range(from, to) {
  for (let i = from; i < to; i++) yield i;
}
function* walk(depth) {
  if (depth === 0) return yield 1;
  yield* walk(depth - 1);
  yield* walk(depth - 1);
}
let sum = 0;
for (const i of range(0, 25_000)) sum += i;
for (const leaf of walk(9)) sum += leaf;
const iterator = range(0, 5_000)[Symbol.iterator]();
for (let step = iterator.next(); !step.done; step = iterator.next()) sum -= step.value;
return sum;
