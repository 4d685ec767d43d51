// Arithmetic on small integers in nested loops.
let sum = 0;
for (let i = 0; i < 600; i++) {
  for (let j = 0; j < 600; j++) sum = (sum + ((i * j) ^ (i - j))) | 0;
}
return sum;
