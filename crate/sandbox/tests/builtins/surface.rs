//! What a handler can see of a function besides what it does.

use crate::pair::Pair;

const REPLACED: &str = "[
    ...['split', 'replace', 'replaceAll', 'indexOf', 'lastIndexOf', 'includes', 'repeat', 'padStart', 'padEnd'].map((name) => [String.prototype, name]),
    ...['join', 'sort', 'toSorted', 'fill', 'reverse', 'unshift', 'splice'].map((name) => [Array.prototype, name]),
    [JSON, 'parse'], [JSON, 'stringify'], [RegExp.prototype, 'exec'], [RegExp.prototype, 'test'], [RegExp.prototype, 'compile'],
]";

#[test]
fn functions_look_as_they_did() {
    let seen = Pair::new().same(&format!(
        "return {REPLACED}.map(([holder, name]) => {{
            const f = holder[name];
            return [f.name, f.length, Reflect.ownKeys(f), 'prototype' in f, String(f), Object.getOwnPropertyDescriptors(f),
                Object.getPrototypeOf(f) === Function.prototype, {{...Object.getOwnPropertyDescriptor(holder, name), value: 0}}];
        }})"
    ));
    assert!(seen.contains("[native code]"));
}

#[test]
fn functions_are_no_constructors() {
    Pair::new().same(&format!(
        "return {REPLACED}.map(([holder, name]) => {{
            try {{ new holder[name]('a') }} catch (error) {{ return error.name }}
        }})"
    ));
}

#[test]
fn nothing_was_added_and_nothing_moved() {
    Pair::new().same(
        "return [globalThis, String.prototype, Array.prototype, RegExp.prototype, JSON, Function.prototype, Reflect, Object]
            .map((holder) => Reflect.ownKeys(holder).map(String))",
    );
}

#[test]
fn errors_have_the_stack_they_had() {
    let pair = Pair::new();
    for source in ["''.repeat(-1)", "'a'.replaceAll(/a/, '')", "JSON.stringify(1n)", "[].sort(1)", "'a'.includes(/a/)"]
    {
        pair.same(&format!("try {{ {source} }} catch (error) {{ return error.stack }}"));
    }
}
