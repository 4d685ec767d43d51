// Big integers: a factorial, a Fibonacci number, powers modulo a prime.
let factorial = 1n;
for (let i = 1n; i <= 700n; i++) factorial *= i;
let [a, b] = [0n, 1n];
for (let i = 0; i < 4_000; i++) [a, b] = [b, a + b];
const prime = 2n ** 127n - 1n;
let power = 1n;
for (let base = 3n, exponent = prime - 2n; exponent > 0n; exponent >>= 1n) {
  if (exponent & 1n) power = (power * base) % prime;
  base = (base * base) % prime;
}
return [String(factorial % 1_000_000_007n), String(a).length, String(power)];
