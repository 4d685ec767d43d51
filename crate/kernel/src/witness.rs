//! Tells audit log, metrics and log what one run does. Nothing happens here per read.

use std::cell::Cell;
use std::rc::Rc;

use indexmap::IndexMap;
use nexus_core::effect::ViewCommandType;
use nexus_core::run::Denial;
use nexus_core::{Error, ErrorCode, LogLevel, MutationOperation, Segment, Status, Suspension, Value, ViewCommand};

use crate::audit::{Audit, Outcome, Record, Subject, action, summary};
use crate::clock::Clock;
use crate::engine::HostDispatch;
use crate::kernel::Shared;
use crate::logger::{LogField, LogRecord, Logger};
use crate::metrics::Metrics;
use crate::origin::Origin;

/// The host functions that read the state.
const READS: [&str; 3] = ["state.get", "state.has", "state.keys"];

/// Watches one run. Clones watch the same one.
#[derive(Clone)]
pub(crate) struct Witness(Rc<Watch>);

struct Watch {
    audit: Audit,
    metrics: Rc<Metrics>,
    logger: Logger,
    clock: Rc<dyn Clock>,
    origin: Rc<Origin>,
    run_id: String,
    subject: Subject,
    computed_us: Cell<u64>,
    /// Whether its end was told.
    ended: Cell<bool>,
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
    pub(crate) fn new(shared: &Shared, origin: &Rc<Origin>, run_id: &str) -> Self {
        let Shared { audit, metrics, logger, platform, .. } = shared;
        let subject = if audit.is_on() { Subject::new(origin, Some(run_id)) } else { Subject::default() };
        Self(Rc::new(Watch {
            audit: audit.clone(),
            metrics: Rc::clone(metrics),
            logger: logger.clone(),
            clock: Rc::clone(&platform.clock),
            origin: Rc::clone(origin),
            run_id: run_id.to_owned(),
            subject,
            computed_us: Cell::new(0),
            ended: Cell::new(false),
        }))
    }

    fn record(&self, record: &Record<'_>) {
        self.0.audit.record(&self.0.subject, record);
    }

    fn log(&self, level: LogLevel, message: &str, fields: &[(&str, LogField<'_>)]) {
        let Watch { logger, origin, run_id, .. } = &*self.0;
        logger.log(LogRecord {
            panel: origin.panel.as_deref(),
            handler: origin.handler.as_deref(),
            run: Some(run_id),
            fields,
            ..LogRecord::new(level, message)
        });
    }

    /// Tells what a segment did, but for its calls, which are told one by one.
    pub(crate) fn effects(&self, segment: &Segment) {
        self.0.metrics.segment(segment);
        self.0.computed_us.set(self.0.computed_us.get() + segment.metrics.duration_us);
        for line in &segment.logs {
            self.log(line.level, &line.message, &[("source", LogField::Text("handler"))]);
        }
        self.audit_effects(segment);
    }

    fn audit_effects(&self, segment: &Segment) {
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

    /// Tells what a segment was refused, the same refusals together, and the end of the run if it ended it.
    pub(crate) fn outcome(&self, segment: &Segment) {
        if !segment.denials.is_empty() && (self.0.audit.is_on() || self.0.logger.logs(LogLevel::Warn)) {
            self.denials(segment);
        }
        match segment.status {
            Status::Suspended => self.log(LogLevel::Debug, "the run waits for answers", &[]),
            Status::Success => self.ended(None),
            Status::Error => self.ended(Some(segment.error.as_ref().unwrap_or(&Error::internal("no reason was told")))),
        }
    }

    /// Tells that the run goes on elsewhere.
    pub(crate) fn parked(&self) {
        self.0.ended.set(true);
        self.log(LogLevel::Debug, "the run was parked", &[]);
    }

    /// Tells that the run is over if it has not ended by itself.
    pub(crate) fn given_up(&self) {
        self.ended(Some(&Error::new(ErrorCode::Cancelled, "nobody resumed it")));
    }

    fn ended(&self, error: Option<&Error>) {
        if self.0.ended.replace(true) {
            return;
        }
        let us = self.0.computed_us.get();
        self.0.metrics.run(self.0.origin.panel.as_ref(), error.map(|error| error.code), us);
        let took = ("durationUs", LogField::Count(us));
        let Some(error) = error else { return self.log(LogLevel::Debug, "the run succeeded", &[took]) };
        let level = match error.code {
            ErrorCode::InternalError | ErrorCode::WasmError => LogLevel::Error,
            ErrorCode::Cancelled => LogLevel::Info,
            _ => LogLevel::Warn,
        };
        if self.0.logger.logs(level) {
            let mut fields = vec![("code", LogField::Text(error.code.as_str())), took];
            let place = error.location.map(|place| ("line", LogField::Count(place.line.into())));
            fields.extend(place);
            self.log(level, &format!("the run failed: {}", error.message), &fields);
        }
    }

    fn denials(&self, segment: &Segment) {
        let reason_of = |denial: &Denial| format!("{} needs {}", denial.operation, denial.capability);
        let mut counts = IndexMap::<String, u64>::new();
        for denial in &segment.denials {
            *counts.entry(reason_of(denial)).or_default() += 1;
        }
        for denial in &segment.denials {
            let reason = reason_of(denial);
            // The first of those that are the same tells them all.
            let Some(count) = counts.swap_remove(&reason) else { continue };
            let (action, target) = subject_of(&denial.capability);
            let fields = [("capability", LogField::Text(&denial.capability)), ("count", LogField::Count(count))];
            self.log(LogLevel::Warn, &format!("refused: {reason}"), &fields);
            let outcome = Outcome::Denied { reason: &reason };
            let count = (count > 1).then_some(count);
            self.record(&Record { outcome, count, ..Record::allowed(action, target) });
        }
    }

    fn effect(&self, action: &str, target: &str, arguments: &str) {
        self.record(&Record { arguments: Some(arguments), ..Record::allowed(action, target) });
    }

    /// Tells that a handler's call may be made, or why it may not. Refusals for want of a capability are part of the [outcome](Self::outcome).
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
        let watched = self.0.audit.is_on() || self.0.logger.logs(LogLevel::Warn);
        watched.then(|| WatchedCall {
            witness: self.clone(),
            target: target_of(call),
            arguments: summary::arguments(&call.args),
            began: self.0.clock.now(),
            told: Cell::new(false),
        })
    }

    /// Tells of a call that the embedder made.
    pub(crate) fn answered(&self, call: &Suspension, outcome: &Result<Value, Error>) {
        if let Err(error) = outcome {
            self.call_failed(&target_of(call), error.code, &error.message, None);
        }
        if self.0.audit.is_on() {
            let (target, arguments) = (target_of(call), summary::arguments(&call.args));
            let outcome = call_outcome(outcome.as_ref().err());
            let arguments = Some(&*arguments);
            self.record(&Record { outcome, arguments, ..Record::allowed(action::EXTENSION_CALL, &target) });
        }
    }

    fn call_failed(&self, target: &str, code: ErrorCode, why: &str, duration_ms: Option<u64>) {
        let level = if code == ErrorCode::Cancelled { LogLevel::Debug } else { LogLevel::Warn };
        if self.0.logger.logs(level) {
            let mut fields = vec![("code", LogField::Text(code.as_str()))];
            fields.extend(duration_ms.map(|ms| ("durationMs", LogField::Count(ms))));
            self.log(level, &format!("the call of {target} failed: {why}"), &fields);
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
        self.log(LogLevel::Error, &error.message, &[("code", LogField::Text(error.code.as_str()))]);
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
        if let Outcome::Error { code, message } = outcome {
            self.witness.call_failed(&self.target, code, message, duration_ms);
        }
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
