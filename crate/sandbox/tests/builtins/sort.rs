//! `Array.prototype.sort` and `toSorted`.

use proptest::prelude::*;

use crate::pair::Pair;
use crate::values::{number, value};

#[test]
fn values_are_sorted_as_by_the_engine() {
    let pair = Pair::new();
    proptest!(ProptestConfig::with_cases(100), |(items in prop::collection::vec(value(), 0..40))| {
        let items = items.join(",");
        // Which of several that cannot be compared is met first is open.
        pair.same(&format!("try {{ return [{items}].sort() }} catch (error) {{ return error.name }}"));
        pair.same(&format!("try {{ return [{items}].toSorted() }} catch (error) {{ return error.name }}"));
        pair.same(&format!("const a = [{items}]; return [a.toSorted((a, b) => (typeof a > typeof b) - (typeof a < typeof b)), a]"));
    });
}

#[test]
fn numbers_are_sorted_by_their_difference_as_by_the_engine() {
    let pair = Pair::new();
    let comparator = prop::sample::select(vec![
        "(a, b) => a - b",
        "(a,b)=>b-a",
        "function (x, y) { return x - y }",
        "function by($1, _2) {\n return $1 - _2;\n}",
        "(a, b) => { return a - b; }",
        "(a, b) => a.k - b.k",
        "(a, b) => b.k - a.k",
        "(a, b) => a - b.k",
        "(a, b) => a.k - b.l",
        "(a, b) => a - a",
        "(a, b) => 1",
        "(a, b) => -1",
        "(a, b) => {\n return\n a - b }",
        "(a, b) => a > b",
        "(a, b) => a % 5 - b % 5",
        "(a, b) => '' + (a - b)",
        "(a, b) => undefined",
        "(a) => a",
        "(a, b = 1) => a - b",
        "(a, b) => NaN",
    ]);
    let item = prop_oneof![4 => number(), 1 => number().prop_map(|number| format!("({{k: {number}, toString() {{ return 'o' }}}})"))];
    let items = prop_oneof![
        prop::collection::vec(number(), 0..40),
        prop::collection::vec(number().prop_map(|number| format!("({{k: {number}, id: Math.random() < 0}})")), 0..40),
        prop::collection::vec(item, 0..40),
    ];
    proptest!(ProptestConfig::with_cases(300), |(items in items, comparator in comparator)| {
        // A comparator that contradicts itself puts the elements in an order that the standard leaves open.
        prop_assume!(!matches!(comparator, "(a, b) => 1" | "(a, b) => -1" | "(a, b) => a > b" | "(a) => a" | "(a, b = 1) => a - b" | "(a, b) => a - b.k" | "(a, b) => a.k - b.l") || items.len() < 2);
        let consistent = !items.iter().any(|item| item.starts_with('(')) || items.iter().all(|item| item.starts_with('(')) && comparator.contains(".k");
        prop_assume!(consistent);
        let items = items.join(",");
        pair.same(&format!("const a = [{items}]; const order = a.slice(); const b = a.toSorted({comparator}); a.sort({comparator}); return [a.map((item) => order.indexOf(item)), a, b]"));
    });
}

#[test]
fn equal_elements_keep_their_order() {
    let pair = Pair::new();
    for comparator in ["(a, b) => a.k - b.k", "(a, b) => b.k - a.k", "(a, b) => (a.k > b.k) - (a.k < b.k)"] {
        pair.same(&format!("return Array.from({{length: 500}}, (_, id) => ({{k: id * 7919 % 13, id}})).sort({comparator}).map(({{id}}) => id)"));
    }
}

#[test]
fn comparators_known_by_their_text_see_getters_and_conversions() {
    let pair = Pair::new();
    let twelve = "Array.from({length: 12}, (_, id) => id * 7 % 12)";
    pair.same(&format!(
        "return {twelve}.map((k) => ({{get k() {{ return -k }}}})).sort((a, b) => a.k - b.k).map((o) => o.k)"
    ));
    pair.same(&format!(
        "return {twelve}.map((k) => ({{valueOf() {{ return -k }}}})).sort((a, b) => a - b).map(Number)"
    ));
    pair.same(&format!("return {twelve}.map((k) => Object.create({{k}})).sort((a, b) => a.k - b.k).map((o) => o.k)"));
    pair.same(&format!(
        "return {twelve}.map((k) => new Proxy({{k}}, {{get: () => -k}})).sort((a, b) => a.k - b.k).map((o) => o.k)"
    ));
    pair.same(&format!("return {twelve}.map(String).sort((a, b) => a - b)"));
    pair.same(&format!("return {twelve}.map(BigInt).sort((a, b) => a - b)"));
    pair.same(&format!("return {twelve}.map((k) => k - 6).concat([undefined, undefined], -0, 0, Infinity, -Infinity).sort((a, b) => a - b)"));
    pair.same(&format!("const f = (a, b) => a - b; f.toString = () => '(a, b) => b - a'; return {twelve}.sort(f)"));
    pair.same(&format!("Function.prototype.toString = () => '(a, b) => b - a'; return {twelve}.sort((a, b) => a > b ? 1 : a < b ? -1 : 0)"));
}

/// The engine's panics when it finds that out, so there is nothing to compare.
#[test]
fn comparators_that_contradict_themselves_do_no_harm() {
    let pair = Pair::new();
    for comparator in
        ["() => Math.random() - 0.5", "() => 1", "() => -1", "(a, b) => a < b", "(a, b) => (a * 7919 + b * 31) % 3 - 1"]
    {
        let seen = pair.ours(&format!("const a = Array.from({{length: 1000}}, (_, i) => i); a.sort({comparator}); return [a.length, new Set(a).size, a.reduce((x, y) => x + y)]"));
        assert!(seen.contains(r#""0":1000 "1":1000 "2":499500"#), "{comparator}: {seen}");
    }
}

#[test]
fn holes_and_undefined_go_last() {
    let pair = Pair::new();
    pair.same("return [3, , 1, undefined, 2, , undefined].sort()");
    pair.same("return [3, , 1, undefined, 2, , undefined].sort((a, b) => a - b)");
    pair.same("return [3, , 1, undefined, 2, ,].toSorted()");
    pair.same("const a = [3, , 1]; Array.prototype[1] = 0; try { return [a.sort(), Object.keys(a)] } finally { delete Array.prototype[1] }");
}

#[test]
fn what_is_no_plain_array_is_sorted_too() {
    let pair = Pair::new();
    pair.same("return Array.prototype.sort.call({length: 3, 0: 'c', 1: 'a', 2: 'b'})");
    pair.same("return Array.prototype.sort.call({length: 4, 0: 'c', 2: 'b'})");
    pair.same("return Array.prototype.toSorted.call({length: 3, 0: 'c', 2: 'b'})");
    pair.same("return Array.prototype.toSorted.call({length: 2 ** 32})");
    pair.same("return Array.prototype.sort.call('cab')");
    pair.same("return Array.prototype.sort.call(null)");
    pair.same("return Object.freeze([2, 1]).sort()");
    pair.same("return Object.freeze([1, 2]).sort()");
    pair.same("return Object.freeze([]).sort()");
    pair.same("return Object.seal([2, 1]).sort()");
    pair.same("return Object.preventExtensions([2, 1]).sort()");
    pair.same("return Object.defineProperty([2, 1], 0, {writable: false}).sort()");
    pair.same("const set = []; const a = [2, 1]; Object.defineProperty(a, 0, {get: () => 5, set: (v) => set.push(v), enumerable: true, configurable: true}); return [a.sort(), set]");
    pair.same("class A extends Array {} const a = A.of(3, 1, 2); return [a.sort() === a, a.sort() instanceof A, a.toSorted() instanceof A, [...a]]");
    pair.same("const all = []; const p = new Proxy([2, 1, , 3], {get(t, k, r) { all.push('get ' + String(k)); return Reflect.get(t, k, r) }, set(t, k, v, r) { all.push('set ' + String(k)); return Reflect.set(t, k, v, r) }, has(t, k) { all.push('has ' + String(k)); return Reflect.has(t, k) }, deleteProperty(t, k) { all.push('delete ' + String(k)); return Reflect.deleteProperty(t, k) }}); p.sort(); return all");
    pair.same("return [2, 1].sort(1)");
    pair.same("return [2, 1].sort(null)");
    pair.same("return [Symbol(), 1].sort()");
    pair.same("return [Symbol()].sort().length");
    pair.same("return [Object.create(null), 1].sort()");
}

#[test]
fn arrays_may_change_while_they_are_sorted() {
    let pair = Pair::new();
    pair.same("const a = [3, 2, 1]; a.sort((x, y) => { a.length = 0; return x - y + 0 }); return a");
    pair.same("const a = [3, 2, 1]; a.sort((x, y) => { a.push(9); return (x - y) * 2 }); return a.slice(0, 3)");
    pair.same("const a = [3, 2, 1]; a.sort((x, y) => { Object.freeze(a); return (x - y) * 2 }); return a");
    pair.same("const a = [3, 2, 1]; a.sort((x, y) => { Object.defineProperty(a, 1, {get: () => 7, configurable: true}); return (x - y) * 2 }); return a");
    pair.same("return [3, 2, 1].sort(() => { throw 'thrown' })");
    pair.same("return [3, 2, 1].sort(() => Symbol())");
    pair.same("let calls = 0; try { [5, 4, 3, 2, 1].sort(() => { calls += 1; if (calls === 2) throw 'x'; return 0 }) } catch {} return calls");
}
