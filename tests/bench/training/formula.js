// A language of its own: text to tokens to a tree to values.
const tokenize = (text) => {
  const tokens = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at];
    if (char === " ") {
      at++;
    } else if (char >= "0" && char <= "9") {
      let end = at + 1;
      while (end < text.length && ((text[end] >= "0" && text[end] <= "9") || text[end] === ".")) end++;
      tokens.push({ type: "number", value: Number(text.slice(at, end)) });
      at = end;
    } else if (/[a-z]/i.test(char)) {
      let end = at + 1;
      while (end < text.length && /\w/.test(text[end])) end++;
      tokens.push({ type: "name", value: text.slice(at, end) });
      at = end;
    } else {
      tokens.push({ type: char });
      at++;
    }
  }
  return tokens;
};
const LEVELS = [["+", "-"], ["*", "/", "%"]];
class Parser {
  at = 0;
  constructor(tokens) {
    this.tokens = tokens;
  }
  peek() {
    return this.tokens[this.at]?.type;
  }
  expect(type) {
    if (this.peek() !== type) throw new SyntaxError(`expected ${type} at ${this.at}`);
    return this.tokens[this.at++];
  }
  binary(level = 0) {
    if (level === LEVELS.length) return this.unary();
    let left = this.binary(level + 1);
    while (LEVELS[level].includes(this.peek())) {
      const operator = this.tokens[this.at++].type;
      left = { type: "binary", operator, left, right: this.binary(level + 1) };
    }
    return left;
  }
  unary() {
    switch (this.peek()) {
      case "-":
        this.at++;
        return { type: "negate", operand: this.unary() };
      case "number":
        return { type: "number", value: this.expect("number").value };
      case "name": {
        const { value: name } = this.expect("name");
        if (this.peek() !== "(") return { type: "variable", name };
        this.at++;
        const args = [];
        while (this.peek() !== ")") {
          args.push(this.binary());
          if (this.peek() === ",") this.at++;
        }
        this.expect(")");
        return { type: "call", name, args };
      }
      default: {
        this.expect("(");
        const inside = this.binary();
        this.expect(")");
        return inside;
      }
    }
  }
}
const functions = { max: Math.max, min: Math.min, sum: (...values) => values.reduce((a, b) => a + b, 0), if: (test, yes, no) => (test ? yes : no) };
const evaluate = (tree, scope) => {
  switch (tree.type) {
    case "number": return tree.value;
    case "variable": return scope[tree.name] ?? 0;
    case "negate": return -evaluate(tree.operand, scope);
    case "call": return functions[tree.name](...tree.args.map((argument) => evaluate(argument, scope)));
    case "binary": {
      const [a, b] = [evaluate(tree.left, scope), evaluate(tree.right, scope)];
      switch (tree.operator) {
        case "+": return a + b;
        case "-": return a - b;
        case "*": return a * b;
        case "/": return b === 0 ? 0 : a / b;
        default: return a % b;
      }
    }
  }
};
const trees = ["price * count * (1 + tax / 100)", "max(a, b, sum(1, 2, c)) - min(a, 3)", "-(x + 2) * if(y % 2, 10, 20.5)", "1 + 2 * 3 - 4 / 5"].map((text) => new Parser(tokenize(text)).binary());
let sum = 0;
for (let i = 0; i < 350; i++) {
  const scope = { price: i, count: 3, tax: 25, a: i % 7, b: 4, c: i, x: i / 2, y: i };
  for (const tree of trees) sum += evaluate(tree, scope);
}
let errors = 0;
for (const text of ["1 +", "max(1, ", "(2", ")"]) {
  try {
    new Parser(tokenize(text)).binary();
  } catch {
    errors++;
  }
}
return [Math.round(sum), errors, JSON.stringify(trees[1]).length];
