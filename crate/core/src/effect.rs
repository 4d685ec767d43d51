//! What a handler did, recorded in order and applied by the kernel.

use serde::{Deserialize, Serialize};

use crate::value::Value;

/// Whether a mutation sets or deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum MutationOperation {
    /// The key takes the value.
    Set,
    /// The key goes.
    Delete,
}

/// A change of one key of the state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StateMutation {
    /// The top-level key.
    pub key: String,
    /// Its new value; null where it is deleted.
    #[serde(default)]
    pub value: Value,
    /// Set or delete.
    pub operation: MutationOperation,
}

/// An emitted event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// Its name; toasts are `toast`.
    pub name: String,
    /// What it carries.
    #[serde(default)]
    pub payload: Value,
}

/// The kind of a [`ViewCommand`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ViewCommandType {
    /// `args` is `{value}`.
    SetFilter,
    /// `args` is `{position}`.
    ScrollTo,
    /// `args` is `{}`.
    Focus,
    /// `args` is `{command, params}`.
    Custom,
}

/// A command to the view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ViewCommand {
    /// What to do.
    #[serde(rename = "type")]
    pub kind: ViewCommandType,
    /// To which component; none means the view itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component_id: Option<String>,
    /// With what.
    pub args: Value,
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For whoever wrote the handler.
    Debug,
    /// The default.
    Info,
    /// Something is off.
    Warn,
    /// Something failed.
    Error,
}

/// A line of the handler's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// Its text.
    pub message: String,
}
