//! What bodies of requests may hold. The API reads them by hand, to say more about what is wrong with one than a type can; that both
//! agree is tested with requests (`tests/api`).

use nexus_core::Map;
use schemars::JsonSchema;

/// A document.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct NxmlPanel {
    /// The document, as NXML.
    nxml: String,
    /// The panel's name: without, that of the document, or else one is made up.
    #[schemars(extend("type" = "string"))]
    id: Option<String>,
    /// First values of states, in place of the document's defaults.
    #[schemars(with = "Map", default)]
    state: Map,
}

/// A document, as `POST /panels/from-nxml` takes it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct FromNxml {
    /// The document, as NXML.
    nxml_source: String,
    /// The panel's name: without, that of the document, or else one is made up.
    #[schemars(extend("type" = "string"))]
    id: Option<String>,
    /// First values of states, in place of the document's defaults.
    #[schemars(with = "Map", default)]
    initial_state: Map,
}
