//! `Array.prototype.indexOf`, `lastIndexOf` and `includes`.

use crate::pair::Pair;

/// Arrays of each kind that the engine stores in its own way, and what is none.
const ARRAYS: &[&str] = &[
    "[]",
    "[1, 2, 3]",
    "[1.5, 2, NaN, -0]",
    "['a', 'b', undefined, null, 1n, true]",
    "[, 1, , undefined]",
    "Array.from({ length: 40 }, (_, i) => i % 7)",
    "new Array(3)",
    "Object.freeze([1, 2])",
    "Object.seal([1, 2])",
    "Object.preventExtensions([1, 2])",
    "Object.defineProperty([1, 2], 'length', { writable: false })",
    "Object.defineProperty([1, 2], 1, { get() { return 'got' } })",
    "Object.defineProperty([1, 2], 1, { value: 5, writable: false })",
    "Object.assign([1, 2], { length: 1 })",
    "Object.assign([1, 2], { length: 5, name: 'x' })",
    "Object.setPrototypeOf([1, 2], null)",
    "Object.setPrototypeOf([1, 2], { set 2(value) { this.seen = value }, get 2() { return 'inherited' } })",
    "new (class A extends Array {})(1, 2, 3)",
    "new Proxy([1, 2], {})",
    "{ length: 2, 0: 'a', 1: 'b' }",
    "{ length: '1' }",
    "new Uint8Array([1, 2, 3])",
    "'ab'",
    "5",
    "null",
    "undefined",
];

#[test]
fn elements_are_searched_as_by_the_engine() {
    let pair = Pair::new();
    for array in ARRAYS {
        for args in [
            "",
            "1",
            "2",
            "'a'",
            "NaN",
            "0",
            "-0",
            "undefined",
            "null",
            "1n",
            "'got'",
            "1, 1",
            "1, -1",
            "2, '1'",
            "1, undefined",
            "6, NaN",
            "1, {valueOf() { throw 'thrown' }}",
        ] {
            for method in ["indexOf", "lastIndexOf", "includes"] {
                pair.same(&format!("return Array.prototype.{method}.call({array}, {args})"));
            }
        }
    }
    pair.same(
        "const o = {}, a = [{}, o, {}, o]; return [a.indexOf(o), a.lastIndexOf(o), a.includes(o), a.indexOf({})]",
    );
    pair.same("const a = ['x'.repeat(40), 'y' + 'x'.repeat(39)]; return [a.indexOf('y' + 'x'.repeat(39)), a.includes('x'.repeat(40)), a.lastIndexOf('x')]");
    pair.same("Array.prototype[1] = 'p'; try { return [[0, , 2].indexOf('p'), [0, , 2].includes('p'), [0, , 2].lastIndexOf('p')] } finally { delete Array.prototype[1] }");
}
