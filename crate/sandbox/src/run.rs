//! What one run holds: its permissions, its limits and what it has recorded since the last suspension.

use std::cell::RefCell;
use std::rc::Rc;

use boa_engine::object::builtins::JsFunction;
use boa_engine::{Context, JsObject};
use indexmap::IndexMap;
use nexus_core::message::StartRequest;
use nexus_core::run::Denial;
use nexus_core::{
    CapabilityChecker, Error, Event, Limits, LogLevel, LogLine, Segment, Status, Suspension, ViewCommand,
};

use crate::engine::Signals;
use crate::instance::HostCaller;
use crate::state::State;

/// The run, as host functions share it. Never borrowed across a call into the engine.
pub type SharedRun = Rc<RefCell<Run>>;

/// A call to the outside that waits for its answer.
pub struct PendingCall {
    /// Which extension.
    pub extension: String,
    /// Which of its methods.
    pub method: String,
    /// Fulfils the handler's promise.
    pub resolve: JsFunction,
    /// Rejects it.
    pub reject: JsFunction,
    /// Made at the call, so that a failure tells the line of the call.
    pub error: JsObject,
}

/// Numbers counted over the whole run.
#[derive(Default)]
struct Counts {
    host_calls: u64,
    mutations: u64,
    events: u64,
    view_commands: u64,
    log_lines: u64,
    log_bytes: u64,
    calls: u64,
}

/// One run.
pub struct Run {
    id: String,
    /// What the author wrote.
    pub source: Rc<str>,
    limits: Limits,
    /// What it may do.
    pub checker: CapabilityChecker,
    /// Its state.
    pub state: State,
    /// Registered extensions, each with its methods.
    pub extensions: IndexMap<String, Vec<String>>,
    /// Calls under way, by suspension id, in the order in which they were made.
    pub pending: IndexMap<String, PendingCall>,
    /// Calls a synchronous function of the embedder.
    pub host: HostCaller,
    signals: Rc<Signals>,
    counts: Counts,
    recorded: Segment,
    /// Number of the segment that is being recorded, from 1.
    segment: u32,
    errors: Vec<(JsObject, Error)>,
    stopped: Option<Error>,
}

impl Run {
    /// A run that has not begun, within the limits its handler was compiled for.
    pub fn new(request: StartRequest, source: Rc<str>, limits: Limits, host: HostCaller, signals: Rc<Signals>) -> Self {
        Self {
            recorded: Segment::new(request.run_id.clone(), Status::Success),
            id: request.run_id,
            source,
            limits,
            checker: CapabilityChecker::new(request.context.capabilities),
            state: State::new(request.context.state),
            extensions: request.extensions,
            pending: IndexMap::new(),
            host,
            signals,
            counts: Counts::default(),
            segment: 1,
            errors: Vec::new(),
            stopped: None,
        }
    }

    /// The run that this context serves.
    ///
    /// # Panics
    /// Before a run was started; no code of a handler runs then.
    pub fn of(context: &Context) -> SharedRun {
        context.get_data::<SharedRun>().expect("handlers run only in a run").clone()
    }

    /// Makes the run of a stopped instance accessible again: the stop may have fallen into a host function that holds
    /// it, and nothing of that call will ever go on.
    pub fn reclaim(context: &mut Context) {
        let held = Self::of(context);
        // SAFETY: whoever holds a borrow never runs again, and the old cell is forgotten below, so that there is one
        // owner.
        let run = unsafe { std::ptr::read(held.as_ptr()) };
        std::mem::forget(context.insert_data::<SharedRun>(Rc::new(RefCell::new(run))));
        std::mem::forget(held);
    }

    /// Depth and bytes that a value may have.
    pub fn value_limits(&self) -> (usize, usize) {
        let size = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
        (size(self.limits.max_value_depth), size(self.limits.max_value_bytes))
    }

    /// Milliseconds since the epoch, standing still within a segment.
    pub fn now(&self) -> f64 {
        self.signals.now()
    }

    /// Latches why the run has to end. The first reason stays.
    pub fn stop(&mut self, error: Error) {
        self.stopped.get_or_insert(error);
    }

    /// Why the run has to end, if it has to.
    pub const fn stopped(&self) -> Option<&Error> {
        self.stopped.as_ref()
    }

    /// Counts a call of the host function `name`.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` past the limit.
    pub fn count_host_call(&mut self, name: &str) -> Result<(), Error> {
        let counts = &mut self.recorded.metrics.host_calls;
        // Most runs call few, and those again and again: to look is cheaper than to hash.
        if let Some((_, count)) = counts.iter_mut().take(8).find(|(known, _)| *known == name) {
            *count += 1;
        } else if let Some(count) = counts.get_mut(name) {
            *count += 1;
        } else {
            counts.insert(name.to_owned(), 1);
        }
        count(&mut self.counts.host_calls, self.limits.max_host_calls, "hostCalls")
    }

    /// Records that a capability was missing.
    pub fn record_denial(&mut self, operation: &str, capability: String) {
        self.recorded.denials.push(Denial { operation: operation.to_owned(), capability });
    }

    /// Counts a mutation of the state; [`State`] records it.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` past the limit.
    pub fn count_mutation(&mut self) -> Result<(), Error> {
        count(&mut self.counts.mutations, self.limits.max_state_mutations, "stateMutations")
    }

    /// Records an event.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` past the limit.
    pub fn record_event(&mut self, event: Event) -> Result<(), Error> {
        count(&mut self.counts.events, self.limits.max_events, "events")?;
        self.recorded.events.push(event);
        Ok(())
    }

    /// Records a command to the view.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` past the limit.
    pub fn record_view_command(&mut self, command: ViewCommand) -> Result<(), Error> {
        count(&mut self.counts.view_commands, self.limits.max_view_commands, "viewCommands")?;
        self.recorded.view_commands.push(command);
        Ok(())
    }

    /// Records a log line. The last one within the limits is replaced by a note that the rest is dropped, once one has
    /// to be.
    pub fn record_log(&mut self, level: LogLevel, message: String) {
        const NOTE: &str = "further log lines are dropped: the limit of lines or bytes is reached";
        let (lines, bytes) = (self.counts.log_lines + 1, self.counts.log_bytes + message.len() as u64);
        let within = |lines, bytes| lines <= self.limits.max_log_lines && bytes <= self.limits.max_log_bytes;
        if within(self.counts.log_lines, self.counts.log_bytes)
            && !within(lines, bytes)
            && self.limits.max_log_lines > 0
        {
            let note = LogLine { level: LogLevel::Warn, message: NOTE.to_owned() };
            if self.counts.log_lines == self.limits.max_log_lines {
                self.recorded.logs.pop();
            }
            self.recorded.logs.push(note);
        } else if within(lines, bytes) {
            self.recorded.logs.push(LogLine { level, message });
        }
        (self.counts.log_lines, self.counts.log_bytes) = (lines, bytes);
    }

    /// Records a call to the outside and answers its suspension id.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` when too many are under way.
    pub fn record_call(&mut self, args: Vec<nexus_core::Value>, call: PendingCall) -> Result<(), Error> {
        let mut under_way = self.pending.len() as u64;
        count(&mut under_way, self.limits.max_pending_calls, "pendingCalls")?;
        self.counts.calls += 1;
        let suspension_id = format!("{}.{}", self.id, self.counts.calls);
        self.recorded.suspensions.push(Suspension {
            suspension_id: suspension_id.clone(),
            extension_name: call.extension.clone(),
            method: call.method.clone(),
            args,
        });
        self.pending.insert(suspension_id, call);
        Ok(())
    }

    /// Whether the call was made in this segment.
    pub fn is_new_call(&self, suspension_id: &str) -> bool {
        self.recorded.suspensions.iter().any(|suspension| suspension.suspension_id == suspension_id)
    }

    /// Remembers which error object stands for which error of ours, so that none can be forged.
    pub fn remember_error(&mut self, object: JsObject, error: Error) {
        self.errors.push((object, error));
    }

    /// The error of ours that the object stands for.
    pub fn find_error(&self, object: &JsObject) -> Option<Error> {
        self.errors.iter().rev().find(|(own, _)| own == object).map(|(_, error)| error.clone())
    }

    /// Begins a new segment: what was recorded so far has been told.
    pub fn begin_segment(&mut self) {
        // Out of its place before it is dropped, where the run may be stopped.
        drop(std::mem::replace(&mut self.recorded, Segment::new(self.id.clone(), Status::Success)));
        self.segment += 1;
    }

    /// Forgets what was recorded if it belongs to the first `told` segments: a stop may fall before the next one began.
    pub fn forget_told(&mut self, told: u32) {
        if self.segment <= told {
            self.begin_segment();
        }
    }

    /// Everything recorded in this segment, state mutations included. It stays with the run until the next segment begins:
    /// the run may be stopped while it is being told, and is then asked once more.
    pub fn recorded(&mut self) -> &mut Segment {
        self.state.move_mutations(&mut self.recorded.state_mutations);
        &mut self.recorded
    }
}

fn count(counter: &mut u64, limit: u64, resource: &str) -> Result<(), Error> {
    *counter += 1;
    if *counter > limit {
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        return Err(Error::resource_limit(resource, number(limit), number(*counter)));
    }
    Ok(())
}
