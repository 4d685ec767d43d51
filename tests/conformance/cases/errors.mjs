// Errors tell their code, line and column in the author's source.

import { equal, match, ok } from "../assert.mjs";

export default {
  "a throw tells line and column, on the first line and later ones": async (t) => {
    for (const [source, line, from, to] of [
      ["throw new Error('x')", 1, 1, 20],
      ["  throw new Error('x')", 1, 3, 22],
      ["const a = 1;\n\n    throw new Error('x');", 3, 5, 24],
      ["const a = 1; /* é漢👍 */ throw new Error('x')", 1, 24, 43],
      ["if (true) {\r\n  throw new TypeError('x')\r\n}", 2, 3, 26],
      ["function f() {\n  throw new Error('x');\n}\n\nf();", 2, 3, 22],
      ["await null;\n  throw new Error('x')", 2, 3, 22],
      ["await $ext.test.echo(1);\n\n throw new Error('x')", 3, 2, 21],
    ]) {
      const { code, message, location } = await t.error(source);
      equal(code, "EXECUTION_ERROR");
      match(message, /^(Type)?Error: x$/);
      equal(location?.line, line, source);
      ok(location.column >= from && location.column <= to, `${source}: column ${location.column}`);
    }
  },

  "what the engine throws tells its line": async (t) => {
    const wrong = [];
    for (const statement of [
      "undefined.x",
      "null.f()",
      "$args.data.items.map((x) => x)",
      "nope()",
      "const value = nope",
      "new Nope()",
      "const { a } = null",
      "[...5]",
      "for (const x of 5) ;",
      "const c = 1; c = 2",
      "1n + 1",
      "'x' in 5",
      "({}) instanceof 5",
      "JSON.parse('{')",
      "'x'.repeat(-1)",
      "return nope",
      "if (nope) ;",
      "$log(nope)",
      "tdz; let tdz",
    ]) {
      for (const before of ["", "const first = 1;\n\n  ", "await $ext.test.echo(1);\n"]) {
        const error = await t.error(`${before}${statement}\n;const last = 1;`);
        equal(error.code, "EXECUTION_ERROR", statement);
        const line = before.split("\n").length;
        if (error.location?.line !== line) wrong.push(`${statement} on line ${line}: ${error.message} at line ${error.location?.line}`);
      }
    }
    equal(wrong, []);
  },

  "the stack names the functions that were running": async (t) => {
    const { stack, snippet } = await t.error("function inner() {\n  throw new Error('x');\n}\nfunction outer() {\n  inner();\n}\nouter();");
    match(stack, /inner .*:2:/);
    match(stack, /outer .*:5:/);
    ok(stack.indexOf("inner") < stack.indexOf("outer"), stack);
    equal(snippet.code.split("\n")[snippet.highlightLine - 1], "  throw new Error('x');");
  },

  "thrown values that are no errors are told": async (t) => {
    equal((await t.error("throw 'plain'")).message, "plain");
    equal((await t.error("throw 42")).message, "42");
    for (const thrown of ["undefined", "null", "{ a: 1 }", "Symbol('s')", "[]", "{ toString() { throw 1 } }", "() => 1"]) {
      const error = await t.error(`throw (${thrown})`);
      equal([error.code, typeof error.message], ["EXECUTION_ERROR", "string"], thrown);
    }
  },

  "a handler cannot pass its own error off as the kernel's": async (t) => {
    for (const code of ["TIMEOUT", "PERMISSION_DENIED", "INTERNAL_ERROR"]) {
      const error = await t.error(`throw Object.assign(new Error('mine'), { code: '${code}' })`);
      equal([error.code, error.message], ["EXECUTION_ERROR", "Error: mine"]);
    }
  },

  "syntax errors are COMPILATION_ERROR with line and column": async (t) => {
    for (const [source, line, column] of [
      ["let x = ;", 1, 9],
      ["let a = 1;\n  let b = +;\n", 2, 12],
      ["const a = 1;\nconst = 2;", 2, undefined],
      ["let s = 'open", 1, undefined],
      ["return 1;\n\nimport x from 'y'", 3, undefined],
      ["const a = 1;\nconst a = 2;", 2, undefined],
      ["if (true) {\n  $state.x = 1", 2, undefined],
      ["return (", 1, undefined],
      ["await = 1", 1, undefined],
    ]) {
      const { code, location } = await t.error(source);
      equal(code, "COMPILATION_ERROR", source);
      equal(location?.line, line, source);
      ok(column === undefined || location.column === column, `${source}: column ${location.column}`);
    }
  },

  "a jump to nowhere is a syntax error at its line": async (t) => {
    for (const source of ["\n\n  break", "const a = 1;\n\n  continue", "x: {\n\n  y: { break z }\n}", "if (true) {\n\n  break;\n}", "f();\nfunction f() {\n  continue;\n}"]) {
      const { code, location } = await t.error(source);
      equal([code, location?.line], ["COMPILATION_ERROR", 3], source);
    }
  },

  "an error that the handler catches is an error object": async (t) => {
    const source = "try { null.x } catch (e) { return [e instanceof TypeError, e instanceof Error, typeof e.message, e.name] }";
    equal(await t.value(source), [true, true, "string", "TypeError"]);
  },

  "a promise that nobody can settle is an error and no hang": async (t) => {
    const error = await t.error("$state.a = 1;\nawait new Promise(() => {});");
    equal(error.code, "EXECUTION_ERROR");
  },
};
