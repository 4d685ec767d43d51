//! A run: what it is given, what each of its segments reports, how its calls are answered.

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize};

use crate::capability::CapabilityToken;
use crate::effect::{Event, LogLine, StateMutation, ViewCommand};
use crate::error::Error;
use crate::value::{Map, Value};

/// What a handler is given. Never changed by the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// The state as it is when the run starts.
    #[serde(default)]
    pub state: Map,
    /// `$args`.
    #[serde(default = "empty_object")]
    pub args: Value,
    /// `$scope`.
    #[serde(default = "empty_object")]
    pub scope: Value,
    /// What the handler may do.
    #[serde(default)]
    pub capabilities: Vec<CapabilityToken>,
}

fn empty_object() -> Value {
    Value::Object(Map::new())
}

/// How a segment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The handler returned.
    Success,
    /// The handler threw, or was stopped.
    Error,
    /// The handler waits for the answers to its calls.
    Suspended,
}

/// A call to the outside that a handler made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Suspension {
    /// Names the call in [`Answer`]; unique within the kernel.
    pub suspension_id: String,
    /// Which extension.
    pub extension_name: String,
    /// Which of its methods.
    pub method: String,
    /// With which arguments.
    pub args: Vec<Value>,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Which call.
    pub suspension_id: String,
    /// Its value, or why it failed.
    pub outcome: Result<Value, Error>,
}

/// Something that a handler tried without the capability for it, whether or not it caught the error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Denial {
    /// The host function by its registered name: `state.set`, `ext.http.get`.
    pub operation: String,
    /// The token that would have allowed it.
    pub capability: String,
}

/// What a segment cost. Every number is of this segment alone but the memory's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Metrics {
    /// Microseconds spent computing.
    pub duration_us: u64,
    /// Units of fuel.
    pub fuel_used: u64,
    /// Bytes the handler's heap holds now.
    pub memory_used_bytes: u64,
    /// Most bytes it held in this run.
    pub memory_peak_bytes: u64,
    /// Calls of host functions by name, refused ones included.
    pub host_calls: IndexMap<String, u64>,
    /// Microseconds spent compiling, where this segment compiled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compilation_time_us: Option<u64>,
    /// Whether the handler's compiled form was at hand.
    pub cache_hit: bool,
}

/// What a run did from its start, or its last suspension, to here: each effect once, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RunResult"))]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    /// Which run.
    pub run_id: String,
    /// How the segment ended.
    pub status: Status,
    /// What the handler returned; `None` where it returned nothing.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub return_value: Option<Value>,
    /// Changes of the state.
    #[serde(default)]
    pub state_mutations: Vec<StateMutation>,
    /// Events.
    #[serde(default)]
    pub events: Vec<Event>,
    /// Commands to the view.
    #[serde(default)]
    pub view_commands: Vec<ViewCommand>,
    /// Log lines.
    #[serde(default)]
    pub logs: Vec<LogLine>,
    /// Calls made in this segment. In the last one they are calls that the handler did not wait for.
    #[serde(default)]
    pub suspensions: Vec<Suspension>,
    /// In the last segment: earlier calls whose answers the handler was waiting for somewhere but no longer needs
    /// (losers of a race), to be aborted. Those that nobody ever awaited are not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aborted: Vec<String>,
    /// What the handler tried and was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denials: Vec<Denial>,
    /// Why the run failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// What it cost.
    #[serde(default)]
    pub metrics: Metrics,
}

/// A returned null is a value, and not the lack of one.
pub(crate) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Segment {
    /// A segment in which nothing happened yet.
    #[must_use]
    pub fn new(run_id: impl Into<String>, status: Status) -> Self {
        Self {
            run_id: run_id.into(),
            status,
            return_value: None,
            state_mutations: Vec::new(),
            events: Vec::new(),
            view_commands: Vec::new(),
            logs: Vec::new(),
            suspensions: Vec::new(),
            aborted: Vec::new(),
            denials: Vec::new(),
            error: None,
            metrics: Metrics::default(),
        }
    }

    /// A segment that failed before anything happened in it.
    #[must_use]
    pub fn failed(run_id: impl Into<String>, error: Error) -> Self {
        Self { error: Some(error), ..Self::new(run_id, Status::Error) }
    }

    /// Appends what the following segment of the same run did, so that this one tells both.
    pub fn append(&mut self, next: Self) {
        self.status = next.status;
        self.return_value = next.return_value;
        self.state_mutations.extend(next.state_mutations);
        self.events.extend(next.events);
        self.view_commands.extend(next.view_commands);
        self.logs.extend(next.logs);
        self.suspensions.extend(next.suspensions);
        self.aborted.extend(next.aborted);
        self.denials.extend(next.denials);
        self.error = next.error;
        let (own, next) = (&mut self.metrics, next.metrics);
        own.duration_us += next.duration_us;
        own.fuel_used += next.fuel_used;
        own.memory_used_bytes = next.memory_used_bytes;
        own.memory_peak_bytes = own.memory_peak_bytes.max(next.memory_peak_bytes);
        for (name, count) in next.host_calls {
            *own.host_calls.entry(name).or_default() += count;
        }
        own.compilation_time_us = own.compilation_time_us.or(next.compilation_time_us);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msgpack;

    #[test]
    fn a_returned_null_is_told_from_no_return_value() {
        for returned in [None, Some(Value::Null), Some(Value::from(1))] {
            let segment = Segment { return_value: returned, ..Segment::new("run_0", Status::Success) };
            assert_eq!(msgpack::decode::<Segment>(&msgpack::encode(&segment).unwrap()).unwrap(), segment);
        }
    }
}
