//! A stamped module is the same module, and says which.

use nexus_passes::{stamp, stamp::STAMP_SECTION, strip};
use sha2::{Digest, Sha256};
use wasmparser::{Parser, Payload, Validator};

#[test]
fn the_stamp_is_the_hash_of_the_rest() {
    let wasm = wat::parse_str("(module (func (export \"f\")))").unwrap();
    let stamped = stamp(&wasm);
    Validator::new().validate_all(&stamped).unwrap();
    let sections: Vec<_> = Parser::new(0)
        .parse_all(&stamped)
        .filter_map(|payload| match payload.unwrap() {
            Payload::CustomSection(section) => Some((section.name().to_owned(), section.data().to_vec())),
            _ => None,
        })
        .collect();
    assert_eq!(sections, [(STAMP_SECTION.to_owned(), Sha256::digest(&wasm).to_vec())]);
    assert_eq!(strip(&stamped).unwrap(), wasm);
}
