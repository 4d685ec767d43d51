//! Any text, taken for a token, and for the header and the claims of a genuine one.
#![no_main]

#[path = "../../crate/kernel/tests/kernel/law/token.rs"]
mod token;

libfuzzer_sys::fuzz_target!(|text: &str| {
    token::any_text_is_taken_for_a_token(text);
    token::any_claims_are_signed(text);
});
