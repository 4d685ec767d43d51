//! The options of the extension `storage`.

use nexus_core::limits::VALUE_BYTES;
use nexus_core::{Error, Value};

use crate::option_value::{count, text};

/// Keys of a namespace.
pub const MAX_KEYS: usize = 1_000;
/// Bytes of a key.
pub const MAX_KEY_BYTES: usize = 128;
/// More would not fit beside a panel's name into a key of Durable Object storage, which ends at 2048 bytes.
const MOST_KEY_BYTES: usize = 512;
/// Bytes of a value: what Durable Object storage takes (128 KiB), with room for how it writes bytes.
pub const MAX_VALUE_BYTES: usize = 127 << 10;
/// Bytes of a namespace, keys and values together.
pub const MAX_BYTES: usize = 10 << 20;

/// The options of the extension `storage`; in JavaScript with camel-case names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageOptions {
    /// The one namespace of all callers; without it each panel has its own, and runs without a panel have one together.
    pub namespace: Option<String>,
    /// See [`MAX_KEYS`].
    pub max_keys: usize,
    /// See [`MAX_KEY_BYTES`].
    pub max_key_bytes: usize,
    /// Bytes of a value as MessagePack. See [`MAX_VALUE_BYTES`].
    pub max_value_bytes: usize,
    /// See [`MAX_BYTES`].
    pub max_bytes: usize,
}

impl Default for StorageOptions {
    fn default() -> Self {
        Self {
            namespace: None,
            max_keys: MAX_KEYS,
            max_key_bytes: MAX_KEY_BYTES,
            max_value_bytes: MAX_VALUE_BYTES,
            max_bytes: MAX_BYTES,
        }
    }
}

/// Fields of the options, as JavaScript spells them.
const FIELDS: &str = "namespace, maxKeys, maxKeyBytes, maxValueBytes, maxBytes";

impl StorageOptions {
    /// Reads options from an object; what it does not hold keeps its default.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the field that does not exist or has no such value.
    pub fn from_value(value: &Value) -> Result<Self, Error> {
        let mut options = Self::default();
        let fields = value.as_object().ok_or_else(|| {
            Error::invalid_argument(format!("options of storage are an object, not {}", value.kind()))
        })?;
        let at_most = |name: &str, value: &Value, most: usize| match count(name, value, 1)? {
            number if number > most => Err(Error::invalid_argument(format!("{name} has to be at most {most}"))),
            number => Ok(number),
        };
        for (name, value) in fields {
            match name.as_str() {
                "namespace" => options.namespace = Some(text(name, value)?),
                "maxKeys" => options.max_keys = count(name, value, 1)?,
                "maxKeyBytes" => options.max_key_bytes = at_most(name, value, MOST_KEY_BYTES)?,
                "maxValueBytes" => options.max_value_bytes = at_most(name, value, VALUE_BYTES)?,
                "maxBytes" => options.max_bytes = count(name, value, 1)?,
                _ => {
                    let message = format!("options of storage have no field {name:?}; they have {FIELDS}");
                    return Err(Error::invalid_argument(message));
                }
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_read() {
        let value = Value::object([
            ("namespace", Value::from("team")),
            ("maxKeys", 1.into()),
            ("maxKeyBytes", 2.into()),
            ("maxValueBytes", 3.into()),
            ("maxBytes", 4.into()),
        ]);
        let expected = StorageOptions {
            namespace: Some("team".into()),
            max_keys: 1,
            max_key_bytes: 2,
            max_value_bytes: 3,
            max_bytes: 4,
        };
        assert_eq!(StorageOptions::from_value(&value).unwrap(), expected);
        assert_eq!(StorageOptions::from_value(&Value::Object(Default::default())).unwrap(), StorageOptions::default());
    }

    #[test]
    fn unusable_options_are_refused_by_name() {
        for (name, value) in [
            ("maxKey", Value::from(1)),
            ("namespace", "".into()),
            ("namespace", 1.into()),
            ("maxKeys", 0.into()),
            ("maxKeyBytes", 513.into()),
            ("maxValueBytes", ((1 << 20) + 1).into()),
            ("maxBytes", 1.5.into()),
        ] {
            let error = StorageOptions::from_value(&Value::object([(name, value)])).unwrap_err();
            assert!(error.message.contains(name), "{}", error.message);
        }
        assert!(StorageOptions::from_value(&Value::Null).is_err());
    }
}
