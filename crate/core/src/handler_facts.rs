//! What the syntax tree of a handler tells, without running it.

use serde::{Deserialize, Serialize};

use crate::capability::CapabilityToken;
use crate::error::Location;

/// What a handler may come to do, on any path, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HandlerFacts {
    /// The least capability tokens that it needs, in their order, without those that another one covers.
    pub capabilities: Vec<CapabilityToken>,
    /// Everything that needs a token, in the order of the source: each token where it is first needed, those that
    /// another one covers too.
    pub uses: Vec<Use>,
    /// Names that no scope declares and that are no global of a handler, in the order of the source: each where it
    /// first stands. Those that `typeof` asks about are left out.
    pub unknown_globals: Vec<UnknownGlobal>,
}

/// Something that needs a capability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// What it needs.
    pub capability: CapabilityToken,
    /// Where in the source.
    pub location: Location,
}

/// A name that is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownGlobal {
    /// The name.
    pub name: String,
    /// Where in the source.
    pub location: Location,
}
