//! Errors are reported where they happen.

mod support;

use nexus_core::{Error, ErrorCode, Location, Value};
use support::{answer, trial};

/// The text without its mark, `§`, and where the mark was.
fn unmarked(source: &str) -> (String, Location) {
    let before = &source[..source.find('§').expect("a mark")];
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().unwrap().encode_utf16().count() + 1;
    let location = Location { line: line.try_into().unwrap(), column: column.try_into().unwrap() };
    (source.replace('§', ""), location)
}

/// Runs a handler with a mark where its error is expected.
#[track_caller]
fn fails_at_the_mark(source: &str) -> Error {
    let (text, expected) = unmarked(source);
    let error = trial(&text).error();
    assert_eq!(error.location, Some(expected), "{source}\n{error:?}");
    error
}

#[track_caller]
fn is_refused_at_the_mark(source: &str, message: &str) {
    let (text, expected) = unmarked(source);
    let error = trial(&text).error();
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::CompilationError, message), "{source}");
    assert_eq!(error.location, Some(expected), "{source}");
}

/// In front of every failing expression and statement.
const VARIABLES: &str = "const none = null, number = 1, big = 1n, maybe = {}, symbol = Symbol(); let variable = 1;";

/// What would fail in the same ways, beside what does.
const DECOYS: &str = "if (!number) {
    none.method(); nobody(); nobody; new nobody(); number(); big + number; -symbol; number in number; [...number];
    const {a, b: [c]} = none; for (const d of number) { none.method() } `${symbol}`; maybe?.a.b; early; none.a = big;
}
";

/// What fails where the engine gives code no position of its own, or not this one.
const EXPRESSIONS: &[&str] = &[
    "none.§method()",
    "none.§method(none.method())",
    "none\n  .§method()",
    "none.§field",
    "none[§'a' + number]",
    "none.§field.field.method()",
    "number.§method()",
    "number.toFixed()\n  .trim()\n  .§method()",
    "§number()",
    "§nobody()",
    "§nobody",
    "§nobody.method()",
    "new §nobody()",
    "§new number()",
    "§big + number",
    "number + (§number * big)",
    "§-symbol",
    "§number in number",
    "§number instanceof number",
    "[number, ...§number]",
    "Math.max(number, ...§number)",
    "§`text ${symbol}`",
    "({a: number, b: none.§method()})",
    "({[none.§field]: number})",
    "({§nobody})",
    "maybe?.a.§b",
    "(maybe?.a?.b ?? maybe.b\n  .§c)",
    "(maybe.a?.b(none.b()) ?? none.§c())",
    "(number ? none.§method() : none.method())",
    "(!number || none.§method())",
    "(number, none.§method())",
    "typeof none.§method()",
    "§early",
    "number + §early",
    "(class extends §nobody {})",
    "(§{a: variable} = none)",
    "(§[variable] = number)",
    "(§number = 2)",
    "(§variable += big)",
    "(none.§a.b = number)",
    "§number`text`",
    "none.§tag`text`",
];

/// Where an expression, `@`, can stand.
const CONTEXTS: &[&str] = &[
    "@;",
    "const result = @;",
    "return @;",
    "$log(1, @, 2);",
    "new Array(@);",
    "const list = [1, @];",
    "const object = {a: 1, b: @};",
    "const text = `${@}`;",
    "maybe[@];",
    "maybe.x = @;",
    "variable = @;",
    "variable = 1 + (@);",
    "const not = !(@);",
    "const chosen = number ? (@) : 1;",
    "const [a = @] = [];",
    "const {a: b = @} = maybe;",
    "if (@) $log(1);",
    "if ((@) < 2) $log(1);",
    "if (number)\n  @;",
    "if (number) { $log(1); @; }",
    "while (@) break;",
    "do ; while (@);",
    "for (let i = (@); i < 1; i++) ;",
    "for (let i = 0; i < 3; i++) {\n  if (i > 1) @;\n}",
    "for (const x of [1]) {\n  $log(x, @);\n}",
    "for (const x of @) ;",
    "for (const x in @) ;",
    "try { $log(1); } finally {\n  @;\n}",
    "try { none.method(); } catch {\n  @;\n}",
    "switch (@) { default: }",
    "switch (1) { case 2: none.method(); case @: none.method(); }",
    "throw @;",
    "const f = () => @;\nf();",
    "const f = (a = @) => a;\nf();",
    "function f() {\n  const a = 1;\n  return @;\n}\nf();",
    "[1].map(x => @);",
    "[1].map(x => {\n  const y = @;\n});",
    "class A { m() {\n  return @;\n} }\nnew A().m();",
    "class A { constructor() {\n  this.x = @;\n} }\nnew A();",
    "class A { field = @ }\nnew A();",
    "class A { static {\n  @;\n} }",
    "const object = { get x() { return @ } };\nobject.x;",
    "function* g() { yield @; }\n[...g()];",
    "const f = async () => {\n  await null;\n  return @;\n};\nawait f();",
    "await null;\nconst result = @;",
    "await (@);",
    "await $ext.echo.say(1);\nconst result = @;",
    "await Promise.all([1, 2].map(async x => {\n  await x;\n  return @;\n}));",
];

#[test]
fn expressions_fail_where_they_are_wherever_they_are() {
    for context in CONTEXTS {
        for expression in EXPRESSIONS {
            let failing = context.replace('@', expression);
            fails_at_the_mark(&format!("{VARIABLES}\n{DECOYS}\n{failing}\n{DECOYS}\nlet early = 1;"));
        }
    }
}

#[test]
fn expressions_fail_where_they_are_on_the_first_line() {
    for expression in EXPRESSIONS {
        fails_at_the_mark(&format!("{VARIABLES} {expression}; let early = 1;"));
        fails_at_the_mark(&format!("{VARIABLES} await 0; [1].map(x => $log({expression})); let early = 1;"));
    }
}

#[test]
fn statements_fail_where_they_are() {
    let statements = [
        "const §{a} = none;",
        "const a = 1, b = none,\n  §{c} = b,\n  {d} = none;",
        "const §{a: {b}} = maybe;",
        "const {a, [none.§b]: c} = maybe;",
        "const {a = none.§b} = maybe;",
        "const §[a, b] = number;",
        "const §[a, {b}] = [];",
        "for (const x of §number) ;",
        "for (const x of [1,\n  2]) none.§method();",
        "for (const §{a} of [none]) ;",
        "for (const x of [none]) {\n  const §[y] = x;\n}",
        "for (number.a of none.§b) ;",
        "class §A extends number {}",
        "const f = (a, §{b}) => a + b;\nf(1);",
        "§number++;",
        "variable++;\n§number += 2;",
        "throw §new Error('thrown');",
        "const failure = () => {\n  return §new Error('made');\n};\nthrow failure();",
        "label: for (;;) { for (;;) {\n  none.§method();\n  continue label;\n} }",
        "function* g() {\n  yield 1;\n  yield* §number;\n}\n[...g()];",
        "const it = {[Symbol.iterator]: () => ({next() {\n  return none.§x;\n} })};\nfor (const x of it) ;",
        "const thenable = {then() {\n  none.§x;\n}};\nawait thenable;",
        "const object = {toString() {\n  return none.§x;\n}};\nreturn `${object}`;",
        "const object = {get x() {\n  return none.§y;\n}};\nconst {x} = object;",
        "JSON.§parse('{');",
        "[1, 2].map(x => x).§map(number);",
        "[].§reduce((a, b) => a + b);",
    ];
    for statement in statements {
        fails_at_the_mark(&format!("{VARIABLES}\n{DECOYS}\n{statement}\n{DECOYS}\nlet early = 1;"));
        fails_at_the_mark(&format!("{VARIABLES} {statement} let early = 1;"));
    }
}

#[test]
fn text_without_semicolons_fails_where_it_does() {
    for source in [
        "const a = 1\n§nobody()\nconst b = a",
        "let a = null\nlet b = a\n;[1].map(x => x)\nb.§method()\n`text`",
        "const a = null // a comment\nif (true)\n  a.§method()\nelse\n  a.method()",
        "'use strict'\nnull.§method()",
        "const f = () => {\n  'use strict'\n  null.§method()\n}\nf()",
        "const a = []\na /* [ */ [ // ]\n  0 /* ] */ ].§method()",
    ] {
        fails_at_the_mark(source);
    }
}

#[test]
fn columns_are_utf_16_units_and_lines_end_as_in_javascript() {
    for source in [
        "const s = '😀é'; null.§method()",
        "/* 😀 */ const {a} = 1, §{b} = null",
        "'😀';\n'😀😀', §nobody",
        "1;\r\n\r\nnull.§method()",
    ] {
        fails_at_the_mark(source);
    }
}

#[test]
fn the_stack_tells_every_function_and_what_is_native() {
    let source = "const inner = x => x.a.b();
function outer(list) {
  return list
    .map(inner);
}
const run = async () => {
  await null;
  return [{a: {}}]
    .map(x => outer([x, 1]));
};
await run();";
    let error = trial(source).error();
    let stack = "    at inner (handler.js:1:24)
    at map (native)
    at outer (handler.js:4:6)
    at <anonymous> (handler.js:9:15)
    at map (native)
    at run (handler.js:9:6)";
    assert_eq!(error.stack.as_deref(), Some(stack));
    assert_eq!(error.location, Some(Location { line: 1, column: 24 }));
}

#[test]
fn failed_calls_and_denials_are_where_the_call_is() {
    fails_at_the_mark("const x = 1;\nawait $ext\n  .§nobody.say(x);");
    let (text, location) = unmarked("$log(1);\nconst list = [1,\n  $ext.echo.§say(2)];\nawait list[1];");
    let (mut instance, _) = trial(&text).start();
    let failure = Error::new(ErrorCode::ExtensionError, "no route");
    assert_eq!(answer(&mut instance, "r.1", Err(failure)).error.unwrap().location, Some(location));
    let (text, location) = unmarked("$log(1);\nreturn [1,\n  $state.§secret];");
    assert_eq!(trial(&text).granted(&[]).error().location, Some(location));
}

#[test]
fn what_cannot_be_placed_is_not_placed() {
    // The text of an error is the handler's own business.
    let error = fails_at_the_mark("const n = null;\nconst e = §new TypeError('x is not defined');\nthrow e;");
    assert_eq!(error.message, "TypeError: x is not defined");
    assert_eq!(trial("throw 'text'").error().location, None);
    assert_eq!(trial("throw {message: 'no error'}").error().location, None);
}

#[test]
fn a_name_is_declared_once() {
    for source in [
        "const a = 1; const §a = 2",
        "let a;\nvar §a",
        "var a;\nlet §a",
        "let a; { var §a }",
        "let a; for (var §a of []) ;",
        "let a; try {} catch { for (;;) { var {b: [§a]} = {} } }",
        "function a() {} let §a",
        "class a {}\nfunction* §a() {}",
        "class a {} class §a {}",
        "return () => { let a; let §a }",
        "const o = {m() { let a; var §a }}",
        "class A { m() { const {a} = {}\nclass §a {} } }",
        "async function* g() { let a; let §a }",
    ] {
        is_refused_at_the_mark(source, "SyntaxError: 'a' is declared already");
    }
    let fine = "var a; var a; function a() {} function a() {} let b, {a: c, d: {e} = {b, a}} = {d: 1};
        { let b; { let b } } for (let b of []) { let b } (b => { let c; var d })(); class d { b() { let b } static { let b } }
        try {} catch (b) { let c } switch (1) { case 1: let b } return typeof a";
    assert_eq!(trial(fine).run().return_value, Some(Value::from("function")));
}

#[test]
fn text_that_ends_too_early_is_told_so() {
    for source in
        ["return (§", "if (x) {§", "call(1,\n  §", "const o = {§", "a +§", "() => {\n§", "return (1 // )§", "const§"]
    {
        is_refused_at_the_mark(source, "SyntaxError: unexpected end of the source");
    }
    for source in ["§}", "return 1;\n§}"] {
        is_refused_at_the_mark(source, "SyntaxError: unexpected '}' outside of any block");
    }
}

#[test]
fn long_chains_and_deep_nesting_do_no_harm() {
    // Unoptimised, the engine's parser takes more than twice the stack a level that it takes in the sandbox.
    let thread = std::thread::Builder::new().stack_size(5 << 20).spawn(|| {
        let sum = vec!["number"; 500].join(" + ");
        let calls = ".trim()".repeat(100);
        for failing in [
            format!("const sum = {sum};\nnone.§method();"),
            format!("const sum =\n  §{sum} + big;"),
            format!("const sum =\n  {sum} +\n  §number * big;"),
            format!("return 'text'{calls}\n  .§method(){calls};"),
            format!("return 'text'{calls}.length.§trim(){calls};"),
        ] {
            fails_at_the_mark(&format!("{VARIABLES}\n{failing}"));
        }
        for depth in [10, 40, 80] {
            let (open, close) = ("(1 + ".repeat(depth), ")".repeat(depth));
            fails_at_the_mark(&format!("{VARIABLES}\nconst x = {open}1{close};\nnone.§method();"));
            fails_at_the_mark(&format!("{VARIABLES}\nconst x = {open}none.§method(){close};"));
        }
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn a_jump_to_nowhere_is_refused_where_it_stands() {
    for (source, line, column) in [
        ("\n\n  break", 3, 3),
        ("for (;;) { break }\n'break'; // break\nx: { break x }\n if (true) continue; else break", 4, 12),
        ("x: {\n\n  y: { break z }\n}", 3, 8),
        ("f();\nfunction f() {\n  for (;;) { const g = () => { continue } }\n}", 3, 32),
        ("const o = { break: 1, continue() {} };\no.break; while (o.continue()) break;\nbreak", 3, 1),
    ] {
        let error = trial(source).error();
        assert_eq!(error.code, ErrorCode::CompilationError, "{source}");
        assert_eq!(error.location, Some(Location { line, column }), "{source}: {error}");
    }
}
