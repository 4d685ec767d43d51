//! The data a handler can read, return and emit.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::error::{Error, ErrorCode};

/// An object: string keys in insertion order. `__proto__` and `constructor` are keys like any other.
pub type Map = IndexMap<String, Value>;

/// The largest integer magnitude that a `Number` holds exactly (ECMAScript `Number.MAX_SAFE_INTEGER`).
pub const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// A piece of data. What is not one of these does not cross the wall.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Every number, NaN and the infinities included.
    Number(f64),
    /// A string of Unicode scalar values (lone surrogates are not data).
    String(String),
    /// Bytes, a `Uint8Array` in JavaScript.
    Bytes(Vec<u8>),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Map),
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Value {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// Whatever JSON has.
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}

impl Value {
    /// What kind of value this is, for messages.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// The string, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    #[must_use]
    pub const fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, if this is one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// The object, if this is one.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Map> {
        match self {
            Self::Object(map) => Some(map),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// An object of the given members, in order.
    pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Object(members.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Checks that the value is no deeper than `max_depth` containers and no larger than `max_bytes` in its
    /// MessagePack form. Returns that size in bytes.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` with resource `valueDepth` or `valueBytes`.
    pub fn check(&self, max_depth: usize, max_bytes: usize) -> Result<usize, Error> {
        let mut measure = Measure { max_depth, max_bytes, size: 0 };
        measure.add(self, 0)?;
        Ok(measure.size)
    }
}

struct Measure {
    max_depth: usize,
    max_bytes: usize,
    size: usize,
}

impl Measure {
    fn add(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        self.size += own_size(value);
        if self.size > self.max_bytes {
            return Err(Error::resource_limit("valueBytes", self.max_bytes, self.size));
        }
        match value {
            Value::Array(_) | Value::Object(_) if depth >= self.max_depth => {
                Err(Error::resource_limit("valueDepth", self.max_depth, depth + 1))
            }
            Value::Array(items) => items.iter().try_for_each(|item| self.add(item, depth + 1)),
            Value::Object(map) => map.values().try_for_each(|item| self.add(item, depth + 1)),
            _ => Ok(()),
        }
    }
}

/// Bytes of a value's MessagePack form, those of elements and members left out, their keys included.
fn own_size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 1,
        Value::Number(number) => match as_integer(*number) {
            Some(-32..=127) => 1,
            Some(-128..=255) => 2,
            Some(-32_768..=65_535) => 3,
            Some(-2_147_483_648..=4_294_967_295) => 5,
            _ => 9,
        },
        Value::String(text) => header(text.len(), 31, 0xff) + text.len(),
        Value::Bytes(bytes) => header(bytes.len(), 0, 0xff).max(2) + bytes.len(),
        Value::Array(items) => header(items.len(), 15, 0),
        Value::Object(map) => {
            header(map.len(), 15, 0) + map.keys().map(|key| header(key.len(), 31, 0xff) + key.len()).sum::<usize>()
        }
    }
}

/// Bytes of a MessagePack length header: lengths up to `fix` share the marker byte, those up to `short` take one more,
/// the rest two or four.
const fn header(length: usize, fix: usize, short: usize) -> usize {
    if length <= fix {
        1
    } else if length <= short {
        2
    } else if length <= 0xffff {
        3
    } else {
        5
    }
}

/// The number as an integer, where that loses nothing (negative zero would lose its sign).
pub(crate) fn as_integer(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "checked by the comparison")]
    let integer = number as i64;
    #[expect(clippy::cast_precision_loss, reason = "within the safe range")]
    let exact =
        integer as f64 == number && integer.abs() <= MAX_SAFE_INTEGER && !(integer == 0 && number.is_sign_negative());
    exact.then_some(integer)
}

/// Where in a value something is: `$.items[3].name`. Used to say what was refused.
#[derive(Debug, Clone)]
pub struct Path(String);

impl Path {
    /// The value itself.
    #[must_use]
    pub fn root() -> Self {
        Self("$".to_owned())
    }

    /// Runs `f` with the path of the element at `index`.
    pub fn with_index<T>(&mut self, index: usize, f: impl FnOnce(&mut Self) -> T) -> T {
        use fmt::Write;
        let length = self.0.len();
        let _ = write!(self.0, "[{index}]");
        let result = f(self);
        self.0.truncate(length);
        result
    }

    /// Runs `f` with the path of the member `key`.
    pub fn with_key<T>(&mut self, key: &str, f: impl FnOnce(&mut Self) -> T) -> T {
        use fmt::Write;
        let length = self.0.len();
        let plain = !key.is_empty()
            && !key.starts_with(|c: char| c.is_ascii_digit())
            && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
        let _ = if plain { write!(self.0, ".{key}") } else { write!(self.0, "[{key:?}]") };
        let result = f(self);
        self.0.truncate(length);
        result
    }

    /// The error for a value at this path that cannot cross the wall; `why` completes "the value at … ".
    #[must_use]
    pub fn refuse(&self, why: &str) -> Error {
        Error::new(ErrorCode::SerializationError, format!("the value at {self} {why}"))
            .with_context(Value::object([("path", Value::String(self.0.clone()))]))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Number(f64::from(value))
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Number(f64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Number(number) => match as_integer(*number) {
                Some(integer) => serializer.serialize_i64(integer),
                None => serializer.serialize_f64(*number),
            },
            Self::String(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::Array(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    sequence.serialize_element(item)?;
                }
                sequence.end()
            }
            Self::Object(map) => {
                let mut members = serializer.serialize_map(Some(map.len()))?;
                for (key, item) in map {
                    members.serialize_entry(key, item)?;
                }
                members.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

/// A hostile header may claim four thousand million elements; memory is taken only for what arrives.
const MAX_PREALLOCATED: usize = 1024;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, a number, a string, bytes, an array or a map with string keys")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() > MAX_SAFE_INTEGER.unsigned_abs() {
            return Err(E::custom(format_args!("the integer {value} has no exact number")));
        }
        #[expect(clippy::cast_precision_loss, reason = "within the safe range")]
        Ok(Value::Number(value as f64))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(E::custom(format_args!("the integer {value} has no exact number"))),
        }
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

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(value.to_owned()))
    }

    fn visit_byte_buf<E>(self, value: Vec<u8>) -> Result<Value, E> {
        Ok(Value::Bytes(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::with_capacity(sequence.size_hint().unwrap_or(0).min(MAX_PREALLOCATED));
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::with_capacity(members.size_hint().unwrap_or(0).min(MAX_PREALLOCATED));
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value()?;
            if map.insert(key, value).is_some() {
                return Err(de::Error::custom("a key stands twice in one map"));
            }
        }
        Ok(Value::Object(map))
    }
}
