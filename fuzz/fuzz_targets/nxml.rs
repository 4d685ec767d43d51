//! Any text, taken for a document and for an expression.
#![no_main]

#[path = "../../crate/nxml/tests/nxml/law.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|text: &str| {
    law::any_text_is_read_as_a_document(text);
    law::any_text_is_taken_for_an_expression(text);
});
