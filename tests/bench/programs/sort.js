// Sorting: numbers by a comparator, texts by default.
let seed = 42;
const next = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648);
const numbers = Array.from({ length: 8_000 }, next);
const byValue = numbers.toSorted((a, b) => a - b);
const texts = numbers.slice(0, 4_000).map(String).sort();
return [byValue[0], byValue[4_000], byValue.at(-1), texts[0], texts[2_000], texts.at(-1)];
