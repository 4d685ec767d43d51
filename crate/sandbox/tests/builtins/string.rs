//! `String.prototype`.

use proptest::prelude::*;

use crate::pair::Pair;
use crate::values::{position, string};

/// A `this` or an argument that says when it is asked to become something else.
const LOUD: &str = "const asked = [];
    const loud = (name, value) => ({
        toString() { asked.push(name + ' toString'); return value },
        valueOf() { asked.push(name + ' valueOf'); return value },
    });";

#[test]
fn strings_are_searched_as_by_the_engine() {
    let pair = Pair::new();
    proptest!(ProptestConfig::with_cases(300), |(text in string(24), pattern in string(4), from in position())| {
        for name in ["indexOf", "lastIndexOf", "includes"] {
            pair.same(&format!("return [{text}.{name}({pattern}), {text}.{name}({pattern}, {from})]"));
        }
    });
}

#[test]
fn strings_are_split_as_by_the_engine() {
    let pair = Pair::new();
    proptest!(ProptestConfig::with_cases(300), |(text in string(24), pattern in string(3), limit in position())| {
        pair.same(&format!("return [{text}.split({pattern}), {text}.split({pattern}, {limit})]"));
    });
}

#[test]
fn strings_are_replaced_as_by_the_engine() {
    let pair = Pair::new();
    let template = prop::collection::vec(
        prop::sample::select(vec![
            "$",
            "$$",
            "$&",
            "$`",
            "$'",
            "$1",
            "$12",
            "$00",
            "$<",
            "$<a>",
            "x",
            "é",
            "\u{1F600}",
            "Ā",
            "\\ud83d",
        ]),
        0..5,
    )
    .prop_map(|parts| format!("'{}'", parts.concat().replace('\'', "\\'")));
    proptest!(ProptestConfig::with_cases(300), |(text in string(24), pattern in string(3), template in template)| {
        for name in ["replace", "replaceAll"] {
            pair.same(&format!("return {text}.{name}({pattern}, {template})"));
            pair.same(&format!("const calls = []; return [{text}.{name}({pattern}, (...all) => {{ calls.push(all); return {template} }}), calls]"));
        }
    });
}

#[test]
fn strings_are_repeated_and_padded_as_by_the_engine() {
    let pair = Pair::new();
    proptest!(ProptestConfig::with_cases(300), |(text in string(6), filler in string(3), count in position())| {
        prop_assume!(count != "Infinity" && count != "1e300");
        pair.same(&format!("return {text}.repeat({count})"));
        for name in ["padStart", "padEnd"] {
            pair.same(&format!("return [{text}.{name}({count}), {text}.{name}({count}, {filler})]"));
        }
    });
}

#[test]
fn what_is_no_string_becomes_one_in_the_order_of_the_standard() {
    let pair = Pair::new();
    for call in [
        "split.call(loud('this', 'a-b'), loud('separator', '-'), loud('limit', 5))",
        "replace.call(loud('this', 'a-b'), loud('pattern', '-'), loud('replacement', '+'))",
        "replaceAll.call(loud('this', 'a-b'), loud('pattern', '-'), loud('replacement', '+'))",
        "indexOf.call(loud('this', 'a-b'), loud('pattern', '-'), loud('position', 0))",
        "lastIndexOf.call(loud('this', 'a-b'), loud('pattern', '-'), loud('position', 9))",
        "includes.call(loud('this', 'a-b'), loud('pattern', '-'), loud('position', 0))",
        "repeat.call(loud('this', 'a-b'), loud('count', 2))",
        "padStart.call(loud('this', 'a-b'), loud('length', 7), loud('filler', '12'))",
        "padEnd.call(loud('this', 'a-b'), loud('length', 2), loud('filler', '12'))",
    ] {
        let seen = pair.same(&format!("{LOUD} return [String.prototype.{call}, asked]"));
        assert!(seen.contains("this toString"), "{seen}");
    }
}

#[test]
fn wrong_receivers_and_arguments_are_refused_in_the_same_words() {
    let pair = Pair::new();
    for name in ["split", "replace", "replaceAll", "indexOf", "lastIndexOf", "includes", "repeat", "padStart", "padEnd"]
    {
        for receiver in ["undefined", "null", "Symbol()", "5", "({})", "Object.create(null)"] {
            for args in
                ["", "'a', 'b'", "Symbol()", "'a', Symbol()", "{toString() { throw 'thrown' }}", "undefined, undefined"]
            {
                pair.same(&format!("return String.prototype.{name}.call({receiver}, {args})"));
            }
        }
    }
}

#[test]
fn patterns_with_methods_of_their_own_are_asked() {
    let pair = Pair::new();
    for (name, symbol) in [("split", "split"), ("replace", "replace"), ("replaceAll", "replace")] {
        for method in ["(...all) => all", "undefined", "null", "1", "{}"] {
            pair.same(&format!(
                "return 'a-b'.{name}({{[Symbol.{symbol}]: {method}, toString: () => '-', flags: 'g', [Symbol.match]: true}}, 3)"
            ));
        }
        pair.same(&format!("return 'a-b'.{name}({{get [Symbol.{symbol}]() {{ throw 'thrown' }}}}, 3)"));
        pair.same(&format!("return 'a-b'.{name}(new Proxy({{}}, {{get: (_, key) => {{ throw String(key) }}}}), 3)"));
    }
    pair.same("return 'aXbX'.replaceAll({[Symbol.match]: true, get flags() { throw 'flags' }})");
    pair.same("return 'aXbX'.replaceAll({[Symbol.match]: true, flags: null})");
    pair.same("return 'aXbX'.replaceAll({[Symbol.match]: false, toString: () => 'X'}, 1)");
    pair.same("return 'aXbX'.replaceAll(/X/, 1)");
    pair.same("return ['aXbX'.replaceAll(/X/g, 1), 'aXbX'.replace(/X/, '[$&]'), 'aXbX'.split(/X/)]");
    pair.same("const r = /X/; r[Symbol.match] = false; return 'a/X/'.includes(r)");
    pair.same("return 'aX'.includes(/X/)");
}

#[test]
fn methods_on_the_prototypes_of_primitives_are_not_asked() {
    let pair = Pair::new();
    pair.same("String.prototype[Symbol.split] = () => 'own'; Number.prototype[Symbol.replace] = () => 'own'; return ['a1'.split('a'), 'a1'.replace(1, 'x')]");
}

#[test]
fn a_replacer_may_throw_or_use_the_string() {
    let pair = Pair::new();
    pair.same("return 'a-b-c'.replaceAll('-', (m, at) => { if (at > 1) throw 'at ' + at; return m })");
    pair.same("return 'a-b-c'.replaceAll('-', (m, at, all) => all.replaceAll('-', '+'))");
    pair.same("return 'a-b-c'.replaceAll('-', () => Symbol())");
    pair.same("return 'a-b-c'.replaceAll('', '.')");
    pair.same("return '\\ud83d\\ude00'.replaceAll('', '.')");
    pair.same("return ['abc'.split(''), '\\ud83d\\ude00'.split(''), ''.split(''), ''.split('a'), 'abc'.split('', 2)]");
}

#[test]
fn repeating_finds_its_limits() {
    let pair = Pair::new();
    for count in ["-1", "-Infinity", "Infinity", "1e300", "2 ** 32", "-0.5", "NaN"] {
        pair.same(&format!("return ['', 'ab'].map((text) => {{ try {{ return text.repeat({count}).length }} catch (error) {{ return error }} }})"));
    }
    pair.same("return 'ab'.padEnd(2 ** 32)");
    pair.same("return 'ab'.padEnd(Infinity, '')");
    assert_eq!(pair.ours("return 'x'.repeat(1 << 24).length"), (1 << 24).to_string());
}

/// Too slow for the engine's own, hence without a comparison.
#[test]
fn long_strings_take_time_in_proportion() {
    let pair = Pair::new();
    let seen = pair.ours(
        "const long = 'ab,'.repeat(200000), same = 'a'.repeat(200000);
         let count = 0;
         for (let at = long.indexOf(','); at >= 0; at = long.indexOf(',', at + 1)) count += 1;
         return [long.split(',').length, long.replaceAll(',', ';;').length, count,
             same.indexOf('a'.repeat(100000) + 'b'), same.lastIndexOf('b' + 'a'.repeat(100000)), same.includes('a'.repeat(99999) + 'b')]",
    );
    assert!(seen.contains(r#""0":200001 "1":800000 "2":200000 "3":-1 "4":-1 "5":false"#), "{seen}");
}
