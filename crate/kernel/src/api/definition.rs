//! A panel that is described by data instead of a document: what `POST /panels` takes as JSON.
//!
//! | file | what it does |
//! |---|---|
//! | `read` | takes the data, strictly |
//! | `write` | writes the document that says the same |
//! | `place` | tells what is found in that by its place in the data |
//!
//! So that there is one set of checks, a definition becomes a document, which is read like any other; but nobody is shown
//! that text: paths are JSON pointers (`/tools/2/handler`), lines and columns those of the text that stands there.

mod place;
mod read;
mod write;

use nexus_core::{CapabilityToken, Error, Map, Value};
use nexus_nxml::DataType;

/// A panel as data.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelDefinition {
    /// Its name.
    pub id: Option<String>,
    /// What kind of panel it is, as whoever made it says.
    pub kind: Option<String>,
    /// Whatever else is to be kept with it.
    pub metadata: Option<Value>,
    /// All of it, as it was given.
    pub(crate) given: Value,
    title: Option<String>,
    description: Option<String>,
    tools: Vec<ToolDefinition>,
    states: Vec<StateDefinition>,
    capabilities: Vec<CapabilityToken>,
}

#[derive(Debug, Clone, PartialEq)]
struct ToolDefinition {
    name: String,
    handler: String,
    description: Option<String>,
    trigger: Option<TriggerDefinition>,
    args: Vec<ArgDefinition>,
    capabilities: Vec<CapabilityToken>,
}

#[derive(Debug, Clone, PartialEq)]
struct TriggerDefinition {
    kind: &'static str,
    /// What it says beside its type, and how.
    given: Option<(&'static str, String)>,
}

#[derive(Debug, Clone, PartialEq)]
struct ArgDefinition {
    name: String,
    data_type: Option<String>,
    required: Option<bool>,
    default: Option<Value>,
    description: Option<String>,
}

/// A state: what it begins as says what type it is. One that begins as null may become anything.
#[derive(Debug, Clone, PartialEq)]
struct StateDefinition {
    name: String,
    data_type: DataType,
    value: Value,
}

/// Reads the definition of a panel:
///
/// ```text
/// {id?, kind?, title?, description?, initialState?: {name: value}, capabilities?: [token], metadata?: object,
///  tools: [{name, handler, description?, capabilities?: [token],
///           args?: [{name, type?, required?, default?, description?}],
///           trigger?: {type: "manual"} | {type: "interval", ms} | {type: "event", pattern}
///                   | {type: "cron", expression} | {type: "state_change", path}}]}
/// ```
///
/// Capabilities of the panel are those of each of its tools. A tool calls the extensions that its capabilities name.
///
/// # Errors
/// `INVALID_ARGUMENT` for anything else, a field that is none of these included; `INVALID_CAPABILITY` for a malformed token;
/// `RESOURCE_LIMIT` for a value that is too large. `context.path` is the JSON pointer to it.
pub fn panel_document(definition: &Value) -> Result<PanelDefinition, Error> {
    read::panel(definition)
}

/// Adds to an error where in the definition it is.
pub(crate) fn at(path: &str, mut error: Error) -> Error {
    let mut members = match error.context.take() {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    members.insert("path".to_owned(), Value::from(path));
    Error { message: format!("{}: {}", if path.is_empty() { "/" } else { path }, error.message), ..error }
        .with_context(Value::Object(members))
}
