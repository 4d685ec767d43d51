//! What the API tells of a panel.

use nexus_core::{Map, Value};

use crate::iso_time::iso_time;
use crate::panel::Panel;

/// The kind of panels that do not say theirs.
const KIND: &str = "panel";

/// `{ id, kind, title, description?, status, state, version, tools, createdAt, lastActivity, clientCount, metadata? }`.
pub(super) fn info(panel: &Panel) -> Value {
    let document = panel.document();
    let (created_at, last_activity) = panel.times();
    let tools: Vec<Value> = document.tools.iter().map(|tool| tool.name.as_str().into()).collect();
    let mut members = vec![
        ("id", Value::from(panel.id())),
        ("kind", panel.kind().unwrap_or(KIND).into()),
        ("title", document.meta.title.as_str().into()),
    ];
    members.extend(document.meta.description.as_deref().map(|text| ("description", text.into())));
    members.extend([
        ("status", panel.status().as_str().into()),
        ("state", Value::Object(panel.state())),
        ("version", version(panel)),
        ("tools", Value::Array(tools)),
        ("createdAt", iso_time(created_at).into()),
        ("lastActivity", iso_time(last_activity).into()),
        ("clientCount", Value::from(u32::try_from(panel.client_count()).unwrap_or(u32::MAX))),
    ]);
    members.extend(panel.metadata().map(|metadata| ("metadata", metadata.clone())));
    Value::object(members)
}

/// `{ panelId, state, version }`.
pub(super) fn state(panel: &Panel) -> Value {
    let state: Map = panel.state();
    Value::object([("panelId", Value::from(panel.id())), ("state", Value::Object(state)), ("version", version(panel))])
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn version(panel: &Panel) -> Value {
    Value::Number(panel.version() as f64)
}
