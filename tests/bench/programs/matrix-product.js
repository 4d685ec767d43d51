// The product of two matrices, as arrays of arrays.
const size = 48;
const matrix = (f) => Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => f(i, j)));
const left = matrix((i, j) => i + j);
const right = matrix((i, j) => i - j);
const product = matrix(() => 0);
for (let i = 0; i < size; i++) {
  for (let j = 0; j < size; j++) {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += left[i][k] * right[k][j];
    product[i][j] = sum;
  }
}
return [product[0][0], product[7][40], product[47][47]];
