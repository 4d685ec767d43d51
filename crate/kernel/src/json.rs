//! Values from and to JSON text, as `JSON.parse` and `JSON.stringify` have it.

use std::fmt;

use nexus_core::value::Path;
use nexus_core::{Error, Map, Value};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value as JSON has it: unlike a message of the kernel's own, large integers are rounded to the nearest number and
/// of two members of one name the last counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Json(pub Value);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Json {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(Self)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "what JSON.parse does")]
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "what JSON.parse does")]
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Json(item)) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Json(item))) = members.next_entry::<String, Json>()? {
            map.insert(key, item);
        }
        Ok(Value::Object(map))
    }
}

/// Reads JSON text.
///
/// # Errors
/// Where it stops being JSON.
pub(crate) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<Json>(text).map(|Json(value)| value)
}

/// Writes JSON text; numbers that are not finite become null.
///
/// # Errors
/// `SERIALIZATION_ERROR` with the path of bytes inside the value: JSON has none.
pub(crate) fn print(value: &Value) -> Result<String, Error> {
    refuse_bytes(value, &mut Path::root())?;
    serde_json::to_string(value).map_err(|error| Error::internal(error.to_string()))
}

fn refuse_bytes(value: &Value, path: &mut Path) -> Result<(), Error> {
    match value {
        Value::Bytes(_) => Err(path.refuse("is bytes, which JSON has not")),
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(i, item)| path.with_index(i, |path| refuse_bytes(item, path)))
        }
        Value::Object(map) => {
            map.iter().try_for_each(|(key, item)| path.with_key(key, |path| refuse_bytes(item, path)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_json_parse() {
        let numbers = parse("[1, -0.0, 9007199254740993, 18446744073709551616, 0.1, 5e-324, 1e21]").unwrap();
        let expected = [1.0, -0.0, 9_007_199_254_740_992.0, 18_446_744_073_709_551_616.0, 0.1, 5e-324, 1e21];
        assert_eq!(numbers, Value::Array(expected.map(Value::Number).to_vec()));
    }

    #[test]
    fn the_last_of_two_members_counts_and_order_is_kept() {
        let value = parse(r#"{"b": 1, "__proto__": 2, "a": 3, "b": 4}"#).unwrap();
        assert_eq!(value, Value::object([("b", 4), ("__proto__", 2), ("a", 3)].map(|(k, v)| (k, Value::from(v)))));
        assert_eq!(print(&value).unwrap(), r#"{"b":4,"__proto__":2,"a":3}"#);
    }

    #[test]
    fn what_is_not_finite_becomes_null_and_bytes_are_refused() {
        assert_eq!(print(&vec![f64::NAN, f64::INFINITY, 1.5].into()).unwrap(), "[null,null,1.5]");
        let value = Value::object([("a", Value::Array(vec![Value::Bytes(vec![1])]))]);
        assert!(print(&value).unwrap_err().message.contains("$.a[0]"));
    }

    #[test]
    fn depth_is_bounded() {
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
