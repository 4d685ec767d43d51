//! Any bytes, made into a module that runs as it was, metered, sliced and stripped.
#![no_main]
#![allow(dead_code, reason = "each target takes what it needs of these files")]

#[path = "../../crate/passes/tests/passes/generated.rs"]
mod generated;
#[path = "../../crate/passes/tests/passes/law.rs"]
mod law;

use generated::{Shape, module};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(wasm) = module(bytes, Shape::Any) {
        law::metering_changes_nothing_but_the_price(&wasm, bytes.len() as u64);
        law::stripping_changes_nothing(&wasm, bytes.len() as u64);
    }
    if let Some(wasm) = module(bytes, Shape::Imageable) {
        law::an_image_starts_where_it_was_taken(&wasm, bytes.len() as u64);
    }
});
