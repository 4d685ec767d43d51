//! `Array.prototype.join`.

use proptest::prelude::*;

use crate::pair::Pair;
use crate::values::{string, value};

#[test]
fn arrays_are_joined_as_by_the_engine() {
    let pair = Pair::new();
    proptest!(ProptestConfig::with_cases(300), |(items in prop::collection::vec(value(), 0..8), separator in string(3))| {
        let items = items.join(",");
        pair.same(&format!("return [[{items}].join({separator}), [{items}].join(), String([{items}])]"));
    });
}

#[test]
fn arrays_that_change_while_they_are_joined_are_read_as_they_are_then() {
    let pair = Pair::new();
    pair.same("const a = [1, {toString() { a[2] = 'changed'; a.push(9); return 'x' }}, 3]; return [a.join(), a]");
    pair.same("const a = [1, {toString() { a.length = 1; return 'x' }}, 3]; return a.join('-')");
    pair.same("const a = [1,, 3]; Array.prototype[1] = 'proto'; try { return a.join() } finally { delete Array.prototype[1] }");
    pair.same("const a = [1, 2]; return a.join({toString() { a[0] = 'changed'; return '+' }})");
    pair.same("const a = [1]; a.push(a, [a, 2]); return a.join()");
    pair.same("return [1, Symbol()].join()");
    pair.same("return [[1, [2, null, [undefined]]], Object.freeze([1, 2]).join('')].join()");
    pair.same("return [1.5, -0, 1e21, 1e-7, NaN, -Infinity, 2147483648, -2147483648, 0, 10n].join(' ')");
    pair.same("class A extends Array { get 0() { return 'got' } } return [new A(3).join('-'), Object.assign(new A(), {1: 2, length: 3}).join()]");
}

#[test]
fn what_is_no_array_is_joined_too() {
    let pair = Pair::new();
    pair.same("return Array.prototype.join.call({length: 3, 0: 'a', get 1() { return 'b' }, 2: null}, '-')");
    pair.same("return Array.prototype.join.call({get length() { throw 'length' }})");
    pair.same("return Array.prototype.join.call(new Proxy([1, 2], {get: (target, key) => String(key) === 'length' ? 2 : 'p' + String(key)}))");
    pair.same("return Array.prototype.join.call('abc', '-')");
    pair.same("return Array.prototype.join.call(null)");
    // The engine takes a letter that equals the whole string for the string in itself.
    assert_eq!(pair.ours("return Array.prototype.join.call('a')"), "\"a\"");
}
