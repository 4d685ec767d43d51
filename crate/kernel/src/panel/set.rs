//! Changes of a panel's state from outside, as two-way bindings make them.

use std::future::Future;
use std::rc::Rc;

use futures_util::future::{Either, select};
use nexus_core::{Error, ErrorCode, Map, MutationOperation, Segment, StateMutation, Status, Value, limits};
use nexus_nxml::{StatePath, Step};

use super::{Inner, Panel, run};
use crate::audit::summary;

impl Panel {
    /// Changes the state from outside, as a two-way binding does, when no run is computing. A value for a whole state is made into its
    /// type.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed, the value is not of the type, or nothing can stand at that place;
    /// `PANEL_NOT_FOUND` if the panel was destroyed; `STATE_ERROR` if there is no such state, or it is computed; `RESOURCE_LIMIT`.
    pub fn set(&self, path: StatePath, value: Value) -> impl Future<Output = Result<u64, Error>> + use<> {
        let panel = Rc::clone(&self.0);
        let told = summary::value(&value);
        let checked = panel.ensure_live().and_then(|()| panel.checked(&path, value));
        let turn = panel.turn.acquire();
        async move {
            let outcome = async {
                let value = checked?;
                let _turn = match select(Box::pin(turn), panel.stop.signal().aborted()).await {
                    Either::Left((turn, _)) => turn,
                    Either::Right((reason, _)) => return Err(reason),
                };
                // Both may have come at once.
                panel.ensure_live()?;
                panel.write(&path, value)?;
                Ok(panel.state.borrow().version())
            };
            let outcome = outcome.await;
            panel.witness_set(&path.key, &told, &outcome);
            outcome
        }
    }
}

impl Inner {
    /// The value as it will stand at `path`.
    fn checked(&self, path: &StatePath, value: Value) -> Result<Value, Error> {
        let key = &path.key;
        let refuse = |why: String| Error::new(ErrorCode::StateError, why);
        let about = |error: Error| error.with_context(Value::object([("key", Value::from(key.as_str()))]));
        let Some(declared) = self.document.states.iter().find(|state| state.name == *key) else {
            let is_computed = self.document.computed.iter().any(|computed| computed.name == *key);
            let why = if is_computed {
                format!("{key} is computed; it cannot be changed")
            } else {
                format!("the panel {:?} has no state {key:?}", self.id)
            };
            return Err(about(refuse(why)));
        };
        value.check(limits::VALUE_DEPTH, limits::VALUE_BYTES)?;
        if !path.steps.is_empty() {
            return Ok(value);
        }
        declared.data_type.coerce(value).map_err(|mismatch| {
            about(Error::invalid_argument(format!(
                "{key} has to be of type {}, not {}",
                mismatch.wanted, mismatch.given
            )))
        })
    }

    /// Writes a value at a place, in a turn of its own.
    fn write(self: &Rc<Self>, path: &StatePath, value: Value) -> Result<(), Error> {
        let root = self.state.borrow().values().get(&path.key).cloned().unwrap_or_default();
        let value = put(root, &path.steps, value)
            .ok_or_else(|| Error::invalid_argument(format!("nothing can stand at {path}")))?;
        value.check(limits::VALUE_DEPTH, limits::VALUE_BYTES)?;
        let change = StateMutation { key: path.key.clone(), value, operation: MutationOperation::Set };
        let segment = Segment { state_mutations: vec![change], ..Segment::new("", Status::Success) };
        run::announce(self, self.next_writer(), 0, &segment)
    }
}

/// `root` with `value` at the place that `steps` lead to; `None` if they lead nowhere. One past the end of a list is a place.
fn put(root: Value, steps: &[Step], value: Value) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(value) };
    match (step, root) {
        (Step::Key(key), Value::Object(mut members)) => {
            let inner = members.get_mut(key).map(std::mem::take).unwrap_or_default();
            members.insert(key.clone(), put(inner, rest, value)?);
            Some(Value::Object(members))
        }
        (Step::Key(_), Value::Null) => put(Value::Object(Map::new()), steps, value),
        (Step::Index(index), Value::Array(mut items)) => {
            if *index == items.len() {
                items.push(Value::Null);
            }
            let item = items.get_mut(*index)?;
            *item = put(std::mem::take(item), rest, value)?;
            Some(Value::Array(items))
        }
        _ => None,
    }
}
