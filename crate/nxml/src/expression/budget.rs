//! Steps that an evaluation may take: what bounds its time and its memory.

use nexus_core::{Map, Value};

use crate::limits;

/// Bytes of text that count as one step.
pub(super) const BYTES_PER_STEP: usize = 64;

/// Steps that may still be taken.
#[derive(Debug)]
pub(crate) struct Budget {
    left: u64,
}

impl Budget {
    /// For one expression.
    pub(crate) const fn expression() -> Self {
        Self { left: limits::EXPRESSION_STEPS }
    }

    /// For a whole view.
    pub(crate) const fn view() -> Self {
        Self { left: limits::VIEW_STEPS }
    }

    /// Takes some steps; says whether there were that many.
    pub(crate) const fn take(&mut self, steps: usize) -> bool {
        match self.left.checked_sub(steps as u64) {
            Some(left) => {
                self.left = left;
                true
            }
            None => {
                self.left = 0;
                false
            }
        }
    }

    /// Takes the steps of copying `value`.
    pub(crate) fn take_copy(&mut self, value: &Value) -> bool {
        let own = match value {
            Value::String(text) => text.len() / BYTES_PER_STEP,
            Value::Bytes(bytes) => bytes.len() / BYTES_PER_STEP,
            Value::Array(items) => return self.take(1) && items.iter().all(|item| self.take_copy(item)),
            Value::Object(members) => {
                let mut members = members.iter();
                return self.take(1)
                    && members.all(|(key, member)| self.take(key.len() / BYTES_PER_STEP) && self.take_copy(member));
            }
            _ => 0,
        };
        self.take(1 + own)
    }
}

/// A copy of the map, once its steps are taken.
pub(super) fn copy_map(map: &Map, budget: &mut Budget) -> Option<Map> {
    map.values().all(|value| budget.take_copy(value)).then(|| map.clone())
}
