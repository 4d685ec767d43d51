//! Any lines of text, taken for capability tokens.
#![no_main]

#[path = "../../crate/core/tests/laws/token.rs"]
mod token;

libfuzzer_sys::fuzz_target!(|text: &str| {
    // The laws are over three tokens at a time: a few lines are enough.
    let lines: Vec<&str> = text.lines().take(5).collect();
    token::tokens_keep_their_laws(&lines);
});
