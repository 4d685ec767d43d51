//! One run: started, resumed and given up through here, by whoever drives it.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::future::{Either, select};
use nexus_core::run::{Context, Denial};
use nexus_core::{Answer, Error, ErrorCode, Limits, Segment, StateMutation, Status, Suspension, Value};

use crate::abort::{AbortController, AbortSignal};
use crate::call::{Caller, check_caveats};
use crate::effect_guard::EffectGuard;
use crate::engine::{AbortCheck, LocalFuture, Resume, Start, Unpark};
use crate::extension::Grant;
use crate::extension_view::{ExtensionNames, ExtensionView};
use crate::kernel::{Shared, check_source};
use crate::origin::Origin;
use crate::parked_run::ParkedRun;
use crate::recorder::{Recording, number_of};
use crate::value_bounds::ValueBounds;
use crate::witness::Witness;

/// What a run is given besides its source.
#[derive(Clone, Default)]
pub struct RunOptions {
    /// State, arguments, scope and capabilities.
    pub context: Context,
    /// The kernel's own limits where none are given.
    pub limits: Option<Limits>,
    /// Gives the run up.
    pub signal: AbortSignal,
    /// Where the record of the run is left, if one is wanted.
    pub recording: Option<Recording>,
    /// Whose run it is.
    pub origin: Rc<Origin>,
    /// The extensions that it may know of, by the names that it calls them; all by their own names where there is none.
    pub extensions: Option<Rc<ExtensionNames>>,
}

/// A run that was not yet started.
pub(crate) struct Prepared {
    pub(crate) run: Rc<Run>,
    source: Rc<str>,
    context: Context,
}

/// A run.
pub(crate) struct Run {
    shared: Rc<Shared>,
    id: String,
    limits: Limits,
    pub(crate) caller: Caller,
    pub(crate) witness: Witness,
    guard: EffectGuard,
    recording: Option<Recording>,
    /// Aborts when the embedder gives the run up or the kernel closes.
    pub(crate) abort: AbortController,
    /// Whether the engine may hold something of it.
    held: Cell<bool>,
    ended: Cell<bool>,
}

/// The calls of a segment, each of them allowed or answered with its refusal.
#[derive(Default)]
pub(crate) struct Screened {
    pub(crate) granted: Vec<(Suspension, Grant)>,
    pub(crate) refused: Vec<Answer>,
}

impl Prepared {
    /// Checks what the embedder gave. The run also ends when `until` aborts.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for limits that cannot be kept, `INVALID_CAPABILITY` for a caveat that the extension does not
    /// declare, `RESOURCE_LIMIT` for state, arguments or a scope beyond the limits.
    pub(crate) fn new(
        shared: &Rc<Shared>,
        source: String,
        options: RunOptions,
        until: &AbortSignal,
    ) -> Result<Self, Error> {
        let RunOptions { context, limits, signal, recording, origin, extensions } = options;
        let limits = limits.unwrap_or_else(|| shared.limits.clone());
        limits.validate()?;
        let extensions = ExtensionView::new(shared.extensions.clone(), extensions);
        check_caveats(&extensions, &context.capabilities)?;
        let bounds = ValueBounds::of(&limits);
        // A panel's own was checked when it came about; and the tool that would make it smaller has to run.
        let given = origin.panel.is_none().then_some(&context.state);
        let values = given.into_iter().flatten().map(|(key, value)| (format!("state.{key}"), value));
        let others = [("args".to_owned(), &context.args), ("scope".to_owned(), &context.scope)];
        for (name, value) in values.chain(others) {
            bounds.check(value).map_err(|error| Error { message: format!("{name}: {}", error.message), ..error })?;
        }
        let clock = Rc::clone(&shared.platform.clock);
        let caller = Caller::new(extensions, clock, context.capabilities.clone(), &limits, origin);
        let guard = EffectGuard::new(&limits);
        let abort = AbortController::following(&[&signal, until]);
        let run = Run::new(shared, limits, caller, guard, recording, abort);
        Ok(Self { run: Rc::new(run), source: source.into(), context })
    }

    /// Runs the first segment.
    pub(crate) async fn start(self) -> Segment {
        let Self { run, source, context } = self;
        if let Err(error) = check_source(&source, &run.limits) {
            return run.fail(error);
        }
        let Shared { platform, host_functions, .. } = &*run.shared;
        let mut seed = [0; 16];
        platform.entropy.fill(&mut seed);
        let mut start = Start {
            run_id: run.id.clone(),
            source,
            context,
            limits: run.limits.clone(),
            extensions: run.caller.extensions().catalogue(),
            host_functions: host_functions.names(),
            host: run.witness.watching(host_functions.dispatch(&run.limits, run.caller.checker().clone())),
            now: platform.clock.now(),
            seed,
            aborted: run.abort_check(),
        };
        if let Some(recording) = &run.recording {
            recording.start(platform.engine.identity(), &mut start);
        }
        run.segment(|| platform.engine.start(start)).await
    }
}

/// `run_` and 16 hexadecimal digits.
pub(crate) fn run_id(shared: &Shared) -> String {
    let mut bytes = [0; 8];
    shared.platform.entropy.fill(&mut bytes);
    format!("run_{:016x}", u64::from_be_bytes(bytes))
}

impl Run {
    fn new(
        shared: &Rc<Shared>,
        limits: Limits,
        caller: Caller,
        guard: EffectGuard,
        recording: Option<Recording>,
        abort: AbortController,
    ) -> Self {
        shared.counters.run_started();
        let id = run_id(shared);
        Self {
            witness: Witness::new(shared, caller.origin(), &id),
            id,
            caller,
            guard,
            limits,
            recording,
            abort,
            held: Cell::new(false),
            ended: Cell::new(false),
            shared: Rc::clone(shared),
        }
    }

    /// A parked run that goes on here, and its calls without an answer.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is none of this engine's, `INVALID_CAPABILITY` for a caveat that the extension does not declare here,
    /// the reason of an abort, what the engine fails with.
    pub(crate) async fn unpark(
        shared: &Rc<Shared>,
        parked: ParkedRun,
        signal: &AbortSignal,
    ) -> Result<(Self, Vec<Suspension>), Error> {
        let ParkedRun { limits, capabilities, effects_left, mut calls, memory, .. } = parked;
        limits.validate()?;
        let extensions = ExtensionView::new(shared.extensions.clone(), None);
        check_caveats(&extensions, &capabilities)?;
        let clock = Rc::clone(&shared.platform.clock);
        let caller = Caller::new(extensions, clock, capabilities, &limits, Rc::default());
        let abort = AbortController::following(&[signal, &shared.closing.signal()]);
        let run = Self::new(shared, limits, caller, EffectGuard::with(effects_left), None, abort);
        for call in &mut calls {
            call.suspension_id = format!("{}.{}", run.id, call.suspension_id);
        }
        let unpark = Unpark {
            run_id: run.id.clone(),
            limits: run.limits.clone(),
            host: run.witness.watching(shared.host_functions.dispatch(&run.limits, run.caller.checker().clone())),
            memory: memory.into_vec(),
        };
        if let Some(reason) = run.abort.signal().reason() {
            return Err(reason);
        }
        run.held.set(true);
        match select(shared.platform.engine.unpark(unpark), run.abort.signal().aborted()).await {
            Either::Left((taken, _)) => taken.map(|()| (run, calls)),
            Either::Right((reason, _)) => Err(reason),
        }
    }

    /// Takes the run out of the engine, with its calls that have no answer. It ends here.
    ///
    /// # Errors
    /// The reason if it was aborted, what the engine fails with.
    pub(crate) async fn park(&self, calls: Vec<Suspension>) -> Result<ParkedRun, Error> {
        if let Some(reason) = self.abort.signal().reason() {
            return Err(reason);
        }
        let engine = &self.shared.platform.engine;
        let memory = engine.park(&self.id).await?;
        self.held.set(false);
        self.end();
        self.witness.parked();
        let numbered = calls
            .into_iter()
            .map(|call| Suspension { suspension_id: number_of(&call.suspension_id, &self.id).to_owned(), ..call });
        Ok(ParkedRun {
            engine: engine.identity(),
            limits: self.limits.clone(),
            capabilities: self.caller.checker().tokens().to_vec(),
            effects_left: self.guard.left(),
            calls: numbered.collect(),
            memory: memory.into(),
        })
    }

    /// Its name.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Goes on with answers to calls.
    pub(crate) async fn resume(&self, answers: Vec<Answer>, state: Vec<StateMutation>) -> Segment {
        let platform = &self.shared.platform;
        let resume = Resume { answers, state, now: platform.clock.now(), aborted: self.abort_check() };
        if let Some(recording) = &self.recording {
            recording.resume(&resume);
        }
        self.segment(|| platform.engine.resume(&self.id, resume)).await
    }

    /// Gives the run up: the engine forgets it, its calls are aborted.
    pub(crate) fn give_up(&self, reason: &str) {
        self.abort.abort(reason);
        self.discard();
    }

    /// Ends the run, if it has not ended, and frees its instance.
    pub(crate) fn discard(&self) {
        if self.held.replace(false) {
            self.shared.platform.engine.discard(&self.id);
        }
        self.end();
    }

    fn end(&self) {
        if !self.ended.replace(true) {
            self.shared.counters.run_ended();
        }
    }

    /// The segment of a run that ends here with `error`.
    pub(crate) fn fail(&self, error: Error) -> Segment {
        self.discard();
        if let Some(recording) = &self.recording {
            recording.end(&error);
        }
        Segment::failed(&self.id, error)
    }

    /// Decides on every call that the segment made. What the kernel refuses counts as a denial of the segment.
    pub(crate) fn screen(&self, segment: &mut Segment) -> Screened {
        let mut screened = Screened::default();
        let reported = segment.denials.len();
        self.witness.effects(segment);
        for call in &segment.suspensions {
            let decision = self.caller.authorize(call);
            self.witness.request(call, decision.as_ref().err());
            match decision {
                Ok(grant) => screened.granted.push((call.clone(), grant)),
                Err(error) => {
                    segment.denials.extend(denial(call, &error));
                    let suspension_id = call.suspension_id.clone();
                    screened.refused.push(Answer { suspension_id, outcome: Err(error) });
                }
            }
        }
        if let Some(recording) = &self.recording {
            recording.denials(&segment.denials[reported..]);
        }
        self.witness.outcome(segment);
        screened
    }

    fn abort_check(&self) -> AbortCheck {
        let signal = self.abort.signal();
        Rc::new(move || signal.is_aborted())
    }

    /// Lets the engine work, unless and until the run is aborted.
    async fn segment<'a>(&self, work: impl FnOnce() -> LocalFuture<'a, Result<Segment, Error>>) -> Segment {
        let signal = self.abort.signal();
        if let Some(reason) = signal.reason() {
            return self.fail(reason);
        }
        let _computing = self.shared.counters.computing();
        self.held.set(true);
        // Polled in this order: a segment that ended because of the abort still has its effects.
        let segment = match select(work(), signal.aborted()).await {
            Either::Left((Ok(mut segment), _)) => {
                // The engine knows that it was aborted, not why.
                if let (Some(error), Some(reason)) = (&mut segment.error, signal.reason())
                    && error.code == ErrorCode::Cancelled
                {
                    error.message = reason.message;
                }
                match self.guard.check(&segment, self.caller.checker()) {
                    Ok(()) => {
                        if let Some(recording) = &self.recording {
                            recording.segment(&segment);
                        }
                        segment
                    }
                    Err(error) => {
                        self.witness.violation(&error);
                        self.fail(error)
                    }
                }
            }
            // An engine that closes fails whoever waits for it, but why the run ends is that it was aborted.
            Either::Left((Err(error), _)) => self.fail(signal.reason().unwrap_or(error)),
            Either::Right((reason, work)) => {
                drop(work);
                self.fail(reason)
            }
        };
        self.shared.counters.computed(segment.metrics.duration_us);
        if segment.status != Status::Suspended {
            self.held.set(false);
            self.end();
        }
        segment
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.discard();
        self.witness.given_up();
    }
}

/// What a segment tells of a call that was refused for want of a capability.
fn denial(call: &Suspension, error: &Error) -> Option<Denial> {
    if error.code != ErrorCode::PermissionDenied {
        return None;
    }
    let capability = error.context.as_ref()?.as_object()?.get("capability").and_then(Value::as_str)?.to_owned();
    Some(Denial { operation: format!("ext.{}.{}", call.extension_name, call.method), capability })
}
