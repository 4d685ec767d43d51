//! A rewritten interpreter does what it did, and what is no interpreter is refused.

use nexus_passes::{DispatchError, dispatch, meter};
use wasmi::Val;

use crate::host;

/// Kinds of opcodes; opcode `n` is of kind `n % KINDS`.
const KINDS: usize = 7;
/// Where the table of pointers is.
const POINTERS: usize = 2_048;

/// An interpreter of byte code at address 0: opcodes work on an accumulator and also answer whether to go on. `entry` makes the entry of each opcode in the table of pointers, `dispatches` is how often it has a dispatch.
fn interpreter(entry: impl Fn(usize) -> usize, dispatches: usize) -> Vec<u8> {
    interpreter_with("i32.load8_u", entry, dispatches)
}

/// As [`interpreter`], but the opcode is masked when it is needed.
fn wasm_with_masked_opcode() -> Vec<u8> {
    interpreter_with("i32.load i32.const 255 i32.and", |opcode| 3 + opcode % KINDS, 1)
}

fn interpreter_with(opcode: &str, entry: impl Fn(usize) -> usize, dispatches: usize) -> Vec<u8> {
    let kinds: String = (0..KINDS)
        .map(|kind| {
            let last = i32::from(kind != 0);
            format!(
                "(func $kind{kind} (param i32 i64) (result i64 i32)
                    (i64.add (i64.mul (local.get 1) (i64.const {})) (i64.extend_i32_u (local.get 0))) (i32.const {last}))",
                kind * 2 + 3
            )
        })
        .collect();
    let elements: String = (0..KINDS).map(|kind| format!(" $kind{kind}")).collect();
    let pointers: String =
        (0..256).flat_map(|opcode| (entry(opcode) as u32).to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect();
    let step = format!(
        "local.get $pc local.get $sum local.get $pc {opcode} i32.const 2 i32.shl i32.load offset={POINTERS}
         call_indirect (type $opcode)"
    );
    let steps = format!("{step} drop local.set $sum ").repeat(dispatches.saturating_sub(1));
    let last = if dispatches > 0 { step.as_str() } else { "local.get $sum i32.const 0" };
    let text = format!(
        r#"(module
            (type $opcode (func (param i32 i64) (result i64 i32)))
            (memory (export "memory") 1)
            (data (i32.const {POINTERS}) "{pointers}")
            (table 20 funcref)
            (elem (i32.const 3) func{elements} $other)
            {kinds}
            (func $other (result i32) (i32.const 0))
            (func (export "write") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
            (func (export "run") (param $pc i32) (result i64) (local $sum i64)
                (loop $next
                    {steps}
                    {last}
                    local.get $pc i32.const 1 i32.add i32.mul local.set $pc
                    local.set $sum
                    (br_if $next (local.get $pc)))
                (local.get $sum)))"#
    );
    wat::parse_str(&text).unwrap()
}

fn run(wasm: &[u8], code: &[u8]) -> i64 {
    let mut machine = host::start(wasm, i64::MAX, i64::MAX).unwrap();
    for (address, byte) in code.iter().enumerate() {
        machine.call("write", &[Val::I32(i32::try_from(address).unwrap()), Val::I32((*byte).into())]).unwrap();
    }
    machine.call("run", &[Val::I32(0)]).unwrap()[0].i64().unwrap()
}

#[test]
fn every_opcode_does_what_it_did() {
    let wasm = interpreter(|opcode| 3 + opcode % KINDS, 1);
    let rewritten = dispatch(&wasm).unwrap();
    for opcode in 0..=255 {
        // Opcodes of kind 0 end a program.
        let code = [1, opcode, 2, opcode, 6, 0];
        assert_eq!(run(&wasm, &code), run(&rewritten, &code), "{opcode}");
        let metered = meter(&rewritten).unwrap();
        assert_eq!(run(&wasm, &code), run(&metered, &code), "{opcode}, metered");
    }
    let all: Vec<u8> = (0..=255).filter(|opcode| usize::from(*opcode) % KINDS != 0).chain([0]).collect();
    assert_eq!(run(&wasm, &all), run(&rewritten, &all));
}

#[test]
fn an_opcode_that_was_loaded_before_is_known_too() {
    let loaded = interpreter(|opcode| 3 + opcode % KINDS, 1);
    let masked = wasm_with_masked_opcode();
    let rewritten = dispatch(&masked).unwrap();
    for code in [[1, 9, 2, 200, 6, 0], [255, 254, 253, 1, 1, 7]] {
        assert_eq!(run(&loaded, &code), run(&rewritten, &code));
    }
    assert!(matches!(dispatch(&rewritten), Err(DispatchError::Found(0))));
}

#[test]
fn nothing_is_called_through_a_pointer_any_more() {
    let rewritten = dispatch(&interpreter(|opcode| 3 + opcode % KINDS, 1)).unwrap();
    assert!(matches!(dispatch(&rewritten), Err(DispatchError::Found(0))));
}

#[test]
fn what_is_not_exactly_one_dispatch_is_refused() {
    let found = |wasm: &[u8]| match dispatch(wasm) {
        Err(DispatchError::Found(found)) => found,
        other => panic!("{other:?}"),
    };
    assert_eq!(found(&interpreter(|_| 3, 0)), 0);
    assert_eq!(found(&interpreter(|_| 3, 2)), 2);
    // A pointer to nothing, and one to a function of another type.
    assert_eq!(found(&interpreter(|opcode| if opcode == 200 { 0 } else { 3 }, 1)), 0);
    assert_eq!(found(&interpreter(|opcode| if opcode == 200 { 3 + KINDS } else { 3 }, 1)), 0);
    assert!(matches!(dispatch(b"no module"), Err(DispatchError::Invalid(_))));
    let error = dispatch(&interpreter(|_| 3, 0)).unwrap_err().to_string();
    assert!(error.contains("found 0 times instead of once"), "{error}");
}
