//! What the API tells of a panel.

use nexus_core::{Map, Value};
use serde::Serialize;

use crate::iso_time::iso_time;
use crate::panel::Panel;
use crate::panel::event::PanelStatus;

/// The kind of panels that do not say theirs.
const KIND: &str = "panel";

/// A panel.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct PanelInfo {
    /// Its name.
    id: String,
    /// What kind of panel it is, as whoever made it says.
    kind: String,
    /// What it is called.
    title: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// How it is.
    status: PanelStatus,
    /// Its state.
    state: Map,
    /// How many patches and events it has told.
    version: u64,
    /// The names of its tools.
    tools: Vec<String>,
    /// When it was made.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    created_at: String,
    /// When its state last changed, or a run of it ended a segment.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    last_activity: String,
    /// Clients that are connected to it.
    client_count: usize,
    /// Whatever whoever made it keeps with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Map>"))]
    metadata: Option<Value>,
}

impl PanelInfo {
    pub(super) fn of(panel: &Panel) -> Self {
        let document = panel.document();
        let (created_at, last_activity) = panel.times();
        Self {
            id: panel.id().to_owned(),
            kind: panel.kind().unwrap_or(KIND).to_owned(),
            title: document.meta.title.clone(),
            description: document.meta.description.clone(),
            status: panel.status(),
            state: panel.state(),
            version: panel.version(),
            tools: document.tools.iter().map(|tool| tool.name.clone()).collect(),
            created_at: iso_time(created_at),
            last_activity: iso_time(last_activity),
            client_count: panel.client_count(),
            metadata: panel.metadata().cloned(),
        }
    }
}

/// Panels that the caller may read.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct PanelList {
    /// Each of them.
    pub(super) panels: Vec<PanelInfo>,
    /// How many they are.
    pub(super) total: usize,
}

/// The state of a panel.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct PanelState {
    /// Which panel.
    panel_id: String,
    /// The value of each of its states.
    state: Map,
    /// How many patches and events the panel has told.
    version: u64,
}

impl PanelState {
    pub(super) fn of(panel: &Panel) -> Self {
        Self { panel_id: panel.id().to_owned(), state: panel.state(), version: panel.version() }
    }
}
