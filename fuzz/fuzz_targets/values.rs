//! Any bytes, taken for a value.
#![no_main]

#[path = "../../crate/core/tests/laws/value.rs"]
mod value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| value::what_decodes_comes_back_as_it_went(bytes));
