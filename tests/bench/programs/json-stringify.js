// Objects into JSON.
const items = Array.from({ length: 150 }, (_, id) => ({ id, name: `item "${id}"`, tags: ["a", "b"], price: id / 3, stock: null, on: true }));
let length = 0;
for (let turn = 0; turn < 25; turn++) length += JSON.stringify({ turn, items }).length;
return length;
