import "ses";

export async function first() {
  lockdown();
  return new Compartment({ globals: { a: 6, b: 7 }, __options__: true }).evaluate("a * b");
}
