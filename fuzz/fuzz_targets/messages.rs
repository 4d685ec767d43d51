//! Any bytes, taken for each message that crosses the wall.
#![no_main]

#[path = "../../crate/core/tests/laws/message.rs"]
mod message;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    message::what_decodes_comes_back_as_it_went(bytes);
});
