// JSON into objects.
const text = JSON.stringify(Array.from({ length: 150 }, (_, id) => ({ id, name: `item "${id}"`, tags: ["a", "b"], price: id / 3, stock: null, on: true })));
let sum = 0;
for (let turn = 0; turn < 8; turn++) for (const { id, tags, price } of JSON.parse(text)) sum += id + tags.length + price;
return sum;
