// Array indexing: the primes below a limit.
const limit = 100_000;
const composite = new Array(limit).fill(false);
let primes = 0;
for (let n = 2; n < limit; n++) {
  if (composite[n]) continue;
  primes++;
  for (let multiple = n * n; multiple < limit; multiple += n) composite[multiple] = true;
}
return primes;
