//! Computed values that depend on themselves.

use nexus_core::ErrorCode;

use super::Builder;
use crate::computed::dependency_order;
use crate::panel::Computed;
use crate::xml::Target;

impl Builder<'_, '_> {
    /// Reports each circle once, at the value that stands first in the document.
    pub(super) fn cycles(&mut self, computed: &[Computed]) {
        for cycle in dependency_order(computed).cycles {
            let names: Vec<&str> =
                cycle.iter().chain(&cycle[..1]).map(|index| computed[*index].name.as_str()).collect();
            let message = if cycle.len() == 1 {
                format!("the computed value {} depends on itself", names[0])
            } else {
                format!("computed values depend on one another in a circle: {}", names.join(" → "))
            };
            let target = Target::Attribute(computed[cycle[0]].element, "value");
            self.error(ErrorCode::RecursionLimit, target, message);
        }
    }
}
