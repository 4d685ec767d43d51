//! Dropping what an engine does not need to run a module.

use std::ops::Range;

use wasmparser::{BinaryReaderError, Parser, Payload};

/// Drops every custom section (names, producers, debug information) and leaves all the others byte for byte as they are.
///
/// Positions of instructions do not change relative to the code section, so a stack trace still names the same functions by number.
///
/// # Errors
/// If `wasm` is not shaped like a module. The content of its sections is copied, not validated.
pub fn strip(wasm: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    const HEADER: usize = 8;
    let mut custom: Vec<Range<usize>> = Vec::new();
    let mut end_of_section = HEADER;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let Some((_, content)) = payload.as_section() {
            // The range of a section is its content; its number and length lie between it and the section before.
            if matches!(payload, Payload::CustomSection(_)) {
                custom.push(end_of_section..content.end);
            }
            end_of_section = content.end;
        }
    }

    let mut kept = Vec::with_capacity(wasm.len());
    let mut from = 0;
    for range in custom {
        kept.extend_from_slice(&wasm[from..range.start]);
        from = range.end;
    }
    kept.extend_from_slice(&wasm[from..]);
    Ok(kept)
}
