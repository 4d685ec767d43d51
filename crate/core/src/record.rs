//! What came into a run from outside and what it answered: enough to run it again to the same bytes.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::effect::StateMutation;
use crate::error::Error;
use crate::limits::Limits;
use crate::run::{Context, Denial, Segment, present};
use crate::value::Value;

/// The version of [`RunRecord`] that this release writes and reads.
pub const VERSION: u32 = 1;

/// A run, from everything it was given to everything it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunRecord {
    /// [`VERSION`].
    pub version: u32,
    /// The engine's exact build. Another one may compute the same, but not with the same fuel.
    pub engine: String,
    /// The body of an async function.
    pub source: String,
    /// What the handler was given.
    pub context: Context,
    /// What it could use up.
    pub limits: Limits,
    /// Registered extensions, each with its methods.
    pub extensions: IndexMap<String, Vec<String>>,
    /// Names of the embedder's synchronous host functions.
    pub host_functions: Vec<String>,
    /// Seed of `Math.random`: 32 hexadecimal digits.
    pub seed: String,
    /// The segments, in order.
    pub steps: Vec<Step>,
    /// Why the run ended otherwise than by its handler: an abort between two segments, an engine that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Error>,
}

/// What one segment was given, and what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// Milliseconds since the epoch.
    pub now: f64,
    /// Answers to calls, in the order in which they arrived; none for the first segment.
    #[serde(default)]
    pub answers: Vec<RecordedAnswer>,
    /// What others changed in the state meanwhile.
    #[serde(default)]
    pub state: Vec<StateMutation>,
    /// Calls of host functions, in order.
    #[serde(default)]
    pub host_calls: Vec<RecordedHostCall>,
    /// What came of it, its calls numbered from 1 over the run. Times, memory and whether the handler was compiled
    /// before are left out (zero): they are not repeatable.
    pub segment: Segment,
    /// Refusals that the kernel added.
    #[serde(default)]
    pub denials: Vec<Denial>,
    /// Where the clock or the caller stopped it: total units of fuel at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<u64>,
}

/// The answer to a call of an extension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedAnswer {
    /// The number of the call.
    pub suspension_id: String,
    /// What it was.
    pub outcome: Outcome,
}

/// A call of a host function, and what it answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedHostCall {
    /// Which function.
    pub name: String,
    /// With which arguments.
    pub args: Vec<Value>,
    /// What it answered.
    pub outcome: Outcome,
}

/// A value or an error: `{ success: true, value }` or `{ success: false, error }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    success: bool,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    value: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Error>,
}

impl From<Result<Value, Error>> for Outcome {
    fn from(result: Result<Value, Error>) -> Self {
        match result {
            Ok(value) => Self { success: true, value: Some(value), error: None },
            Err(error) => Self { success: false, value: None, error: Some(error) },
        }
    }
}

impl From<Outcome> for Result<Value, Error> {
    fn from(outcome: Outcome) -> Self {
        match outcome.error {
            Some(error) if !outcome.success => Err(error),
            _ => Ok(outcome.value.unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::msgpack;

    #[test]
    fn outcomes_are_what_resume_takes() {
        let told = |result: Result<Value, Error>| {
            let bytes = msgpack::encode(&Outcome::from(result.clone())).unwrap();
            assert_eq!(Result::from(msgpack::decode::<Outcome>(&bytes).unwrap()), result);
            msgpack::decode::<Value>(&bytes).unwrap()
        };
        assert_eq!(told(Ok(Value::Null)), Value::object([("success", true.into()), ("value", Value::Null)]));
        let told = told(Err(Error::new(ErrorCode::ExtensionError, "no")));
        let error = Value::object([("code", Value::from("EXTENSION_ERROR")), ("message", "no".into())]);
        assert_eq!(told, Value::object([("success", false.into()), ("error", error)]));
    }
}
