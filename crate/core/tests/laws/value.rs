//! The law of values in their MessagePack form. The fuzz target `values` checks it too.

use nexus_core::limits::{VALUE_BYTES, VALUE_DEPTH};
use nexus_core::msgpack::{decode_value, encode};

/// What decodes is within its bounds, as long as it measures itself, and encodes to what decodes to the same.
pub fn what_decodes_comes_back_as_it_went(bytes: &[u8]) {
    let Ok(value) = decode_value(bytes, VALUE_DEPTH, VALUE_BYTES) else { return };
    let encoded = encode(&value).expect("a value can be encoded");
    let measured = value.check(VALUE_DEPTH, usize::MAX).expect("no deeper than was asked for");
    assert_eq!(measured, encoded.len(), "the measured size");
    let again = decode_value(&encoded, VALUE_DEPTH, encoded.len()).expect("what was encoded can be decoded");
    // By their bytes, in which NaN equals itself and zero does not equal negative zero.
    assert_eq!(encode(&again).expect("a value can be encoded"), encoded, "it changed");
}
