//! The MessagePack form of values and messages: structs are maps with named fields, in both directions.
//!
//! Integers that a number holds exactly take MessagePack's integer forms, everything else the 64-bit float, so that
//! every value comes back as it went. Extension types, integers beyond ±(2⁵³−1), keys that are not strings, keys that
//! stand twice and bytes after the end are refused.

use rmp::Marker;
use rmp_serde::decode::Error as DecodeError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorCode};
use crate::limits::MESSAGE_DEPTH;
use crate::value::Value;

/// Encodes a value or message.
///
/// # Errors
/// `SERIALIZATION_ERROR` if a custom `Serialize` refuses; values and this crate's messages never do.
pub fn encode<T: Serialize + ?Sized>(message: &T) -> Result<Vec<u8>, Error> {
    rmp_serde::to_vec_named(message).map_err(|error| Error::new(ErrorCode::SerializationError, error.to_string()))
}

/// Decodes a message of this crate, at most [`MESSAGE_DEPTH`] levels deep.
///
/// # Errors
/// `SERIALIZATION_ERROR` when the bytes are not that message.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    decode_to_depth(bytes, MESSAGE_DEPTH)
}

/// Decodes a value that is at most `max_depth` containers deep and `max_bytes` long.
///
/// # Errors
/// `RESOURCE_LIMIT` (resource `valueBytes` or `valueDepth`) past these bounds, `SERIALIZATION_ERROR` when the bytes are
/// not one value.
pub fn decode_value(bytes: &[u8], max_depth: usize, max_bytes: usize) -> Result<Value, Error> {
    if bytes.len() > max_bytes {
        return Err(Error::resource_limit("valueBytes", max_bytes, bytes.len()));
    }
    // The decoder counts a level for the scalar inside the innermost container too.
    let value: Value = decode_to_depth(bytes, max_depth + 2)?;
    value.check(max_depth, usize::MAX)?;
    Ok(value)
}

fn decode_to_depth<T: DeserializeOwned>(bytes: &[u8], max_depth: usize) -> Result<T, Error> {
    let invalid =
        |message: String| Error::new(ErrorCode::SerializationError, format!("not a valid message: {message}"));
    check_text(bytes).map_err(|message| invalid(message.to_owned()))?;
    let mut rest = bytes;
    let mut deserializer = rmp_serde::Deserializer::new(&mut rest);
    deserializer.set_max_depth(max_depth);
    let value = T::deserialize(&mut deserializer).map_err(|error| match error {
        DecodeError::DepthLimitExceeded => Error::resource_limit("valueDepth", max_depth, max_depth + 1),
        error => invalid(error.to_string()),
    })?;
    if !rest.is_empty() {
        return Err(invalid(format!("{} bytes after the end", rest.len())));
    }
    Ok(value)
}

/// Refuses text that is no UTF-8, which the decoder would hand out as bytes. Items follow each other flatly in
/// MessagePack, containers are only their headers, so a scan from item to item sees them all.
fn check_text(bytes: &[u8]) -> Result<(), &'static str> {
    const ENDS: &str = "it ends in the middle";
    let mut rest = bytes;
    let mut take = |count: usize| -> Result<&[u8], &'static str> {
        let (taken, left) = rest.split_at_checked(count).ok_or(ENDS)?;
        rest = left;
        Ok(taken)
    };
    while let Ok(marker) = take(1) {
        let marker = Marker::from_u8(marker[0]);
        let payload = match marker {
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                let width = match marker {
                    Marker::Bin8 | Marker::Str8 => 1,
                    Marker::Bin16 | Marker::Str16 => 2,
                    _ => 4,
                };
                take(width)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
            }
            Marker::FixStr(length) => usize::from(length),
            Marker::U8 | Marker::I8 => 1,
            Marker::U16 | Marker::I16 | Marker::Array16 | Marker::Map16 => 2,
            Marker::U32 | Marker::I32 | Marker::F32 | Marker::Array32 | Marker::Map32 => 4,
            Marker::U64 | Marker::I64 | Marker::F64 => 8,
            Marker::FixPos(_)
            | Marker::FixNeg(_)
            | Marker::FixMap(_)
            | Marker::FixArray(_)
            | Marker::Null
            | Marker::True
            | Marker::False => 0,
            _ => return Err("it holds an extension type"),
        };
        let payload = take(payload)?;
        let text = matches!(marker, Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32);
        if text && std::str::from_utf8(payload).is_err() {
            return Err("a string is no UTF-8");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::limits::{VALUE_BYTES, VALUE_DEPTH};
    use crate::value::Map;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(Value::Null, |inner, _| Value::Array(vec![inner]))
    }

    fn arbitrary() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<f64>().prop_map(Value::Number),
            any::<i32>().prop_map(Value::from),
            ".*".prop_map(Value::String),
            prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        ];
        leaf.prop_recursive(6, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
                prop::collection::vec((".{0,40}", inner), 0..8)
                    .prop_map(|members| Value::Object(members.into_iter().collect::<Map>())),
            ]
        })
    }

    fn same(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|((ka, a), (kb, b))| ka == kb && same(a, b))
            }
            _ => a == b,
        }
    }

    proptest! {
        #[test]
        fn every_value_comes_back_as_it_went(value in arbitrary()) {
            let bytes = encode(&value).unwrap();
            let back = decode_value(&bytes, VALUE_DEPTH, VALUE_BYTES).unwrap();
            prop_assert!(same(&value, &back));
        }

        #[test]
        fn the_measured_size_is_the_encoded_size(value in arbitrary()) {
            prop_assert_eq!(value.check(VALUE_DEPTH, VALUE_BYTES).unwrap(), encode(&value).unwrap().len());
        }

        #[test]
        fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode_value(&bytes, VALUE_DEPTH, VALUE_BYTES);
        }
    }

    #[test]
    fn depth_is_allowed_at_the_limit_and_refused_one_past_it() {
        let at = encode(&nested(VALUE_DEPTH)).unwrap();
        assert!(decode_value(&at, VALUE_DEPTH, VALUE_BYTES).is_ok());
        let past = encode(&nested(VALUE_DEPTH + 1)).unwrap();
        assert_eq!(decode_value(&past, VALUE_DEPTH, VALUE_BYTES).unwrap_err().code, ErrorCode::ResourceLimit);
        let far_past = encode(&nested(VALUE_DEPTH * 10)).unwrap();
        assert_eq!(decode_value(&far_past, VALUE_DEPTH, VALUE_BYTES).unwrap_err().code, ErrorCode::ResourceLimit);
    }

    #[test]
    fn size_is_allowed_at_the_limit_and_refused_one_past_it() {
        let bytes = encode(&Value::from("x".repeat(100))).unwrap();
        assert!(decode_value(&bytes, VALUE_DEPTH, bytes.len()).is_ok());
        let error = decode_value(&bytes, VALUE_DEPTH, bytes.len() - 1).unwrap_err();
        assert_eq!(error.code, ErrorCode::ResourceLimit);
    }

    #[test]
    fn a_header_that_claims_millions_of_elements_takes_no_memory() {
        let bytes = [0xdd, 0xff, 0xff, 0xff, 0xff, 0xc0];
        assert_eq!(decode_value(&bytes, VALUE_DEPTH, VALUE_BYTES).unwrap_err().code, ErrorCode::SerializationError);
    }

    #[test]
    fn foreign_forms_are_refused() {
        let cases: &[(&str, &[u8])] = &[
            ("extension type", &[0xd4, 0x01, 0x00]),
            ("integer above the safe range", &[0xcf, 0x00, 0x20, 0, 0, 0, 0, 0, 0]),
            ("integer below the safe range", &[0xd3, 0xff, 0xdf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            ("key that is no string", &[0x81, 0x01, 0x01]),
            ("key that stands twice", &[0x82, 0xa1, b'a', 1, 0xa1, b'a', 2]),
            ("bytes after the end", &[0xc0, 0xc0]),
            ("text that is no UTF-8", &[0xa1, 0xff]),
            ("end in the middle", &[0x92, 0x01]),
        ];
        for (name, bytes) in cases {
            let error = decode_value(bytes, VALUE_DEPTH, VALUE_BYTES).expect_err(name);
            assert_eq!(error.code, ErrorCode::SerializationError, "{name}");
        }
    }

    #[test]
    fn order_of_keys_and_the_special_ones_are_kept() {
        let value = Value::object([
            ("z", Value::Null),
            ("__proto__", Value::from(1)),
            ("constructor", Value::from(2)),
            ("a", Value::Null),
        ]);
        let back = decode_value(&encode(&value).unwrap(), VALUE_DEPTH, VALUE_BYTES).unwrap();
        let keys: Vec<_> = back.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["z", "__proto__", "constructor", "a"]);
    }
}
