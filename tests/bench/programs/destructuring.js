// Destructuring, defaults, rest and spread.
const area = ({ size: [width, height = 1] = [], scale = 1 }) => (width ?? 0) * height * scale;
const others = ({ size, id = 0, ...rest }) => Object.keys(rest).length + id;
let sum = 0;
for (let i = 0; i < 3_000; i++) {
  const shape = { size: i % 3 ? [i % 10, 2] : [i % 10], name: "shape", id: i };
  sum += area({ ...shape, scale: 2 }) + area(shape) + others(shape);
  const [first, , third = 7, ...last] = [i, ...shape.size, 3, 4];
  sum += first + third + last.length + Math.max(...shape.size);
}
return sum;
