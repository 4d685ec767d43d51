// Functions that are made, kept and called with what they closed over.
const counter = (step) => {
  let value = 0;
  return { add: () => (value += step), get: () => value };
};
const compose = (...functions) => (x) => functions.reduce((y, f) => f(y), x);
let sum = 0;
for (let i = 0; i < 2_500; i++) {
  const { add, get } = counter(i % 5);
  for (let k = 0; k < 5; k++) add();
  sum += compose((x) => x + 1, (x) => x * 2, (x) => x - get())(i);
}
return sum;
