//! Places in the state.

use std::fmt;

use nexus_core::{Map, Value};

/// A step of a [`StatePath`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// A member of an object.
    Key(String),
    /// An element of a list.
    Index(usize),
}

/// A place in the state: a key, and where below it. Prints as `$state.todos[2].title`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatePath {
    /// The state's name.
    pub key: String,
    /// The way from there.
    pub steps: Vec<Step>,
}

impl StatePath {
    /// What stands there, if anything does.
    #[must_use]
    pub fn get<'a>(&self, state: &'a Map) -> Option<&'a Value> {
        let mut value = state.get(&self.key)?;
        for step in &self.steps {
            value = match (step, value) {
                (Step::Key(key), Value::Object(members)) => members.get(key)?,
                (Step::Index(index), Value::Array(items)) => items.get(*index)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// The path as data: `["todos", 2, "title"]`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let steps = self.steps.iter().map(|step| match step {
            Step::Key(key) => Value::from(key.as_str()),
            Step::Index(index) => Value::from(u32::try_from(*index).unwrap_or(u32::MAX)),
        });
        Value::Array(std::iter::once(Value::from(self.key.as_str())).chain(steps).collect())
    }
}

/// What [`StatePath::to_value`] gives.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for StatePath {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StatePath".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "array",
            "description": "A place in the state: the name of a state, then keys and indices.",
            "prefixItems": [{ "type": "string" }],
            "items": { "anyOf": [{ "type": "string" }, { "type": "integer", "minimum": 0, "maximum": u32::MAX }] },
            "minItems": 1,
        })
    }
}

impl fmt::Display for StatePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_name = |key: &str| {
            key.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$'))
                && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
        };
        let key = |f: &mut fmt::Formatter<'_>, key: &str| {
            if is_name(key) { write!(f, ".{key}") } else { write!(f, "[{}]", serde_json::Value::from(key)) }
        };
        f.write_str("$state")?;
        key(f, &self.key)?;
        for step in &self.steps {
            match step {
                Step::Key(name) => key(f, name)?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
