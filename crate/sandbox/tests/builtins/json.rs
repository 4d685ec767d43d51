//! `JSON.stringify` and `JSON.parse`.

use proptest::prelude::*;

use crate::pair::Pair;
use crate::values::{key, number, string, value};

#[test]
fn values_become_the_text_that_the_engine_makes_of_them() {
    let pair = Pair::new();
    let space = prop::sample::select(vec![
        "undefined",
        "2",
        "'\\t'",
        "'--'",
        "100",
        "-1",
        "'a long indentation'",
        "new Number(1)",
        "new String('é')",
        "'\\u2028'",
        "{}",
        "1.9",
    ]);
    proptest!(ProptestConfig::with_cases(500), |(value in value(), space in space)| {
        pair.same(&format!("return JSON.stringify({value})"));
        pair.same(&format!("return JSON.stringify({value}, null, {space})"));
        pair.same(&format!("const seen = []; return [JSON.stringify({value}, function (key, value) {{ seen.push(key, typeof value, Array.isArray(this)); return key === 'a' ? undefined : value }}, {space}), seen]"));
        pair.same(&format!("return JSON.stringify({value}, ['a', 'b', 0, new String('10'), 'a', {{}}], {space})"));
    });
}

#[test]
fn strings_are_quoted_as_by_the_engine() {
    let pair = Pair::new();
    proptest!(ProptestConfig::with_cases(300), |(text in string(20))| {
        pair.same(&format!("return [JSON.stringify({text}), JSON.stringify({{[{text}]: 1}})]"));
    });
    let all: String = (0..=0x180_u32)
        .chain([0x2028, 0x2029, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFF])
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    pair.same(&format!("return JSON.stringify('{all}')"));
    pair.same("return JSON.stringify('\\ud83d\\ude00\\ude00\\ud83d\\ud83d\\ude00')");
}

#[test]
fn text_becomes_the_values_that_the_engine_makes_of_it() {
    let pair = Pair::new();
    proptest!(ProptestConfig::with_cases(500), |(text in json_text())| {
        pair.same(&format!("return JSON.parse({})", source(&text)));
        pair.same(&format!("return JSON.parse({} + '\\u0100'.slice(1) + '\"\\u0100\"'.slice(3))", source(&text)));
    });
}

#[test]
fn damaged_text_is_refused_as_by_the_engine() {
    let pair = Pair::new();
    let damage = (
        any::<prop::sample::Index>(),
        prop::sample::select(vec![
            "", ",", "\"", "[", "}", "0", "-", "\\", "\u{1}", " ", "e", ".", "\u{e9}", "tru", ":",
        ]),
    );
    proptest!(ProptestConfig::with_cases(500), |(text in json_text(), (at, piece) in damage)| {
        let mut damaged: Vec<char> = text.chars().collect();
        let at = at.index(damaged.len());
        damaged.splice(at..=at, piece.chars());
        let damaged: String = damaged.into_iter().collect();
        pair.same_but_for(&["surrogate", "end of hex escape", "number out of range"], &format!("return JSON.parse({})", source(&damaged)));
    });
}

#[test]
fn texts_at_the_edge_of_the_grammar() {
    let pair = Pair::new();
    for text in [
        "",
        " ",
        "0",
        "-0",
        "-",
        "01",
        "-01",
        "00",
        "1.",
        ".1",
        "1.0",
        "1e",
        "1e+",
        "1e5",
        "1E-5",
        "1e-400",
        "+1",
        "0x1",
        "123456789",
        "1234567890",
        "2147483647",
        "2147483648",
        "-2147483648",
        "999999999999999999999",
        "0.1e1",
        "0e0",
        "-0.0",
        "-0e1",
        "\"\"",
        "\"a",
        "\"\\u00e9\"",
        "\"\\u00E9\"",
        "\"\\ud83d\\ude00\"",
        "\"\\x41\"",
        "\"\\'\"",
        "'a'",
        "\"\t\"",
        "\"\\t\"",
        "\"\u{7f}\"",
        "\"\u{2028}\"",
        "true",
        "truex",
        "True",
        "nul",
        "null null",
        "undefined",
        "NaN",
        "Infinity",
        "[]",
        "[ ]",
        "[,]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[[]]",
        "[",
        "]",
        "{}",
        "{ }",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1}}",
        "{\"a\":{\"b\":[1,{\"c\":null}]}}",
        "{\"__proto__\":1}",
        "{\"__proto__\":{\"x\":1}}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"1\":1,\"0\":2,\"b\":3,\"a\":4}",
        "{\"4294967294\":1,\"4294967295\":2,\"01\":3,\"-1\":4}",
        "{\"\":1}",
        "{\"\\u0061\":1,\"a\":2}",
        "{\"length\":1}",
        "{\"constructor\":1}",
        "\u{feff}1",
        "\u{a0}1",
        "1\u{a0}",
        "\u{b}1",
        "\r\n\t 1 \r\n\t",
        "1//",
        "/**/1",
        "[1]\u{0}",
    ] {
        pair.same(&format!("return JSON.parse({})", source(text)));
    }
}

/// The engine takes none of it: it goes through UTF-8, nests no deeper than 128, and knows no number above the greatest.
#[test]
fn all_that_the_standard_allows_is_parsed() {
    let pair = Pair::new();
    assert_eq!(pair.ours("return JSON.parse('\"\\\\ud800\"')"), "\"<55296>\"");
    assert_eq!(pair.ours("return JSON.parse('\"\\ud800\"')"), "\"<55296>\"");
    assert_eq!(
        pair.ours("return [1 / JSON.parse('1e400'), 1 / JSON.parse('-1e400')].map((zero) => Object.is(zero, -0))"),
        r#"["0":false "1":true "length"w:2 }"#
    );
    assert_eq!(pair.ours("let value = JSON.parse('['.repeat(5000) + ']'.repeat(5000)), depth = 0; while (value) { value = value[0]; depth += 1 } return depth"), "5000");
    assert_eq!(pair.ours("let value = JSON.parse('{\"a\":'.repeat(5000) + '0' + '}'.repeat(5000)), depth = 0; while (value) { value = value.a; depth += 1 } return depth"), "5000");
}

#[test]
fn what_is_parsed_is_not_touched_by_changed_prototypes() {
    let pair = Pair::new();
    pair.same("const set = []; Object.defineProperty(Object.prototype, 'a', {set(v) { set.push(v) }, configurable: true});
        Object.defineProperty(Array.prototype, 0, {set(v) { set.push(v) }, configurable: true});
        try { return [JSON.parse('{\"a\":1}'), JSON.parse('[1]'), set] } finally { delete Object.prototype.a; delete Array.prototype[0] }");
}

#[test]
fn revivers_are_called_as_by_the_engine() {
    let pair = Pair::new();
    proptest!(ProptestConfig::with_cases(100), |(text in json_text())| {
        pair.same(&format!("const seen = []; return [JSON.parse({}, function (key, value, context) {{ seen.push(key, value, context.source); return key === 'a' ? undefined : value }}), seen]", source(&text)));
    });
    for reviver in ["undefined", "null", "1", "{}", "'x'"] {
        pair.same(&format!("return JSON.parse('[1]', {reviver})"));
    }
}

#[test]
fn the_text_is_made_a_string_once() {
    let pair = Pair::new();
    pair.same("let count = 0; const text = {toString() { count += 1; return '[1' }}; try { JSON.parse(text) } catch (error) { return [error.name, count] }");
    pair.same("return JSON.parse({toString() { throw 'thrown' }})");
    pair.same("return [JSON.parse(null), JSON.parse(5), JSON.parse(true)]");
    pair.same("return JSON.parse()");
    pair.same("return JSON.parse(Symbol())");
}

#[test]
fn cycles_are_refused_and_repetitions_are_not() {
    let pair = Pair::new();
    pair.same("const o = {}; o.o = o; return JSON.stringify(o)");
    pair.same("const o = {a: [{}]}; o.a[0].o = o; return JSON.stringify(o)");
    pair.same("const o = []; o.push(o); return JSON.stringify(o)");
    pair.same("const o = {x: 1}; return JSON.stringify([o, o, {o}])");
    pair.same("const o = {}; o.o = new Proxy(o, {}); return JSON.stringify(o).length < 0");
}

#[test]
fn code_that_runs_while_a_value_is_written_sees_and_changes_what_the_standard_says() {
    let pair = Pair::new();
    pair.same("const o = {a: {toJSON() { delete o.b; o.c = 'changed'; o.d = 1; return 'a' }}, b: 1, c: 2}; return JSON.stringify(o)");
    pair.same("const o = {get a() { Object.defineProperty(o, 'b', {get: () => 'got', enumerable: true}); return 1 }, b: 1}; return JSON.stringify(o)");
    pair.same("const o = [{toJSON() { o.length = 2; return 1 }}, 2, 3]; return JSON.stringify(o)");
    pair.same("const o = [{toJSON() { Object.prototype.toJSON = () => 'all'; return 1 }}, {x: 1}, {x: 1}, 5]; try { return JSON.stringify(o) } finally { delete Object.prototype.toJSON }");
    pair.same("const shape = () => ({x: 1}); const o = [shape(), {toJSON() { Object.prototype.toJSON = () => 'all'; return 1 }}, shape()]; try { return JSON.stringify(o) } finally { delete Object.prototype.toJSON }");
    pair.same("const all = []; const p = new Proxy({a: 1, b: [1]}, {get(t, k, r) { all.push('get ' + String(k)); return Reflect.get(t, k, r) }, ownKeys(t) { all.push('ownKeys'); return Reflect.ownKeys(t) }, getOwnPropertyDescriptor(t, k) { all.push('own ' + String(k)); return Reflect.getOwnPropertyDescriptor(t, k) }}); return [JSON.stringify({p}), all]");
    pair.same("const all = []; const p = new Proxy([1, 2], {get(t, k, r) { all.push('get ' + String(k)); return Reflect.get(t, k, r) }}); return [JSON.stringify([p]), all]");
    pair.same("const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return JSON.stringify({proxy})");
    pair.same("return JSON.stringify({a: 1n})");
    pair.same("BigInt.prototype.toJSON = function () { return typeof this + this }; try { return JSON.stringify([1n, Object(2n)]) } finally { delete BigInt.prototype.toJSON }");
    pair.same("return JSON.stringify({a: [Object(1n)]})");
    pair.same("return JSON.stringify({toJSON() { throw 'thrown' }})");
    pair.same("return JSON.stringify({get toJSON() { throw 'thrown' }})");
    pair.same("return JSON.stringify({toJSON: 5, a: {toJSON: null}})");
    pair.same("return JSON.stringify({a: new Number({valueOf() { throw 'no' }}), b: Object.assign(new Number(3), {valueOf: () => 7}), c: Object.assign(new String('s'), {toString: () => 't'})})");
    pair.same("return JSON.stringify(Object.assign(() => 1, {toJSON: () => 'f'}))");
    pair.same("return [JSON.stringify(), JSON.stringify(undefined), JSON.stringify(() => 1), JSON.stringify(Symbol()), JSON.stringify(null)]");
    pair.same("return JSON.stringify({a: undefined, b: () => 1, c: Symbol(), d: [undefined, () => 1, Symbol()]})");
    pair.same("return JSON.stringify({get a() { return this.b }, b: 2})");
    pair.same("class P { get inherited() { return 1 } own = 2; static s = 3 } return [JSON.stringify(new P()), JSON.stringify(P)]");
    pair.same("return JSON.stringify(new Proxy(() => 1, {}))");
    pair.same("const a = [1,,3]; Array.prototype[1] = 'proto'; try { return JSON.stringify(a) } finally { delete Array.prototype[1] }");
    pair.same("return JSON.stringify({[Symbol('a')]: 1, 2: 'two', 1: 'one', b: 'b'})");
    pair.same("return JSON.stringify(Object.create({a: 1}, {b: {value: 1, enumerable: true}, c: {value: 2}}))");
    pair.same("return JSON.stringify([new Date(0), new Date(NaN)])");
    pair.same("return JSON.stringify({a: 1}, new Proxy(['a'], {}))");
    pair.same("return JSON.stringify({a: 1, b: 2}, (k, v) => k === '' ? {b: v.b} : v)");
    pair.same("const r = JSON.rawJSON('\"x\"'); return [JSON.stringify({r}), JSON.stringify(r), JSON.isRawJSON(r)]");
    pair.same("return JSON.stringify((function () { return arguments })(1, 2))");
}

#[test]
fn indentation_is_that_of_the_engine() {
    let pair = Pair::new();
    pair.same("return [JSON.stringify([], null, 2), JSON.stringify({}, null, 2), JSON.stringify([[]], null, 2), JSON.stringify({a: {}}, null, 2), JSON.stringify([undefined], null, 2), JSON.stringify({a: undefined}, null, 2), JSON.stringify({a: [1, {b: 2}], c: 3}, null, '\\u0100')]");
    pair.same("return JSON.stringify([1], null, {valueOf() { throw 'no' }})");
    pair.same("return JSON.stringify([1], null, Object.assign(new Number(1), {valueOf() { return 3 }}))");
}

#[test]
fn what_is_written_is_read_back() {
    let pair = Pair::new();
    proptest!(ProptestConfig::with_cases(200), |(value in value())| {
        // That is written as it was given, and not as its value.
        prop_assume!(!value.contains("rawJSON"));
        prop_assert_eq!(pair.ours(&format!("const once = JSON.stringify({value}); return once === undefined || JSON.stringify(JSON.parse(once)) === once")), "true");
    });
}

/// A text that is JSON.
fn json_text() -> impl Strategy<Value = String> {
    let blank = prop::sample::select(vec!["", "", "", " ", "\n", "\t\r "]);
    let leaf = prop_oneof![
        number().prop_map(|number| if number.starts_with("Number") {
            "12345678901234567890".to_owned()
        } else {
            number
        }),
        string(6).prop_filter("the engine refuses lone surrogates", |text| !text.contains("\\ud83d")
            && !text.contains("\\ude00")),
        prop::sample::select(vec![
            "true",
            "false",
            "null",
            "\"\u{e9}\"",
            "\"\u{1F600}\"",
            "\"\\ud83d\\ude00\"",
            "\"\\/\\b\\f\"",
            "\"plain\""
        ])
        .prop_map(str::to_owned),
    ];
    let tree = leaf.prop_recursive(4, 24, 6, |inner| {
        let name = key().prop_filter_map("the engine refuses lone surrogates", |key| {
            let key = key.replace('\'', "\"");
            (!key.contains("\\ud83d") && !key.contains("\\ude00")).then_some(key)
        });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name, inner), 0..6).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(name, value)| format!("{name}:{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    });
    (blank.clone(), tree, blank).prop_map(|(before, tree, after)| format!("{before}{tree}{after}"))
}

/// The text as a string literal.
fn source(text: &str) -> String {
    crate::values::literal(&text.encode_utf16().collect::<Vec<_>>())
}
