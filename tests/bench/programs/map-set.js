// Map and Set: filling, finding, deleting, walking.
const words = new Map();
for (let i = 0; i < 20_000; i++) words.set(`key${i % 500}`, (words.get(`key${i % 500}`) ?? 0) + i);
const numbers = new Set();
for (let i = 0; i < 20_000; i++) numbers.add((i * 7_919) % 5_003);
for (let i = 0; i < 2_000; i++) numbers.delete(i);
let sum = 0;
for (const [key, value] of words) sum += key.length + value;
for (const number of numbers) sum += number;
return [sum, words.size, numbers.size];
