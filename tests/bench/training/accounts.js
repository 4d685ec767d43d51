// Classes that inherit, with private fields, accessors, static members and iterators.
class Account {
  static #opened = 0;
  static open(...args) {
    Account.#opened++;
    return new this(...args);
  }
  static get opened() {
    return Account.#opened;
  }
  #balance = 0;
  history = [];
  constructor(owner, limit = 0) {
    this.owner = owner;
    this.limit = limit;
  }
  get balance() {
    return this.#balance;
  }
  set note(text) {
    this.history.push({ kind: "note", text });
  }
  deposit(amount) {
    if (amount <= 0) throw new RangeError("nothing to deposit");
    this.#balance += amount;
    this.history.push({ kind: "deposit", amount });
    return this;
  }
  withdraw(amount) {
    if (!this.allows(amount)) return false;
    this.#balance -= amount;
    this.history.push({ kind: "withdraw", amount });
    return true;
  }
  allows(amount) {
    return this.#balance + this.limit >= amount;
  }
  *[Symbol.iterator]() {
    for (const entry of this.history) yield entry;
  }
  toString() {
    return `${this.owner}: ${this.#balance}`;
  }
}
class Savings extends Account {
  rate = 0.01;
  constructor(owner) {
    super(owner, 0);
  }
  allows(amount) {
    return amount < 500 && super.allows(amount);
  }
  accrue() {
    const interest = Math.floor(this.balance * this.rate);
    return interest > 0 ? this.deposit(interest) : this;
  }
}
class Joint extends Savings {
  #others;
  constructor(owner, ...others) {
    super(owner);
    this.#others = others;
  }
  get owners() {
    return [this.owner, ...this.#others];
  }
}
const bank = [];
for (let i = 0; i < 40; i++) {
  bank.push(i % 3 === 0 ? Account.open(`a${i}`, 50) : i % 3 === 1 ? Savings.open(`s${i}`) : Joint.open(`j${i}`, "x", "y"));
}
let refused = 0;
for (let day = 0; day < 45; day++) {
  for (const account of bank) {
    account.deposit(10 + (day % 7));
    if (!account.withdraw((day * 13) % 90)) refused++;
    if (account instanceof Savings && day % 10 === 9) account.accrue();
    if (day % 15 === 0) account.note = `day ${day}`;
  }
}
const moved = bank.map((account) => [...account].filter(({ kind }) => kind === "withdraw").reduce((sum, { amount }) => sum + amount, 0));
return [Account.opened, refused, moved, bank.map(String), bank.filter((account) => account instanceof Joint).map(({ owners }) => owners.length)];
