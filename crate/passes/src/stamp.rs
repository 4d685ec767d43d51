//! A module that tells which build it is.

use sha2::{Digest, Sha256};

/// Name of the custom section that [`stamp`] adds.
pub const STAMP_SECTION: &str = "nexus.sha256";

/// Adds a custom section that holds the SHA-256 of the module without it, 32 bytes. A host that has no more than a compiled
/// module can read it there: what was computed by one build (fuel, images of memory) is of no use to another.
#[must_use]
pub fn stamp(wasm: &[u8]) -> Vec<u8> {
    const CUSTOM: u8 = 0;
    let digest = Sha256::digest(wasm);
    // Both lengths are below 128, and so their own LEB128 encoding.
    let (name_length, length) = (STAMP_SECTION.len() as u8, (1 + STAMP_SECTION.len() + digest.len()) as u8);
    [wasm, &[CUSTOM, length, name_length], STAMP_SECTION.as_bytes(), &digest].concat()
}
