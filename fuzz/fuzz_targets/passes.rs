//! Any bytes, taken for a module by every pass.
#![no_main]
#![allow(dead_code, reason = "each target takes what it needs of these files")]

#[path = "../../crate/passes/tests/passes/generated.rs"]
mod generated;
#[path = "../../crate/passes/tests/passes/law.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| law::no_bytes_make_a_pass_panic(bytes));
