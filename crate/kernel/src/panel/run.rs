//! A run of a panel's handler: takes its turn for each segment, and its effects are taken when the segment ends.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use nexus_core::{Error, Location, Map, Segment, Status, Value};
use nexus_nxml::{HandlerCode, StatePath};

use super::Inner;
use super::event::PanelEvent;
use super::state::Writer;
use crate::engine::LocalFuture;
use crate::run_loop::SharedState;
use crate::slots::Slot;

/// A run of a panel.
pub(crate) struct PanelRun {
    panel: Rc<Inner>,
    /// Which of the panel's handlers.
    handler: usize,
    writer: Writer,
    /// Held while it computes.
    turn: RefCell<Option<Slot>>,
    is_suspended: Cell<bool>,
    /// Triggers in a row that led to it.
    depth: u32,
}

impl PanelRun {
    /// A run whose first turn it is.
    pub(crate) fn new(panel: &Rc<Inner>, handler: usize, depth: u32, turn: Slot) -> Self {
        let writer = panel.next_writer();
        // What was there before is not news.
        panel.state.borrow_mut().news_for(writer);
        Self {
            panel: Rc::clone(panel),
            handler,
            writer,
            turn: RefCell::new(Some(turn)),
            is_suspended: Cell::new(false),
            depth,
        }
    }

    fn set_suspended(&self, is_suspended: bool) {
        if self.is_suspended.replace(is_suspended) != is_suspended {
            let suspended = &self.panel.suspended;
            suspended.set(if is_suspended { suspended.get() + 1 } else { suspended.get() - 1 });
            self.panel.tell_status();
        }
    }
}

impl SharedState for PanelRun {
    fn enter(&self) -> LocalFuture<'_, Vec<nexus_core::StateMutation>> {
        let turn = self.panel.turn.acquire();
        Box::pin(async move {
            // Its queue has no bound: a run that has begun goes on.
            let turn = turn.await.ok();
            self.turn.replace(turn);
            self.set_suspended(false);
            self.panel.state.borrow_mut().news_for(self.writer)
        })
    }

    fn leave(&self, segment: &mut Segment) -> Result<(), Error> {
        let taken = if segment.status == Status::Error {
            Ok(())
        } else {
            announce(&self.panel, self.writer, self.depth, segment)
        };
        for line in &segment.logs {
            self.panel.listeners.tell(&PanelEvent::Log(line.clone()));
        }
        let failed = match (&mut segment.error, taken) {
            (None, Ok(())) => None,
            (Some(error), _) => {
                self.panel.handler(self.handler).code.place(error);
                Some(error.clone())
            }
            (None, Err(error)) => Some(error),
        };
        let outcome = failed.map_or(Ok(()), |error| {
            let error = discard_effects(segment, error);
            if segment.status == Status::Error {
                segment.error = Some(error);
                Ok(())
            } else {
                Err(error)
            }
        });
        self.set_suspended(outcome.is_ok() && segment.status == Status::Suspended);
        self.turn.take();
        outcome
    }
}

impl Drop for PanelRun {
    fn drop(&mut self) {
        self.set_suspended(false);
        self.panel.state.borrow_mut().forget_reader(self.writer);
    }
}

/// Empties a failed segment, and says in its error how much was thrown away: `context.discarded`.
fn discard_effects(segment: &mut Segment, mut error: Error) -> Error {
    let (mutations, events, commands) =
        (segment.state_mutations.len(), segment.events.len(), segment.view_commands.len());
    segment.state_mutations.clear();
    segment.events.clear();
    segment.view_commands.clear();
    if mutations + events + commands > 0 {
        let count = |count: usize| Value::from(u32::try_from(count).unwrap_or(u32::MAX));
        let discarded = Value::object([
            ("stateMutations", count(mutations)),
            ("events", count(events)),
            ("viewCommands", count(commands)),
        ]);
        let mut context = match error.context.take() {
            Some(Value::Object(members)) => members,
            Some(other) => Map::from([("value".to_owned(), other)]),
            None => Map::new(),
        };
        context.insert("discarded".to_owned(), discarded);
        error.context = Some(Value::Object(context));
    }
    error
}

/// Gives an error of a handler its places in the document.
trait Place {
    fn place(&self, error: &mut Error);
}

impl Place for HandlerCode {
    fn place(&self, error: &mut Error) {
        error.location = error.location.map(|location| self.in_document(location));
        if let Some(stack) = &error.stack {
            let lines = stack.lines().map(|line| {
                let placed = line.strip_suffix(')').and_then(|rest| {
                    let (rest, column) = rest.rsplit_once(':')?;
                    let (rest, line) = rest.rsplit_once(':')?;
                    let place = Location { line: line.parse().ok()?, column: column.parse().ok()? };
                    let Location { line, column } = self.in_document(place);
                    Some(format!("{rest}:{line}:{column})"))
                });
                placed.unwrap_or_else(|| line.to_owned())
            });
            error.stack = Some(lines.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// The values that state-change triggers watch and that this segment may change.
fn watched(panel: &Inner, segment: &Segment) -> Vec<(usize, Option<Value>)> {
    if segment.state_mutations.is_empty() {
        return Vec::new();
    }
    let state = panel.state.borrow();
    let may_change = |path: &StatePath| {
        state.computed().contains_key(&path.key) || segment.state_mutations.iter().any(|one| one.key == path.key)
    };
    let watches = panel.reactions.watches.iter().enumerate().filter(|(_, watch)| may_change(&watch.path));
    watches.map(|(index, watch)| (index, state.at(&watch.path).cloned())).collect()
}

/// Takes the effects of a segment, tells of them, and fires the triggers that wait for them.
///
/// # Errors
/// As [`PanelState::apply`](super::state::PanelState::apply).
pub(super) fn announce(panel: &Rc<Inner>, writer: Writer, depth: u32, segment: &Segment) -> Result<(), Error> {
    let before = watched(panel, segment);
    let patch = panel.state.borrow_mut().apply(&segment.state_mutations, writer)?;
    panel.touch();
    let tell = |event: PanelEvent| panel.listeners.tell(&event);
    patch.into_iter().for_each(|patch| tell(PanelEvent::Patch(patch)));
    for event in &segment.events {
        let version = panel.state.borrow_mut().count_event();
        tell(PanelEvent::Event { version, event: event.clone() });
    }
    segment.view_commands.iter().for_each(|command| tell(PanelEvent::View(command.clone())));
    panel.react(before, &segment.events, depth);
    Ok(())
}
