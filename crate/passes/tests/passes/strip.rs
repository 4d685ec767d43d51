//! Stripping drops custom sections and nothing else.

use crate::host;
use nexus_passes::{meter, strip};
use wasmparser::{Parser, Payload};

const TEXT: &str = r#"(module $named
    (@custom "before" (before first) "abc")
    (func $spin (export "run") (param $n i32) (result i32)
        (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $n))
    (@custom "after" (after last) "def"))"#;

fn custom_sections(wasm: &[u8]) -> Vec<String> {
    Parser::new(0)
        .parse_all(wasm)
        .filter_map(|payload| match payload.unwrap() {
            Payload::CustomSection(section) => Some(section.name().to_owned()),
            _ => None,
        })
        .collect()
}

#[test]
fn every_custom_section_goes() {
    let wasm = wat::parse_str(TEXT).unwrap();
    assert_eq!(custom_sections(&wasm), ["before", "after", "name"]);
    assert!(custom_sections(&strip(&wasm).unwrap()).is_empty());
}

#[test]
fn everything_else_stays_byte_for_byte() {
    let wasm = wat::parse_str(TEXT).unwrap();
    let without = wat::parse_str(
        r#"(module (func (export "run") (param i32) (result i32)
            (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get 0)))"#,
    )
    .unwrap();
    assert_eq!(strip(&wasm).unwrap(), without);
    assert_eq!(strip(&without).unwrap(), without, "stripping twice changes nothing");
}

#[test]
fn a_metered_module_runs_after_stripping() {
    let wasm = strip(&meter(&wat::parse_str(TEXT).unwrap()).unwrap()).unwrap();
    assert!(custom_sections(&wasm).is_empty());
    let mut machine = host::start(&wasm, 10, 1_000_000).unwrap();
    assert_eq!(machine.call_i32("run", &[25]).unwrap(), 0);
    assert_eq!(machine.fuel_used(), 25);
}

#[test]
fn what_is_not_a_module_is_refused() {
    let wasm = wat::parse_str(TEXT).unwrap();
    assert!(strip(b"").is_err());
    assert!(strip(b"text, not wasm").is_err());
    assert!(strip(&wasm[..wasm.len() - 4]).is_err());
}
