//! Tells the audit log what one run does. Nothing happens here per read, and nothing at all where nobody records.

use std::cell::Cell;
use std::rc::Rc;

use indexmap::IndexMap;
use nexus_core::effect::ViewCommandType;
use nexus_core::{Error, ErrorCode, MutationOperation, Segment, Suspension, Value, ViewCommand};

use crate::audit::{Audit, Outcome, Record, Subject, action, summary};
use crate::clock::Clock;
use crate::engine::HostDispatch;
use crate::origin::Origin;

/// The host functions that read the state.
const READS: [&str; 3] = ["state.get", "state.has", "state.keys"];

/// Watches one run. Clones watch the same one.
#[derive(Clone)]
pub(crate) struct Witness(Rc<Watch>);

struct Watch {
    audit: Audit,
    clock: Rc<dyn Clock>,
    subject: Subject,
}

/// A call of an extension that is under way. Dropped before it [ended](Self::ended), it was given up.
pub(crate) struct WatchedCall {
    witness: Witness,
    target: String,
    arguments: String,
    began: f64,
    told: Cell<bool>,
}

impl Witness {
    pub(crate) fn new(audit: &Audit, clock: &Rc<dyn Clock>, origin: &Origin, run_id: &str) -> Self {
        let subject = if audit.is_on() { Subject::new(origin, Some(run_id)) } else { Subject::default() };
        Self(Rc::new(Watch { audit: audit.clone(), clock: Rc::clone(clock), subject }))
    }

    fn record(&self, record: &Record<'_>) {
        self.0.audit.record(&self.0.subject, record);
    }

    /// Tells what a segment did, but for its calls, which are told one by one.
    pub(crate) fn effects(&self, segment: &Segment) {
        if !self.0.audit.is_on() {
            return;
        }
        for function in READS {
            let Some(calls) = segment.metrics.host_calls.get(function) else { continue };
            let refused = segment.denials.iter().filter(|denial| denial.operation == function).count();
            let count = calls.saturating_sub(refused as u64);
            if count > 0 {
                self.record(&Record { count: Some(count), ..Record::allowed(action::STATE_READ, function) });
            }
        }
        for mutation in &segment.state_mutations {
            let what = match mutation.operation {
                MutationOperation::Set => summary::value(&mutation.value),
                MutationOperation::Delete => "delete".to_owned(),
            };
            self.effect(action::STATE_WRITE, &mutation.key, &what);
        }
        for event in &segment.events {
            self.effect(action::EVENT_EMIT, &event.name, &summary::value(&event.payload));
        }
        for command in &segment.view_commands {
            self.effect(action::VIEW_UPDATE, command.component_id.as_deref().unwrap_or_default(), &told(command));
        }
    }

    /// Tells what a segment was refused, the same refusals together.
    pub(crate) fn denials(&self, segment: &Segment) {
        if !self.0.audit.is_on() {
            return;
        }
        let mut denials = IndexMap::<_, u64>::new();
        for denial in &segment.denials {
            *denials.entry((&*denial.operation, &*denial.capability)).or_default() += 1;
        }
        for ((operation, capability), count) in denials {
            let (action, target) = subject_of(capability);
            let reason = format!("{operation} needs {capability}");
            let outcome = Outcome::Denied { reason: &reason };
            let count = (count > 1).then_some(count);
            self.record(&Record { outcome, count, ..Record::allowed(action, target) });
        }
    }

    fn effect(&self, action: &str, target: &str, arguments: &str) {
        self.record(&Record { arguments: Some(arguments), ..Record::allowed(action, target) });
    }

    /// Tells that a handler's call may be made, or why it may not. Refusals for want of a capability are among the [denials](Self::denials).
    pub(crate) fn request(&self, call: &Suspension, refusal: Option<&Error>) {
        if !self.0.audit.is_on() || refusal.is_some_and(|error| error.code == ErrorCode::PermissionDenied) {
            return;
        }
        let (target, arguments) = (target_of(call), summary::arguments(&call.args));
        let outcome = refusal.map_or(Outcome::Allowed, Outcome::failed);
        let arguments = Some(&*arguments);
        self.record(&Record { outcome, arguments, ..Record::allowed(action::EXTENSION_REQUEST, &target) });
    }

    /// Watches a call that the kernel makes.
    pub(crate) fn call(&self, call: &Suspension) -> Option<WatchedCall> {
        self.0.audit.is_on().then(|| WatchedCall {
            witness: self.clone(),
            target: target_of(call),
            arguments: summary::arguments(&call.args),
            began: self.0.clock.now(),
            told: Cell::new(false),
        })
    }

    /// Tells of a call that the embedder made.
    pub(crate) fn answered(&self, call: &Suspension, outcome: &Result<Value, Error>) {
        if self.0.audit.is_on() {
            let (target, arguments) = (target_of(call), summary::arguments(&call.args));
            let outcome = call_outcome(outcome.as_ref().err());
            let arguments = Some(&*arguments);
            self.record(&Record { outcome, arguments, ..Record::allowed(action::EXTENSION_CALL, &target) });
        }
    }

    /// The embedder's host functions, with each call told.
    pub(crate) fn watching(&self, host: HostDispatch) -> HostDispatch {
        if !self.0.audit.is_on() {
            return host;
        }
        let witness = self.clone();
        Rc::new(move |name, args| {
            let arguments = summary::arguments(&args);
            let answer = host(name, args);
            let (outcome, arguments) = (Outcome::of(&answer), Some(&*arguments));
            witness.record(&Record { outcome, arguments, ..Record::allowed(action::HOST_CALL, name) });
            answer
        })
    }

    /// Tells that the sandbox reported what it had to refuse.
    pub(crate) fn violation(&self, error: &Error) {
        let outcome = Outcome::Denied { reason: &error.message };
        self.record(&Record { outcome, ..Record::allowed(action::SANDBOX_VIOLATION, "sandbox") });
    }
}

impl WatchedCall {
    /// Tells how the call ended.
    pub(crate) fn ended(&self, outcome: &Result<Value, Error>) {
        self.tell(call_outcome(outcome.as_ref().err()));
    }

    fn tell(&self, outcome: Outcome<'_>) {
        self.told.set(true);
        let took = (self.witness.0.clock.now() - self.began).max(0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not below 0; saturates")]
        let duration_ms = Some(took as u64);
        let arguments = Some(&*self.arguments);
        let record =
            Record { outcome, arguments, duration_ms, ..Record::allowed(action::EXTENSION_CALL, &self.target) };
        self.witness.record(&record);
    }
}

impl Drop for WatchedCall {
    fn drop(&mut self) {
        if !self.told.get() {
            let message = "the run ended before the call did";
            self.tell(Outcome::Error { code: ErrorCode::Cancelled, message });
        }
    }
}

/// A call that was made was allowed: whatever an extension fails with is no refusal of the kernel's.
fn call_outcome(error: Option<&Error>) -> Outcome<'_> {
    error.map_or(Outcome::Allowed, |error| Outcome::Error { code: error.code, message: &error.message })
}

fn target_of(call: &Suspension) -> String {
    format!("{}.{}", call.extension_name, call.method)
}

fn told(command: &ViewCommand) -> String {
    let member = |name: &str| command.args.as_object().and_then(|args| args.get(name));
    let sized = |name: &str| member(name).map(summary::value).unwrap_or_default();
    match command.kind {
        ViewCommandType::SetFilter => format!("setFilter, {}", sized("value")),
        ViewCommandType::ScrollTo => format!("scrollTo, {}", sized("position")),
        ViewCommandType::Focus => "focus".to_owned(),
        ViewCommandType::Custom => {
            let name = member("command").and_then(Value::as_str).unwrap_or_default();
            format!("{name}, {}", sized("params"))
        }
    }
}

/// What a capability that was missing is for: the action, and what it would have been done to.
fn subject_of(capability: &str) -> (&'static str, &str) {
    let families = [
        ("state:read:", action::STATE_READ),
        ("state:write:", action::STATE_WRITE),
        ("events:emit:", action::EVENT_EMIT),
        ("view:update:", action::VIEW_UPDATE),
        ("host:", action::HOST_CALL),
        ("ext:", action::EXTENSION_REQUEST),
    ];
    let found = families.iter().find_map(|(family, action)| Some((*action, capability.strip_prefix(family)?)));
    found.unwrap_or((action::SANDBOX_VIOLATION, capability))
}
