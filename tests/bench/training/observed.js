// Objects that are watched and restricted: proxies, accessors, symbols, property descriptors, frozen ones, prototypes by hand.
const changes = [];
const watch = (target, path = "") => new Proxy(target, {
  get(object, key, receiver) {
    const value = Reflect.get(object, key, receiver);
    return typeof value === "object" && value !== null ? watch(value, `${path}/${String(key)}`) : value;
  },
  set(object, key, value, receiver) {
    changes.push(`${path}/${String(key)}`);
    return Reflect.set(object, key, value, receiver);
  },
  has: (object, key) => !String(key).startsWith("_") && key in object,
  deleteProperty: (object, key) => delete object[key],
  ownKeys: (object) => Reflect.ownKeys(object).filter((key) => typeof key === "symbol" || !key.startsWith("_")),
});
const model = watch({ user: { name: "A", roles: ["x"], _secret: 1 }, total: 0 });
const id = Symbol("id");
const animal = { legs: 4, describe() { return `${this.name} on ${this.legs}`; } };
const bird = Object.create(animal, { legs: { value: 2, enumerable: true }, name: { get() { return `bird ${this[id]}`; } } });
let seen = 0;
let refused = 0;
const frozen = Object.freeze({ fixed: 1, list: Object.freeze([1, 2]) });
for (let i = 0; i < 350; i++) {
  model.total += i;
  model.user.name = `user ${i}`;
  if (i % 10 === 0) model.user.roles.push(`r${i}`);
  seen += Object.keys(model.user).length + ("_secret" in model.user ? 1 : 0);
  const one = Object.create(bird);
  one[id] = i;
  Object.defineProperty(one, "size", { value: i, writable: i % 2 === 0, configurable: true });
  seen += one.describe().length + (Object.getOwnPropertyDescriptor(one, "size").writable ? 1 : 0);
  try {
    if (i % 3 === 0) frozen.fixed = i;
    else if (i % 3 === 1) one.size = 0;
  } catch (error) {
    if (error instanceof TypeError) refused++;
  }
  for (const key in one) seen += key.length;
  const lazily = { get value() { Object.defineProperty(this, "value", { value: i }); return this.value; } };
  seen += lazily.value + lazily.value;
}
return [changes.length, seen, refused, JSON.stringify(model), Object.getPrototypeOf(bird) === animal, Object.isFrozen(frozen), typeof id, [..."ab"].entries().next()];
