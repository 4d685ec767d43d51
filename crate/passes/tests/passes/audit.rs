//! The audit finds each way to work without paying, and passes what pays.

use nexus_passes::{AuditError, audit, meter};
use std::path::Path;

/// A module metered by hand; `$CHARGE` stands for a charge and `$COUNTER` for what metering adds.
fn by_hand(body: &str) -> Vec<u8> {
    let charge = "(global.set $fuel (local.tee $s (i64.sub (global.get $fuel) (i64.const 1))))
        (if (i64.lt_s (local.get $s) (i64.const 0)) (then (call $refill)))";
    let text = format!(
        r#"(module
            (import "nexus" "tick" (func $tick (param i64) (result i64)))
            (memory 1) (table 1 funcref)
            (global $fuel (export "__fuel") (mut i64) (i64.const 0))
            (global $grant (export "__grant") (mut i64) (i64.const 0))
            (func $refill (local $a i64)
                (if (i64.lt_s (local.tee $a (call $tick (i64.sub (global.get $grant) (global.get $fuel)))) (i64.const 0))
                    (then unreachable))
                (global.set $grant (local.get $a))
                (global.set $fuel (local.get $a)))
            {body})"#
    );
    wat::parse_str(text.replace("(charge)", charge)).expect("valid text")
}

fn complaint(wasm: &[u8]) -> String {
    audit(wasm).expect_err("it does not pay").to_string()
}

#[test]
fn what_pays_passes() {
    // The text form evaluates the value before `global.set`, as the pass does: tee, set, get.
    audit(&by_hand("(func (local $s i64) (charge) (loop (charge) (br 0)) (call 2))")).unwrap();
}

#[test]
fn a_small_constant_for_a_length_costs_nothing() {
    audit(&by_hand("(func (memory.copy (i32.const 0) (i32.const 0) (i32.const 63)))")).unwrap();
    for length in ["(i32.const 64)", "(i32.const -1)", "(block (result i32) (i32.const 63))"] {
        let wasm = by_hand(&format!("(func (memory.copy (i32.const 0) (i32.const 0) {length}))"));
        assert!(complaint(&wasm).contains("a length"), "{length}");
    }
}

#[test]
fn a_call_of_a_function_that_only_pays_is_a_payment() {
    audit(&by_hand("(func $p (local $s i64) (charge)) (func $f (call $p) (loop (call $p) (br 0)) (call $f))")).unwrap();
}

#[test]
fn each_way_to_work_unpaid_is_found() {
    for (body, found) in [
        ("(func (loop br 0))", "a loop"),
        ("(func (local $s i64) (charge) (loop br 0))", "a loop"),
        ("(func (local $s i64) (loop nop (charge) (br 0)))", "a loop"),
        ("(func (local $s i64) (loop (charge) (loop br 0) (br 0)))", "a loop"),
        ("(func $f (call $f))", "a call"),
        // Nearly a toll: it does more, it does not always pay, it calls.
        ("(func $p (local $s i64) (charge) (loop (charge) (br 0))) (func (loop (call $p) (br 0)))", "a loop"),
        (
            "(func $p (param i32) (local $s i64) (if (local.get 0) (then (charge)))) (func (loop (call $p (i32.const 0)) (br 0)))",
            "a loop",
        ),
        ("(func $p (local $s i64) (charge)) (func $f (nop) (call $p) (call $f))", "a call"),
        ("(func $f (return_call $f))", "a call"),
        ("(func $f (local $s i64) (block (charge)) (call $f))", "a call"),
        ("(func (call_indirect (i32.const 0)))", "a call"),
        ("(func (return_call_indirect (i32.const 0)))", "a call"),
        ("(type $t (func)) (func (param (ref $t)) (call_ref $t (local.get 0)))", "a call"),
        ("(type $t (func)) (func (param (ref $t)) (return_call_ref $t (local.get 0)))", "a call"),
        ("(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 9999)))", "a length"),
        ("(func (local $s i64) (charge) (memory.copy (i32.const 0) (i32.const 0) (i32.const 9999)))", "a length"),
        ("(func (drop (table.grow (ref.null func) (i32.const 9999))))", "a length"),
        ("(func (global.set $fuel (i64.const 1000000)))", "sets the counter"),
        ("(func (global.set $grant (i64.const 0)))", "sets the counter"),
        ("(func (local $s i64) (charge) (drop (call $tick (i64.const -5))))", "asks for fuel"),
        ("(func (local $s i64) (charge) (call $refill))", "asks for fuel"),
        ("(elem (i32.const 0) $tick)", "reaches"),
        ("(elem (i32.const 0) funcref (ref.func $refill))", "reaches"),
        (r#"(export "refill" (func $refill))"#, "reaches"),
    ] {
        let complaint = match body {
            _ if body.contains("$tick (i64") => audit(&by_hand(body)).unwrap_err().to_string(),
            _ => complaint(&by_hand(body)),
        };
        let expected = if body.contains("call $tick") { "not exactly one" } else { found };
        assert!(complaint.contains(expected), "{body}: {complaint}");
    }
}

#[test]
fn what_is_not_metered_is_refused() {
    assert!(matches!(audit(b"not a module"), Err(AuditError::Invalid(_))));
    for text in [
        "(module)",
        r#"(module (import "nexus" "tick" (func (param i64) (result i64))))"#,
        r#"(module (import "nexus" "tick" (func (param i64) (result i64)))
            (global (export "__fuel") (mut i64) (i64.const 0)) (global (export "__grant") (mut i64) (i64.const 0)))"#,
    ] {
        assert!(matches!(audit(&wat::parse_str(text).unwrap()), Err(AuditError::Module(_))), "{text}");
    }
}

#[test]
fn a_missing_charge_is_found_wherever_it_was() {
    // Charges are turned, one after the other, into ones of nothing.
    let wasm = meter(
        &wat::parse_str(
            r#"(module (memory 1)
            (func $leaf (loop $l (br_if $l (i32.const 0))))
            (func $caller (call $leaf))
            (func (loop $a (loop $b (call $caller) (br_if $b (i32.const 0))) (br_if $a (i32.const 0)))))"#,
        )
        .unwrap(),
    )
    .unwrap();
    audit(&wasm).unwrap();
    // i64.const 1, i64.sub
    let charges: Vec<usize> =
        wasm.windows(3).enumerate().filter(|(_, bytes)| *bytes == [0x42, 1, 0x7d]).map(|(at, _)| at).collect();
    assert_eq!(charges.len(), 5);
    for at in charges {
        let mut damaged = wasm.clone();
        damaged[at + 1] = 0;
        wasmparser::validate(&damaged).unwrap();
        assert!(matches!(audit(&damaged), Err(AuditError::Function { .. })), "the charge at {at}");
    }
}

/// The sandbox itself, where it has been built; the build makes the same check of what it ships.
#[test]
fn the_sandbox_pays_where_it_is_built() {
    let built =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/wasm32-unknown-unknown/release/nexus_sandbox.wasm");
    match std::fs::read(&built) {
        Ok(wasm) => {
            assert!(audit(&wasm).is_err(), "it is not metered yet");
            audit(&meter(&wasm).unwrap()).unwrap();
        }
        Err(error) => eprintln!("{}: {error}; only the build checks it", built.display()),
    }
}
