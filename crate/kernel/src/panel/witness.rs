//! What the audit log is told of a panel.

use std::rc::Rc;

use nexus_core::{Error, Segment, Value};

use super::Inner;
use crate::audit::{Outcome, Record, Subject, action, summary};
use crate::origin::Origin;

impl Inner {
    fn subject(&self, handler: Option<&Rc<str>>, actor: Option<&Rc<str>>, run: Option<&str>) -> Subject {
        let origin = Origin { panel: Some(Rc::clone(&self.id)), handler: handler.cloned(), actor: actor.cloned() };
        Subject::new(&origin, run)
    }

    /// Somebody called a tool, or a trigger fired.
    pub(super) fn witness_start<T>(
        &self,
        action: &str,
        tool: &str,
        actor: Option<&Rc<str>>,
        args: Option<&Value>,
        outcome: &Result<T, Error>,
    ) {
        let audit = &self.shared.audit;
        if audit.is_on() {
            let arguments = args.filter(|args| **args != Value::Null).map(summary::value);
            let record = Record {
                outcome: Outcome::of(outcome),
                arguments: arguments.as_deref(),
                ..Record::allowed(action, tool)
            };
            audit.record(&self.subject(None, actor, None), &record);
        }
    }

    /// A run ended.
    pub(super) fn witness_end(&self, handler: &Rc<str>, actor: Option<&Rc<str>>, outcome: &Result<Segment, Error>) {
        let audit = &self.shared.audit;
        if audit.is_on() {
            let (run, error) = match outcome {
                Ok(segment) => (Some(segment.run_id.as_str()), segment.error.as_ref()),
                Err(error) => (None, Some(error)),
            };
            let outcome = error.map_or(Outcome::Allowed, Outcome::failed);
            let record = Record { outcome, ..Record::allowed(action::PANEL_RUN, handler) };
            audit.record(&self.subject(Some(handler), actor, run), &record);
        }
    }

    /// The state was to be changed from outside.
    pub(super) fn witness_set<T>(&self, key: &str, value: &str, outcome: &Result<T, Error>) {
        let record = Record {
            outcome: Outcome::of(outcome),
            arguments: Some(value),
            ..Record::allowed(action::STATE_WRITE, key)
        };
        self.shared.audit.record(&self.subject(None, None, None), &record);
    }
}
