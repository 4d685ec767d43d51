// Errors that are made, thrown through several functions, caught, wrapped and told apart; code that finishes in any case.
class InputError extends Error {
  name = "InputError";
  constructor(field, message, options) {
    super(`${field}: ${message}`, options);
    this.field = field;
  }
}
const checks = {
  age: (value) => { if (!Number.isInteger(value) || value < 0) throw new InputError("age", "not a number of years"); },
  name: (value) => { if (typeof value !== "string" || value.trim() === "") throw new InputError("name", "missing"); },
  email: (value) => { if (!value?.includes?.("@")) throw new InputError("email", "no address", { cause: value }); },
};
function validate(form) {
  const errors = [];
  for (const [field, check] of Object.entries(checks)) {
    try {
      check(form[field]);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      errors.push({ field: error.field, message: error.message });
    }
  }
  if (errors.length > 2) throw new AggregateError(errors.map(({ message }) => new Error(message)), "nothing is right");
  return errors;
}
let opened = 0;
let closed = 0;
function withResource(work) {
  opened++;
  try {
    return work(opened);
  } finally {
    closed++;
  }
}
const deep = (n) => (n === 0 ? null.property : deep(n - 1));
const seen = {};
for (let i = 0; i < 450; i++) {
  const form = { age: i % 3 ? i : -1, name: i % 4 ? `n${i}` : " ", email: i % 5 ? "a@b" : i % 2 ? null : i };
  try {
    const errors = withResource((n) => {
      if (n % 11 === 0) deep(n % 7);
      if (n % 13 === 0) undefinedName;
      return validate(form);
    });
    for (const { field } of errors) seen[field] = (seen[field] ?? 0) + 1;
  } catch (error) {
    const kind = error.constructor.name + (error.errors ? error.errors.length : "");
    seen[kind] = (seen[kind] ?? 0) + 1;
  }
}
return [seen, opened === closed];
