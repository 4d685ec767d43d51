// Handlers of different weight, and what they are given.

import { readFileSync } from "node:fs";

const CATEGORIES = ["tools", "paint", "garden"];
const PRODUCTS = 50;
const DAYS = 6;

const source = (name) => readFileSync(new URL(name, import.meta.url), "utf8");

const product = (i) => ({
  sku: `${i % 2 ? "AB" : "XY"}-${10 + i}`,
  name: `Product ${i}`,
  category: CATEGORIES[i % CATEGORIES.length],
  price: 1.5 + (i % 7) * 2.25,
  pack: 6,
  retired: i % 10 === 9,
});
const products = Array.from({ length: PRODUCTS }, (_, i) => product(i));
const sales = (i) => Array.from({ length: DAYS }, (_, day) => ({ day: `2026-11-${20 - 3 * day}`.replace(/-(\d)$/, "-0$1"), count: (i * 5 + day * 3) % 17 }));
const args = { warehouse: "north", budget: 4000, today: "2026-11-21" };

/** One call and nothing else. */
export const ask = { source: "return await $ext.echo.back($args.value);", args: { value: 1 } };

/** Some 60 lines, one call, 50 flat records of state. */
export const restock = {
  source: source("restock.js"),
  args,
  state: {
    settings: { since: "2026-11-07", leadDays: 5, spareDays: 3 },
    openOrders: 2,
    products: products.map((product, i) => ({ ...product, sold: (i * 37) % 90 })),
  },
};

/** The same with 300 nested records, and two dates parsed for each of them. */
export const forecast = {
  source: source("forecast.js"),
  args,
  state: { settings: { window: 14, leadDays: 5, spareDays: 3 }, openOrders: 2, products: products.map((product, i) => ({ ...product, sales: sales(i) })) },
};
