//! How deep and large a value of a run may be.

use nexus_core::{Error, Limits, Value};

/// Depth and size that a run's limits allow a value.
#[derive(Debug, Clone, Copy)]
pub struct ValueBounds {
    depth: usize,
    bytes: usize,
}

impl ValueBounds {
    /// The bounds that these limits set.
    #[must_use]
    pub fn of(limits: &Limits) -> Self {
        let bound = |limit| usize::try_from(limit).unwrap_or(usize::MAX);
        Self { depth: bound(limits.max_value_depth), bytes: bound(limits.max_value_bytes) }
    }

    /// Checks a value.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT`, saying which bound it passes.
    pub fn check(self, value: &Value) -> Result<(), Error> {
        value.check(self.depth, self.bytes).map(drop)
    }
}
