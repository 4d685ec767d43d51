// Floating point: pi by the Leibniz series, and square roots.
let pi = 0;
let roots = 0;
for (let i = 0; i < 120_000; i++) {
  pi += (i % 2 ? -4 : 4) / (2 * i + 1);
  roots += Math.sqrt(i) * 0.5;
}
return [pi, roots];
