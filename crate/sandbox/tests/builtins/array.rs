//! `Array.prototype.indexOf`, `lastIndexOf`, `includes`, `fill`, `reverse`, `unshift` and `splice`.

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

/// What each method that changes its array is given.
const CHANGES: &[(&str, &[&str])] = &[
    (
        "fill",
        &[
            "",
            "7",
            "'x'",
            "1.5",
            "undefined",
            "{}",
            "7, 1",
            "7, -2, 3",
            "7, undefined",
            "7, {valueOf() { throw 'thrown' }}",
        ],
    ),
    ("reverse", &["", "1"]),
    ("unshift", &["", "7", "'x', 1.5", "undefined", "{}, [], null"]),
    (
        "splice",
        &[
            "",
            "0",
            "1",
            "-1",
            "9",
            "undefined",
            "NaN",
            "'1'",
            "0.7",
            "-Infinity",
            "0, 0",
            "1, 1",
            "0, 9",
            "1, undefined",
            "1, '1'",
            "1, -1",
            "-2, 1",
            "0, 1, 'x'",
            "1, 0, 'x', 7",
            "0, 2, 1.5, {}, 'z', null",
            "1, 1, undefined",
            "9, 1, 'end'",
            "0, Infinity, 0",
            "{valueOf() { throw 'thrown' }}",
            "0, {valueOf() { throw 'thrown' }}",
        ],
    ),
];

/// Who is told of elements that an array gets or loses.
const LISTENERS: &[&str] = &[
    "",
    "Object.defineProperty(Array.prototype, 3, { set(value) { this.told = value }, get() { return 'inherited' }, configurable: true });",
    "Object.defineProperty(Object.prototype, 0, { set(value) { this.told = value }, configurable: true });",
    "Object.defineProperty(Array, Symbol.species, { get() { return Other }, configurable: true });",
    "Array.prototype.constructor = Other;",
];

/// Every change of every array: the array, the method, its arguments.
fn for_each_change(mut check: impl FnMut(&str, &str, &str)) {
    for array in ARRAYS {
        for (method, arguments) in CHANGES {
            for args in *arguments {
                check(array, method, args);
            }
        }
    }
}

#[test]
fn elements_are_moved_as_by_the_engine() {
    let pair = Pair::new();
    for listener in LISTENERS {
        for_each_change(|array, method, args| {
            pair.same(&format!(
                "const species = Object.getOwnPropertyDescriptor(Array, Symbol.species);
                class Other {{ constructor(...args) {{ this.made = args }} }}
                {listener}
                const a = {array};
                let result;
                try {{
                    try {{ result = Array.prototype.{method}.call(a, {args}) }} catch (error) {{ result = error }}
                    return [result === a ? 'itself' : result, a];
                }} finally {{
                    delete Array.prototype[3];
                    delete Object.prototype[0];
                    Object.defineProperty(Array, Symbol.species, species);
                    Array.prototype.constructor = Array;
                }}"
            ));
        });
    }
}

#[test]
fn a_splice_of_a_frozen_realm_is_the_engine_s() {
    // What ours does by itself it does only here: nobody can change any more what arrays are made of.
    let pair = Pair::new();
    pair.same("Object.freeze(Array); Object.freeze(Array.prototype); Object.freeze(Object.prototype); return 1");
    for_each_change(|array, method, args| {
        pair.same(&format!(
            "const a = {array};
            let result;
            try {{ result = Array.prototype.{method}.call(a, {args}) }} catch (error) {{ result = error }}
            return [result === a ? 'itself' : result, a]"
        ));
    });
}

#[test]
fn an_array_that_was_changed_is_as_good_as_any() {
    Pair::new().same(
        "Object.freeze(Array); Object.freeze(Array.prototype); Object.freeze(Object.prototype);
        const a = new Array(5).fill(0); a.push('x'); a.unshift(1.5); const gone = a.splice(2, 3, { o: 1 }); a.length = 3; a[5] = 'far';
        a.reverse(); a.splice(1, 0, ...gone); a.fill(7, 1, 2); a.splice(0, 1); delete a[0]; a.splice(0, 2); a.unshift();
        return [a, gone, a.length, Object.keys(a), [...a], a.includes(undefined), JSON.stringify(a)]",
    );
}
