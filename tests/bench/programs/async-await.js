// Promises: a chain of awaits, many at once, and thenables.
const double = async (x) => x * 2;
const later = (x) => new Promise((resolve) => resolve(x)).then((y) => y + 1);
let sum = 0;
for (let i = 0; i < 6_000; i++) sum += await double(i);
for (let turn = 0; turn < 40; turn++) sum += (await Promise.all(Array.from({ length: 40 }, (_, i) => later(i)))).length;
await Promise.allSettled([Promise.reject(1), double(2)]).then(([first]) => (sum += first.reason));
return sum;
