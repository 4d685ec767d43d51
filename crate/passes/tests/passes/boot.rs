//! An instance that boots when it is made is as one that was booted.

use nexus_passes::{BootError, boot_at_start};

use crate::host;

const TEXT: &str = r#"(module (memory (export "memory") 1)
    (func (export "boot") (i32.store (i32.const 8) (i32.const 42)))
    (func (export "other") (param i32)))"#;

#[test]
fn an_instance_begins_booted_and_cannot_be_booted_again() {
    let booting = boot_at_start(&wat::parse_str(TEXT).unwrap(), "boot").unwrap();
    let machine = host::start(&booting, i64::MAX, i64::MAX).unwrap();
    assert_eq!(machine.memory()[8], 42);
    assert!(!machine.exports().iter().any(|export| export.starts_with("boot")));
}

#[test]
fn a_module_of_another_shape_is_refused() {
    let wasm = wat::parse_str(TEXT).unwrap();
    let started = boot_at_start(&wasm, "boot").unwrap();
    for (wasm, name) in [(&wasm, "other"), (&wasm, "memory"), (&wasm, "none"), (&started, "other")] {
        assert!(matches!(boot_at_start(wasm, name), Err(BootError::Unsupported(_))), "{name}");
    }
    assert!(matches!(boot_at_start(b"no module", "boot"), Err(BootError::Invalid(_))));
}
