// Properties of objects of many shapes, by name and by computed key.
const shapes = Array.from({ length: 8 }, (_, i) => {
  const shape = {};
  for (let k = 0; k < i; k++) shape[`filler${k}`] = k;
  return Object.assign(shape, { x: i, y: i * 2, get area() { return this.x * this.y } });
});
const keys = ["x", "y", "area"];
let sum = 0;
for (let i = 0; i < 50_000; i++) {
  const shape = shapes[i % 8];
  sum += shape.x + shape[keys[i % 3]];
  shape.y = i % 7;
}
return sum;
