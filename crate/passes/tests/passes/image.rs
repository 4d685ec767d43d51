//! A module with an image starts where the imaged instance was.

use crate::host;
use nexus_passes::{embed_image, inspect};

const TEXT: &str = r#"(module
    (memory (export "memory") 1)
    (data (i32.const 8) "\01\02\03")
    (func (export "boot")
        (drop (memory.grow (i32.const 1)))
        (i32.store8 (i32.const 8) (i32.const 0))
        (i32.store (i32.const 100) (i32.const 42))
        (i32.store (i32.const 70000) (i32.const -1)))
    (func (export "peek") (param i32) (result i32) (i32.load (local.get 0))))"#;

fn booted() -> (Vec<u8>, Vec<u8>) {
    let wasm = wat::parse_str(TEXT).unwrap();
    let mut machine = host::start(&wasm, i64::MAX, i64::MAX).unwrap();
    machine.call("boot", &[]).unwrap();
    let memory = machine.memory();
    (wasm, memory)
}

#[test]
fn an_instance_begins_with_the_image() {
    let (wasm, memory) = booted();
    assert_eq!(memory.len(), 2 << 16);
    let imaged = embed_image(&wasm, &memory, "boot").unwrap();
    let mut machine = host::start(&imaged, i64::MAX, i64::MAX).unwrap();
    assert_eq!(machine.memory(), memory);
    assert_eq!(machine.call_i32("peek", &[100]).unwrap(), 42);
    assert_eq!(machine.call_i32("peek", &[70_000]).unwrap(), -1);
    assert_eq!(machine.call_i32("peek", &[8]).unwrap(), 0x0003_0200);
}

#[test]
fn what_booted_it_is_no_longer_exported() {
    let (wasm, memory) = booted();
    let imaged = embed_image(&wasm, &memory, "boot").unwrap();
    let names: Vec<_> = inspect(&imaged).unwrap().exports.iter().map(|export| export.name.clone()).collect();
    assert_eq!(names, ["memory", "peek"]);
}

#[test]
fn long_zeros_take_no_room() {
    let (wasm, memory) = booted();
    assert!(embed_image(&wasm, &memory, "boot").unwrap().len() < wasm.len() + 100);
}

#[test]
fn modules_and_images_that_do_not_fit_are_refused() {
    let (wasm, memory) = booted();
    assert!(embed_image(b"no module", &memory, "boot").is_err());
    assert!(embed_image(&wasm, &memory[..100], "boot").is_err());
    assert!(embed_image(&wasm, &[], "boot").is_err());
    for text in [
        r#"(module (memory (import "env" "m") 1))"#,
        "(module)",
        r#"(module (memory 1) (data "passive"))"#,
        "(module (memory 1) (func $f) (start $f))",
        "(module (memory i64 1))",
        "(module (memory 1 4 shared))",
        "(module (memory 1 (pagesize 1)))",
    ] {
        assert!(embed_image(&wat::parse_str(text).unwrap(), &memory, "boot").is_err(), "{text}");
    }
}
