//! What is the same becomes one, and what only looks the same stays two.

use nexus_passes::merge;
use wasmi::Val;

use crate::host;

/// How often the code of a function that adds `marker` is there.
fn count(wasm: &[u8], marker: u8) -> usize {
    // i32.const marker, i32.add
    wasm.windows(3).filter(|window| *window == [0x41, marker, 0x6A]).count()
}

fn answers(wasm: &[u8], name: &str, argument: i32) -> i32 {
    let mut machine = host::start(wasm, i64::MAX, i64::MAX).unwrap();
    machine.call(name, &[Val::I32(argument)]).unwrap()[0].i32().unwrap()
}

#[test]
fn copies_become_one_wherever_they_are_named() {
    let wasm = wat::parse_str(
        r#"(module
            (type $unary (func (param i32) (result i32)))
            (table 2 funcref) (elem (i32.const 0) func $first $second)
            (func $first (param i32) (result i32) (i32.add (local.get 0) (i32.const 11)))
            (func $second (export "second") (param i32) (result i32) (i32.add (local.get 0) (i32.const 11)))
            (func (export "direct") (param i32) (result i32) (call $second (local.get 0)))
            (func (export "indirect") (param i32) (result i32)
                (call_indirect (type $unary) (local.get 0) (i32.const 1))))"#,
    )
    .unwrap();
    let merged = merge(&wasm).unwrap();
    assert_eq!((count(&wasm, 11), count(&merged, 11)), (2, 1));
    for name in ["second", "direct", "indirect"] {
        assert_eq!(answers(&merged, name, 5), 16, "{name}");
    }
}

/// Two pairs of functions that call each other: the same but for their numbers.
#[test]
fn copies_that_call_themselves_or_each_other_become_one() {
    let half = |name: &str| {
        format!(
            "(func $even{name} (export \"{name}\") (param i32) (result i32)
                (if (result i32) (local.get 0)
                    (then (call $odd{name} (i32.add (local.get 0) (i32.const -1)))) (else (i32.const 1))))
             (func $odd{name} (param i32) (result i32)
                (if (result i32) (local.get 0)
                    (then (call $even{name} (i32.add (local.get 0) (i32.const -1)))) (else (i32.const 0))))"
        )
    };
    let wasm = wat::parse_str(format!("(module {} {})", half("a"), half("b"))).unwrap();
    let merged = merge(&wasm).unwrap();
    let minus_one = 0x7F;
    assert_eq!((count(&wasm, minus_one), count(&merged, minus_one)), (4, 2));
    for name in ["a", "b"] {
        assert_eq!([7, 8].map(|number| answers(&merged, name, number)), [0, 1]);
    }
}

#[test]
fn what_differs_in_a_callee_a_type_or_a_constant_stays() {
    let wasm = wat::parse_str(
        r#"(module
            (func $one (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
            (func $two (param i32) (result i32) (i32.add (local.get 0) (i32.const 2)))
            (func (export "a") (param i32) (result i32) (call $one (local.get 0)))
            (func (export "b") (param i32) (result i32) (call $two (local.get 0)))
            (func (export "c") (param i32 i32) (result i32) (call $one (local.get 0))))"#,
    )
    .unwrap();
    let merged = merge(&wasm).unwrap();
    assert_eq!((answers(&merged, "a", 5), answers(&merged, "b", 5)), (6, 7));
    let mut machine = host::start(&merged, i64::MAX, i64::MAX).unwrap();
    assert_eq!(machine.call("c", &[Val::I32(5), Val::I32(0)]).unwrap()[0].i32(), Some(6));
}

#[test]
fn what_is_no_module_is_refused() {
    assert!(merge(b"no module").is_err());
}
