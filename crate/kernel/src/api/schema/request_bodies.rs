//! What bodies of requests may hold. The API reads them by hand, to say more about what is wrong with one than a type can; that both
//! agree is tested with requests (`tests/api`).
#![expect(dead_code, reason = "only their schemas are used")]

use nexus_core::{Map, Value};
use schemars::JsonSchema;

/// A panel out of JSON: a document, or a definition.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum NewPanel {
    /// A document.
    Document(PanelDocument),
    /// A definition.
    Definition(PanelDefinition),
}

/// A document.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct PanelDocument {
    /// The document, as NXML.
    nxml: String,
    /// The panel's name: without, that of the document, or else one is made up.
    id: Option<String>,
    /// First values of states, in place of the document's defaults.
    state: Option<Map>,
}

/// A document, as `POST /panels/from-nxml` takes it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct FromNxml {
    /// The document, as NXML.
    nxml_source: String,
    /// The panel's name: without, that of the document, or else one is made up.
    id: Option<String>,
    /// First values of states, in place of the document's defaults.
    initial_state: Option<Map>,
}

/// A panel as data, instead of a document.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct PanelDefinition {
    /// The panel's name: without, one is made up.
    id: Option<String>,
    /// What kind of panel it is, as you say.
    #[schemars(length(min = 1, max = 128))]
    kind: Option<String>,
    /// What it is called.
    title: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// What can be run.
    tools: Vec<Tool>,
    /// Its states with their first values, whose types are theirs; null may become anything.
    initial_state: Option<Map>,
    /// Capabilities that each of its tools has.
    capabilities: Option<Vec<String>>,
    /// Whatever you keep with it.
    metadata: Option<Map>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Tool {
    /// Its name.
    name: String,
    /// The body of an async function.
    handler: String,
    /// What it is for.
    description: Option<String>,
    /// What it may do, beside the capabilities of the panel.
    capabilities: Option<Vec<String>>,
    /// What it is given.
    args: Option<Vec<Arg>>,
    /// When it runs by itself.
    trigger: Option<Trigger>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Arg {
    /// Its name.
    name: String,
    /// Its type: string, number, boolean, list or object.
    #[schemars(rename = "type")]
    data_type: Option<String>,
    /// Whether it has to be given.
    required: Option<bool>,
    /// What it is when it is not given.
    default: Option<Value>,
    /// What it is for.
    description: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Trigger {
    /// Only when it is asked to.
    Manual,
    /// Every so many milliseconds.
    Interval {
        /// How many.
        ms: f64,
    },
    /// When a handler emits such an event.
    Event {
        /// Its name, a beginning as in `order.*`, or `*` for all.
        pattern: String,
    },
    /// At these times, UTC.
    Cron {
        /// As cron has them.
        expression: String,
    },
    /// When another value stands there.
    StateChange {
        /// Where.
        path: String,
    },
}
