//! The types of states and arguments, and how values become of them: the one coercer there is.

use nexus_core::{Map, Value};

use crate::expression::{number_of, text_of};

/// A type of a state or an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DataType {
    /// Text.
    #[default]
    String,
    /// A number that is one: no NaN, no infinity.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An array.
    List,
    /// An object.
    Object,
    /// Anything. No document can say that: it is for states that begin as null and were described otherwise than by one.
    Any,
}

/// Why a value cannot become of a type; completes "… cannot be".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What the value is.
    pub given: String,
    /// What it should be.
    pub wanted: &'static str,
}

impl DataType {
    /// The names of all types.
    pub const NAMES: &[&str] = &["string", "number", "boolean", "list", "object"];

    /// The type of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "list" => Self::List,
            "object" => Self::Object,
            _ => return None,
        })
    }

    /// The name that someone who writes `name` means.
    pub(crate) fn meant_by(name: &str) -> Option<&'static str> {
        Some(match name.to_lowercase().as_str() {
            "str" | "text" | "char" => "string",
            "int" | "integer" | "float" | "double" | "num" => "number",
            "bool" => "boolean",
            "array" | "arr" | "tuple" => "list",
            "map" | "dict" | "json" | "record" | "obj" => "object",
            lower => return crate::suggest::nearest(lower, Self::NAMES.iter().copied()),
        })
    }

    /// The type's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::Object => "object",
            Self::Any => "any",
        }
    }

    /// What a state of this type is when nothing says otherwise.
    #[must_use]
    pub fn empty(self) -> Value {
        match self {
            Self::String => Value::String(String::new()),
            Self::Number => Value::Number(0.0),
            Self::Boolean => Value::Bool(false),
            Self::List => Value::Array(Vec::new()),
            Self::Object => Value::Object(Map::new()),
            Self::Any => Value::Null,
        }
    }

    /// Makes `value` one of this type. What is one already stays as it is; a text is read as the type's own notation:
    ///
    /// | type | text |
    /// |---|---|
    /// | number | a decimal, hexadecimal, octal or binary number, as JavaScript's `Number` reads it |
    /// | boolean | `true yes 1 on`, `false no 0 off`, nothing for false; upper or lower case |
    /// | list | a JSON array, one JSON number, text or truth value, or texts with commas between them |
    /// | object | a JSON object |
    ///
    /// Numbers and booleans become a string as JavaScript writes them, and the numbers 0 and 1 a boolean.
    ///
    /// # Errors
    /// Where nothing of this says how: nothing is guessed.
    pub fn coerce(self, value: Value) -> Result<Value, Mismatch> {
        let wanted = self.as_str();
        let mismatch = |value: &Value| Mismatch { given: description(value), wanted };
        Ok(match (self, value) {
            (Self::Any, value)
            | (Self::String, value @ Value::String(_))
            | (Self::Boolean, value @ Value::Bool(_))
            | (Self::List, value @ Value::Array(_))
            | (Self::Object, value @ Value::Object(_)) => value,
            (Self::Number, Value::Number(number)) if number.is_finite() => Value::Number(number),
            (Self::String, value @ (Value::Number(_) | Value::Bool(_))) => {
                Value::String(text_of(&value).unwrap_or_default())
            }
            (Self::Boolean, Value::Number(number)) if number == 0.0 || number == 1.0 => Value::Bool(number == 1.0),
            (_, Value::String(text)) => match self.read(&text) {
                Some(value) => value,
                None => return Err(mismatch(&Value::String(text))),
            },
            (_, value) => return Err(mismatch(&value)),
        })
    }

    /// Reads a text that is not to stay one.
    fn read(self, text: &str) -> Option<Value> {
        let trimmed = text.trim();
        match self {
            Self::String | Self::Any => Some(Value::from(text)),
            Self::Number => {
                let number = number_of(trimmed);
                (!trimmed.is_empty() && number.is_finite()).then_some(Value::Number(number))
            }
            Self::Boolean => match trimmed.to_lowercase().as_str() {
                "true" | "yes" | "1" | "on" => Some(Value::Bool(true)),
                "false" | "no" | "0" | "off" | "" => Some(Value::Bool(false)),
                _ => None,
            },
            Self::Object => json(trimmed).filter(|value| value.as_object().is_some()),
            Self::List => match json(trimmed) {
                Some(list @ Value::Array(_)) => Some(list),
                Some(Value::Object(_)) => None,
                Some(one) => Some(Value::Array(vec![one])),
                // What looks like JSON and is none is a mistake, not a text.
                None if trimmed.starts_with(['[', '{']) => None,
                None => {
                    let parts = trimmed.split(',').map(str::trim);
                    Some(Value::Array(if trimmed.is_empty() { Vec::new() } else { parts.map(Value::from).collect() }))
                }
            },
        }
    }
}

/// What a value is, in a message: short texts and numbers as they are.
fn description(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().count() <= 40 => format!("{text:?}"),
        Value::Number(_) | Value::Bool(_) | Value::Null => {
            text_of(value).filter(|text| !text.is_empty()).unwrap_or_else(|| "null".to_owned())
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(_) => "this text".to_owned(),
        Value::Bytes(_) => "bytes".to_owned(),
    }
}

/// A JSON text as a value, if it is one: no key twice, no integer that a number cannot hold.
fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
