//! What the sandbox reports, checked again outside of it: an engine that a handler has taken over through a defect gets
//! no effect past the run's tokens and counts.

use std::cell::Cell;

use nexus_core::{CapabilityChecker, Error, Limits, Segment};
use serde::{Deserialize, Serialize};

/// Checks the effects of one run, segment by segment.
pub(crate) struct EffectGuard(Cell<EffectsLeft>);

/// How many more effects of each kind the run may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EffectsLeft {
    mutations: u64,
    events: u64,
    view_commands: u64,
    log_lines: u64,
}

impl EffectGuard {
    /// For a run with these limits.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self::with(EffectsLeft {
            mutations: limits.max_state_mutations,
            events: limits.max_events,
            view_commands: limits.max_view_commands,
            log_lines: limits.max_log_lines,
        })
    }

    /// For the rest of a run that was parked.
    pub(crate) const fn with(left: EffectsLeft) -> Self {
        Self(Cell::new(left))
    }

    /// How many more effects the run may have.
    pub(crate) const fn left(&self) -> EffectsLeft {
        self.0.get()
    }

    /// Checks everything that a segment brings but its calls, which are [authorised](crate::call::Caller::authorize) one
    /// by one.
    ///
    /// # Errors
    /// `INTERNAL_ERROR`: an instance that works refuses all this inside, and tells the handler why.
    pub(crate) fn check(&self, segment: &Segment, checker: &CapabilityChecker) -> Result<(), Error> {
        let refuse = |what: &str| Err(Error::internal(format!("the sandbox reports what it had to refuse: {what}")));
        for mutation in &segment.state_mutations {
            if !checker.can_write_state(&mutation.key) {
                return refuse(&format!("a change of the state's key {:?}", mutation.key));
            }
        }
        for event in &segment.events {
            if !checker.can_emit_event(&event.name) {
                return refuse(&format!("the event {:?}", event.name));
            }
        }
        for command in &segment.view_commands {
            if !checker.can_update_view(command.component_id.as_deref()) {
                return refuse(&format!("a command to the component {:?}", command.component_id));
            }
        }
        let counted = |left: u64, reported: usize, what: &str| {
            left.checked_sub(reported as u64).map_or_else(|| refuse(what).map(|()| 0), Ok)
        };
        let left = self.0.get();
        self.0.set(EffectsLeft {
            mutations: counted(left.mutations, segment.state_mutations.len(), "too many changes of the state")?,
            events: counted(left.events, segment.events.len(), "too many events")?,
            view_commands: counted(left.view_commands, segment.view_commands.len(), "too many view commands")?,
            log_lines: counted(left.log_lines, segment.logs.len(), "too many log lines")?,
        });
        Ok(())
    }
}
