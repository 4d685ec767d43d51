use nexus_core::{Map, Value};

use super::{Environment, Expression, ExpressionError, ExpressionErrorKind};
use crate::limits;

fn state() -> Map {
    let item = |name: &str, price: f64, done| {
        Value::object([("name", Value::from(name)), ("price", Value::from(price)), ("done", Value::Bool(done))])
    };
    Map::from_iter([
        ("count".to_owned(), Value::Number(3.0)),
        ("name".to_owned(), Value::from("Ann 😀")),
        ("on".to_owned(), Value::Bool(true)),
        ("none".to_owned(), Value::Null),
        ("items".to_owned(), Value::from(vec![item("a", 5.0, true), item("b", 15.0, false), item("c", 25.0, false)])),
        ("user".to_owned(), Value::object([("address", Value::object([("city", Value::from("Oslo"))]))])),
        ("matrix".to_owned(), Value::from(vec![Value::from(vec![1, 2]), Value::from(vec![3, 4])])),
        ("a key".to_owned(), Value::Number(7.0)),
        ("bytes".to_owned(), Value::Bytes(vec![1, 2])),
    ])
}

fn evaluate(text: &str) -> Result<Value, ExpressionError> {
    let state = state();
    let computed = Map::from_iter([("total".to_owned(), Value::Number(45.0))]);
    let scope = Map::from_iter([("item".to_owned(), Value::object([("id", Value::Number(9.0))]))]);
    Expression::parse(text)?.evaluate(Environment { state: &state, computed: &computed, scope: &scope })
}

/// Expressions with their values as JSON.
#[test]
fn expressions_compute_what_javascript_does() {
    for (text, expected) in [
        // Literals.
        ("1", "1"),
        (".5", "0.5"),
        ("1e3", "1000"),
        ("1.", "1"),
        ("'a\\n\\'b\\''", r#""a\n'b'""#),
        ("\"x\"", r#""x""#),
        ("'\\u0041\\uD83D\\ude00\\b\\f'", "\"A😀\\b\\f\""),
        ("true", "true"),
        ("null", "null"),
        ("undefined", "null"),
        ("[1, 'a', [],]", r#"[1,"a",[]]"#),
        ("{ a: 1, 'b c': 2, 3: 4 }", r#"{"a":1,"b c":2,"3":4}"#),
        ("``", r#""""#),
        ("`a ${$state.count + 1} \\`$ {b} \\${c} ${`<${null}>`}` + `!`", r#""a 4 `$ {b} ${c} <null>!""#),
        ("`${{ a: 1 }.a}`.length", "1"),
        // State and scope.
        ("$state.count", "3"),
        ("$state['a key']", "7"),
        ("$state['na' + 'me'].length", "6"),
        ("$state.total", "45"),
        ("$state.user.address.city", r#""Oslo""#),
        ("$state.items[1].name", r#""b""#),
        ("$state.items[$state.items.length - 1].price", "25"),
        ("$state.matrix[1][0]", "3"),
        ("$state.items[9]", "null"),
        ("$state.items[-1]", "null"),
        ("$state.missing.deeper.still", "null"),
        ("$state.user?.address?.['city']", r#""Oslo""#),
        ("$scope.item.id", "9"),
        ("$scope['item']['id']", "9"),
        ("$state.name[0]", r#""A""#),
        ("{ ...: 1 }.a", "!"),
        // Operators.
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("7 % 4 - -1", "4"),
        ("2 ** 3 ** 2", "512"),
        ("10 / 4", "2.5"),
        ("-$state.count", "-3"),
        ("+2", "2"),
        ("'n: ' + 1", r#""n: 1""#),
        ("1 + 'n'", r#""1n""#),
        ("'' + null + true", r#""nulltrue""#),
        ("0.1 + 0.2 + ''", r#""0.30000000000000004""#),
        ("1e21 + ''", r#""1e+21""#),
        ("1 < 2", "true"),
        ("'a' < 'b'", "true"),
        ("2 >= 2 && 'b' >= 'a'", "true"),
        ("1 == '1'", "true"),
        ("1 === '1'", "false"),
        ("true == 1", "true"),
        ("null == undefined", "true"),
        ("null == 0", "false"),
        ("1 != 2", "true"),
        ("1 !== 1", "false"),
        ("$state.items[0] === $state.items[0]", "true"),
        ("[1, { a: 2 }] === [1, { a: 2 }]", "true"),
        ("!0", "true"),
        ("!![]", "true"),
        ("0 || 'x'", r#""x""#),
        ("'' && 1", r#""""#),
        ("0 ?? 1", "0"),
        ("$state.none ?? 'default'", r#""default""#),
        ("$state.on ? 'yes' : 'no'", r#""yes""#),
        ("false ? 1 : true ? 2 : 3", "2"),
        ("true ?.5:1", "0.5"),
        // Short circuits keep errors away.
        ("$state.none && $state.none - 1", "null"),
        ("$state.on || null - 1", "true"),
        // Members, methods and functions.
        ("$state.items.length", "3"),
        ("'😀'.length", "2"),
        ("$state.bytes.length", "2"),
        ("$state.items.filter(item => !item.done).length", "2"),
        ("$state.items.filter((item) => item.price > 10).map(item => item.name).join(', ')", r#""b, c""#),
        ("$state.items.map((item, index) => index)", "[0,1,2]"),
        ("$state.items.map(() => 1)", "[1,1,1]"),
        ("$state.items.map(item => ({ item }).item.name)", r#"["a","b","c"]"#),
        ("$state.items.reduce((sum, item) => sum + item.price, 0)", "45"),
        ("$state.items.find(item => item.name === 'b').price", "15"),
        ("$state.items.find(item => item.name === 'z')", "null"),
        ("$state.items.findIndex(item => item.name == 'c')", "2"),
        ("$state.items.some(item => item.done)", "true"),
        ("$state.items.every(item => item.done)", "false"),
        ("$state.matrix.map(row => row.map(cell => cell * row.length))", "[[2,4],[6,8]]"),
        ("$state.matrix.flat().includes(4)", "true"),
        ("[1, 2, 3].indexOf(2)", "1"),
        ("[1, 2, 3].indexOf('2')", "-1"),
        ("[NaN].includes(NaN)", "true"),
        ("[1, 2, 3, 4].slice(1, -1)", "[2,3]"),
        ("[1].concat([2, 3]).concat(4)", "[1,2,3,4]"),
        ("[1, 2].at(-1)", "2"),
        ("[1, 2].toReversed()", "[2,1]"),
        ("[1, null, 'a'].join()", r#""1,,a""#),
        ("'Hello'.toUpperCase() + 'X'.toLowerCase()", r#""HELLOx""#),
        ("' a '.trim()", r#""a""#),
        ("'a-b-c'.split('-')", r#"["a","b","c"]"#),
        ("'abc'.slice(-2)", r#""bc""#),
        ("'abc'.at(-1)", r#""c""#),
        ("'abc'.includes('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c')", "true"),
        ("'a.b.c'.replaceAll('.', '')", r#""abc""#),
        ("'aé😀b'.indexOf('b')", "4"),
        ("(3.14159).toFixed(2)", r#""3.14""#),
        ("(0.125).toFixed(2)", r#""0.13""#),
        ("(2.5).toFixed(0)", r#""3""#),
        ("(1.005).toFixed(2)", r#""1.00""#),
        ("(0 - 1.5).toFixed()", r#""-2""#),
        ("(255).toString()", r#""255""#),
        ("Math.round(2.5) + Math.round(-2.5)", "1"),
        ("Math.max(1, 3, 2) - Math.min(1, 3, 2)", "2"),
        ("Math.floor(1.9) + Math.ceil(1.1) + Math.abs(-1) + Math.trunc(-1.9)", "3"),
        ("Math.pow(2, 10) + Math.sqrt(16) + Math.sign(-3)", "1027"),
        ("Number('12') + Number(true) + Number('0x10')", "29"),
        ("Number.isInteger(Number('1e400'))", "false"),
        ("String(1.0)", r#""1""#),
        ("Boolean('')", "false"),
        ("Array.isArray([])", "true"),
        ("Object.keys($state.user)", r#"["address"]"#),
        ("Object.values({ a: 1 })", "[1]"),
        ("Object.entries({ a: 1 })", r#"[["a",1]]"#),
        ("JSON.stringify({ a: [1, 'x'] })", r#""{\"a\":[1,\"x\"]}""#),
        ("Object.keys($state).length", "10"),
        ("$scope", r#"{"item":{"id":9}}"#),
    ] {
        match evaluate(text) {
            Ok(value) => assert_eq!(super::text::json(&value), expected, "{text}"),
            Err(error) => assert_eq!(expected, "!", "{text}: {error}"),
        }
    }
}

/// Expressions with the kind of their error and its column.
#[test]
fn what_cannot_be_parsed_or_evaluated_says_so_and_where() {
    use ExpressionErrorKind::{Syntax, Type, UnknownMethod, UnknownName};
    for (text, kind, column, said) in [
        ("", Syntax, 1, "too early"),
        ("  ", Syntax, 3, "too early"),
        ("1 +", Syntax, 4, "too early"),
        ("1 2", Syntax, 3, "number"),
        ("(1", Syntax, 3, "\")\" is missing"),
        ("[1 2]", Syntax, 4, "number"),
        ("a b", UnknownName, 1, "no a"),
        ("{ a 1 }", Syntax, 5, "number"),
        ("{ ...$state }", Syntax, 3, "\"...\""),
        ("$state.", Syntax, 8, "too early"),
        ("$state.count = 1", Syntax, 14, "\"=\""),
        ("$state.count++", Syntax, 15, "too early"),
        ("'abc", Syntax, 1, "closing quote"),
        ("'\\x'", Syntax, 2, "escape"),
        ("'\\uD83D'", Syntax, 2, "escape"),
        ("'\\u+123'", Syntax, 2, "escape"),
        ("`a", Syntax, 1, "template"),
        ("`a${1`", Syntax, 6, "\"`\""),
        ("`a${}`", Syntax, 5, "\"}\""),
        ("1 # 2", Syntax, 3, "'#'"),
        ("12px", Syntax, 1, "number"),
        ("1 ? 2", Syntax, 6, "\":\""),
        ("-2 ** 2", Syntax, 4, "brackets"),
        ("count + 1", UnknownName, 1, "no count"),
        ("window.location", UnknownName, 1, "no window"),
        ("$stat.count", UnknownName, 1, "no $stat"),
        ("Math.random()", UnknownName, 1, "Math.random"),
        ("$state.items.push(1)", UnknownMethod, 14, "push"),
        ("$state.items.fliter(x => x)", UnknownMethod, 14, "fliter"),
        ("$state.items.filter(1)", Syntax, 14, "arrow"),
        ("$state.items.includes(x => x)", Syntax, 14, "arrow"),
        ("[].map(x => { return x })", Syntax, 13, "without braces"),
        ("Math.abs()", Syntax, 1, "1 arguments, not 0"),
        ("Math.abs", Syntax, 9, "called"),
        ("$state.count(1)", UnknownMethod, 8, "no method count"),
        ("(1)(2)", Syntax, 4, "called"),
        ("$state.none - 1", Type, 13, "null and a number"),
        ("1 < 'a'", Type, 3, "a number and a string"),
        ("-'a'", Type, 1, "a string"),
        ("$state.items + 1", Type, 14, "an array and a number"),
        ("'a' + []", Type, 5, "an array"),
        ("$state.count.deep", Type, 14, "no member deep"),
        ("$state.name.size", Type, 13, "no member size"),
        ("$state.none.filter(x => x)", Type, 13, "no method filter"),
        ("$state.count.trim()", Type, 14, "no method trim"),
        ("[1].join(2)", Type, 5, "a text"),
        ("Math.max('a')", Type, 1, "numbers"),
        ("Object.keys([])", Type, 1, "an object"),
        ("(1).toFixed(101)", Type, 5, "0 to 100"),
    ] {
        let error = evaluate(text).expect_err(text);
        assert_eq!((error.kind, error.location.column), (kind, column), "{text}: {error}");
        assert!(error.message.contains(said), "{text}: {error}");
    }
}

#[test]
fn names_that_are_misspelt_are_guessed() {
    for (text, hint) in [
        ("$stat.count", "\"$state\""),
        ("$state.items.fliter(x => x)", "\"filter\""),
        ("Math.flor(1)", "\"Math.floor\""),
    ] {
        assert!(evaluate(text).unwrap_err().hint.unwrap().contains(hint), "{text}");
    }
}

#[test]
fn depth_length_and_steps_are_bounded() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(evaluate(&nested(limits::EXPRESSION_DEPTH - 1)).is_ok());
    let long = |terms: usize| vec!["1"; terms].join(" + ");
    assert!(evaluate(&long(limits::EXPRESSION_DEPTH)).is_ok());
    let list = (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let product = "l.map(a => l.map(b => l.map(c => 1)))".replace('l', &format!("[{list}]"));
    let doubling = format!("[{list}].reduce((text, n) => text + text, 'ab')");
    let copies = format!("[{list}].map(a => [{list}].map(b => $state.items))");
    for text in [
        nested(limits::EXPRESSION_DEPTH),
        "!".repeat(100_000),
        "-".repeat(100_000),
        "[".repeat(100_000),
        "{a:".repeat(100_000),
        "1?".repeat(100_000),
        "2**".repeat(100_000),
        long(limits::EXPRESSION_DEPTH + 1),
        format!("$state{}", ".a".repeat(limits::EXPRESSION_DEPTH + 1)),
        format!("'{}' + 1", "x".repeat(limits::EXPRESSION_BYTES)),
        product,
        doubling,
        copies,
    ] {
        let error = evaluate(&text).expect_err(&text[..20]);
        assert_eq!(error.kind, ExpressionErrorKind::Limit, "{}: {error}", &text[..20]);
    }
}

#[test]
fn what_an_expression_depends_on_is_known() {
    let dependencies = |text: &str| {
        let expression = Expression::parse(text).unwrap();
        let (names, any) = expression.dependencies();
        (names.join(" "), any)
    };
    for (text, names, any) in [
        ("$state.a + $state.b.c[$state.a] + $scope.x", "a b", false),
        ("$state['a'].map(x => x + $state.z)", "a z", false),
        ("$state[$state.a]", "a", true),
        ("Object.keys($state)", "", true),
        ("1", "", false),
    ] {
        assert_eq!(dependencies(text), (names.to_owned(), any), "{text}");
    }
}
