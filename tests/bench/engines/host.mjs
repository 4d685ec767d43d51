// What the embedder offers to handlers: the same behind every engine.

/** Extensions by name, with their methods; each answers by a promise, as soon as it is asked. */
export const EXTENSIONS = {
  stock: { levels: async (skus) => Object.fromEntries(skus.map((sku) => [sku, (sku.length * 7 + Number(sku.slice(-2))) % 40])) },
  echo: { back: async (value) => value },
};

const NUMBERS = new Map([["n", 3]]);

/** Functions that answer on the spot, all of them a text to a number. */
export const FUNCTIONS = { get: (key) => NUMBERS.get(key) };
