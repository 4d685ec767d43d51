//! Functions stand in the order of their names and are reached as before.

use nexus_passes::arrange;
use wasmi::Val;

use crate::host;

#[test]
fn functions_stand_by_name_and_are_reached_wherever_they_are_named() {
    let wasm = wat::parse_str(
        r#"(module
            (type $unary (func (param i32) (result i32)))
            (import "env" "add" (func $add (param i32 i32) (result i32)))
            (table 2 funcref) (elem (i32.const 0) func $b::two $a::one)
            (memory (export "memory") 1)
            (func $c::start (i32.store (i32.const 0) (i32.const 77)))
            (start $c::start)
            (func $b::two (param i32) (result i32) (call $add (local.get 0) (i32.const 22)))
            (func $a::one (export "one") (param i32) (result i32) (i32.add (local.get 0) (i32.const 11)))
            (func (export "direct") (param i32) (result i32) (call $b::two (local.get 0)))
            (func (export "indirect") (param i32) (result i32)
                (call_indirect (type $unary) (i32.const 5) (local.get 0))))"#,
    )
    .unwrap();
    let arranged = arrange(&wasm).unwrap();
    let at = |wasm: &[u8], constant: u8| wasm.windows(2).position(|bytes| bytes == [0x41, constant]).unwrap();
    assert!(at(&wasm, 11) > at(&wasm, 22), "the one comes after the other");
    assert!(at(&arranged, 11) < at(&arranged, 22), "and now before it");

    let mut machine = host::start(&arranged, i64::MAX, i64::MAX).unwrap();
    assert_eq!(machine.memory()[0], 77, "the start function ran");
    let answer = |machine: &mut host::Machine, name: &str, argument| {
        machine.call(name, &[Val::I32(argument)]).unwrap()[0].i32().unwrap()
    };
    assert_eq!([answer(&mut machine, "one", 1), answer(&mut machine, "direct", 1)], [12, 23]);
    assert_eq!([0, 1].map(|place| answer(&mut machine, "indirect", place)), [27, 16]);
}

#[test]
fn what_is_no_module_is_refused() {
    assert!(arrange(b"no module").is_err());
}
