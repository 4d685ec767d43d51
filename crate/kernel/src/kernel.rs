//! The kernel: what an embedder holds.

use std::future::Future;
use std::rc::Rc;

use nexus_core::record::RunRecord;
use nexus_core::{CapabilityToken, Error, Limits, LogLevel, Segment, Value};

use crate::abort::{AbortController, AbortSignal};
use crate::audit::{self, Audit, Outcome, Record, Subject, action, summary};
use crate::extension::CallContext;
use crate::extension_manager::{ExtensionManager, HookFailure};
use crate::host_functions::HostFunctions;
use crate::logger::{LogRecord, Logger};
use crate::metrics::Metrics;
use crate::panels::{PanelRegistry, Panels};
use crate::parked_run::{ParkedRun, ParkingKey};
use crate::platform::Platform;
use crate::replay::{self, Replayed};
use crate::run::{Prepared, RunOptions, run_id};
use crate::run_loop::{self, SegmentObserver};
use crate::stats::{Counters, Stats};
use crate::suspended_runs::{ResumeOptions, SuspendedRuns, Unparked};

/// What all runs of a kernel share.
pub(crate) struct Shared {
    pub(crate) platform: Platform,
    pub(crate) limits: Limits,
    pub(crate) extensions: ExtensionManager,
    pub(crate) host_functions: HostFunctions,
    pub(crate) counters: Counters,
    pub(crate) audit: Audit,
    pub(crate) metrics: Rc<Metrics>,
    pub(crate) logger: Logger,
    pub(crate) closing: AbortController,
    pub(crate) panels: PanelRegistry,
    parking_key: ParkingKey,
    suspended: SuspendedRuns,
}

/// What a kernel tells of itself.
#[derive(Clone)]
pub struct Observation {
    /// Entries that the [audit log](Audit) keeps; 0: nothing is recorded.
    pub audit_capacity: usize,
    /// Where its log goes.
    pub logger: Logger,
}

impl Default for Observation {
    fn default() -> Self {
        Self { audit_capacity: audit::CAPACITY, logger: Logger::silent() }
    }
}

/// Runs handlers, with extensions and host functions for them to call. Clones are the same kernel.
///
/// Whatever a handler does wrong is a [`Segment`] with `status: error`. The `Err` of these methods is for mistakes of
/// the embedder.
#[derive(Clone)]
pub struct Kernel(Rc<Shared>);

impl Kernel {
    /// A kernel whose runs have `limits` unless they are given others, and which proves by `parking_key` what it parked.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for limits that cannot be kept.
    pub fn new(platform: Platform, limits: Limits, parking_key: ParkingKey) -> Result<Self, Error> {
        Self::observed(platform, limits, parking_key, Observation::default())
    }

    /// A kernel that tells of itself as `observation` says.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn observed(
        platform: Platform,
        limits: Limits,
        parking_key: ParkingKey,
        observation: Observation,
    ) -> Result<Self, Error> {
        limits.validate()?;
        Ok(Self(Rc::new(Shared {
            audit: Audit::new(Rc::clone(&platform.clock), observation.audit_capacity),
            metrics: Rc::default(),
            logger: observation.logger,
            platform,
            limits,
            extensions: ExtensionManager::new(),
            host_functions: HostFunctions::new(),
            counters: Counters::default(),
            closing: AbortController::new(),
            panels: PanelRegistry::default(),
            parking_key,
            suspended: SuspendedRuns::default(),
        })))
    }

    /// Runs a handler to its end, making the calls it asks for. The answer tells the effects of all segments, each
    /// once, in order; `observer` is called with each segment as it ends, the last one included.
    /// What is wrong with the options, and whether the kernel is open, counts now, not when the future is first polled: a close in
    /// between cancels the run.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed or the limits cannot be kept; `INVALID_CAPABILITY` for a caveat that
    /// the extension does not declare; `RESOURCE_LIMIT` for state, arguments or a scope beyond the limits.
    pub fn run(
        &self,
        source: &str,
        options: RunOptions,
        observer: Option<SegmentObserver>,
    ) -> impl Future<Output = Result<Segment, Error>> + use<> {
        let prepared = self.prepare(source, options);
        let run = prepared.map(|run| run_loop::drive(run, observer, None, Rc::clone(&self.0.platform.spawner)));
        async move { Ok(run?.await) }
    }

    /// Runs a handler to its first suspension. The embedder makes the calls that the segment lists and answers each by
    /// [`resume`](Self::resume), the first within the suspension timeout: then the run is given up.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn execute(&self, source: &str, options: RunOptions) -> impl Future<Output = Result<Segment, Error>> + use<> {
        let prepared = self.prepare(source, options);
        let kernel = Rc::clone(&self.0);
        async move { Ok(kernel.suspended.execute(&kernel.platform, prepared?).await) }
    }

    fn prepare(&self, source: &str, options: RunOptions) -> Result<Prepared, Error> {
        self.check_open()?;
        Prepared::new(&self.0, source.to_owned(), options, &self.0.closing.signal())
    }

    /// Answers one call of a run that [`execute`](Self::execute) left suspended, and runs on to the next suspension.
    /// Answers to the same run take turns.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed, or the call is not known, was answered, or belongs to a run that is
    /// over; `RESOURCE_LIMIT` for a value beyond the limits of the run, which leaves the call open.
    pub async fn resume(
        &self,
        suspension_id: &str,
        outcome: Result<Value, Error>,
        options: ResumeOptions,
    ) -> Result<Segment, Error> {
        self.check_open()?;
        self.0.suspended.resume(&self.0.platform, suspension_id, outcome, options).await
    }

    /// Turns a run that [`execute`](Self::execute) left suspended into bytes, and forgets it. `label` is what the bytes can be
    /// [unparked](Self::unpark) by; it is not in them.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed, or no such run is suspended; the reason if it was aborted; what the engine
    /// fails with: then the run is over.
    pub async fn park(&self, run_id: &str, label: &str) -> Result<Vec<u8>, Error> {
        self.check_open()?;
        self.0.suspended.park(run_id).await?.seal(&self.0.parking_key, label)
    }

    /// Takes a parked run in, under a new name: the same bytes may be taken in many times. It has the limits and the tokens
    /// that it had, used up as far as they were.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed, or the bytes are not what was parked with this label, this kernel's key and by an
    /// engine of the same build; `INVALID_CAPABILITY` for a caveat that the extension does not declare here; the reason of an
    /// abort; what the engine fails with.
    pub async fn unpark(&self, bytes: &[u8], label: &str, signal: &AbortSignal) -> Result<Unparked, Error> {
        self.check_open()?;
        let identity = self.0.platform.engine.identity();
        let parked = ParkedRun::open(bytes, &self.0.parking_key, label, &identity)?;
        self.0.suspended.unpark(&self.0, parked, signal).await
    }

    /// Runs a recorded run once more, with everything from outside taken from the record, and compares effects, result, fuel
    /// and stack. Nothing outside is called.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed, or the record is of another version or engine or not whole;
    /// `WASM_ERROR`, `RESOURCE_LIMIT` if too many runs wait for an instance.
    pub async fn replay(&self, record: RunRecord) -> Result<Replayed, Error> {
        self.check_open()?;
        replay::replay(&*self.0.platform.engine, run_id(&self.0), record).await
    }

    /// Compiles a handler ahead of its first run with these limits, or the kernel's own.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed or the limits cannot be kept; `COMPILATION_ERROR` or `RESOURCE_LIMIT`
    /// of the source; `WASM_ERROR`.
    pub async fn precompile(&self, source: &str, limits: Option<&Limits>) -> Result<(), Error> {
        self.check_open()?;
        let limits = limits.unwrap_or(&self.0.limits);
        limits.validate()?;
        check_source(source, limits)?;
        self.0.platform.engine.precompile(source, limits).await
    }

    /// The capabilities that a handler needs, found in its syntax tree.
    ///
    /// # Errors
    /// As [`precompile`](Self::precompile).
    pub async fn infer_capabilities(&self, source: &str) -> Result<Vec<CapabilityToken>, Error> {
        self.check_open()?;
        check_source(source, &self.0.limits)?;
        self.0.platform.engine.infer_capabilities(source).await
    }

    /// What handlers call as `$ext`.
    #[must_use]
    pub fn extensions(&self) -> &ExtensionManager {
        &self.0.extensions
    }

    /// Calls an extension on the embedder's own behalf, without asking for a capability; the audit log hears of it.
    ///
    /// # Errors
    /// As [`ExtensionManager::call`].
    pub async fn call_extension(
        &self,
        name: &str,
        method: &str,
        args: Vec<Value>,
        context: CallContext,
    ) -> Result<Value, Error> {
        let audit = &self.0.audit;
        let arguments = audit.is_on().then(|| summary::arguments(&args));
        let subject = Subject::new(&context.origin, None);
        let outcome = self.0.extensions.call(name, method, args, context).await;
        let target = format!("{name}.{method}");
        let record = Record {
            outcome: Outcome::of(&outcome),
            arguments: arguments.as_deref(),
            ..Record::allowed(action::EXTENSION_CALL, &target)
        };
        audit.record(&subject, &record);
        outcome
    }

    /// What handlers call as `$host`.
    #[must_use]
    pub fn host_functions(&self) -> &HostFunctions {
        &self.0.host_functions
    }

    /// Its panels.
    #[must_use]
    pub fn panels(&self) -> Panels {
        Panels::of(&self.0)
    }

    /// What was done and refused.
    #[must_use]
    pub fn audit(&self) -> &Audit {
        &self.0.audit
    }

    /// The counts that [`metrics_text`](Self::metrics_text) tells.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Numbers about the kernel in the text format of Prometheus, version 0.0.4.
    #[must_use]
    pub fn metrics_text(&self) -> String {
        self.0.metrics.text(&self.stats(), &self.panels().counts())
    }

    /// Where the kernel's log goes.
    #[must_use]
    pub fn logger(&self) -> &Logger {
        &self.0.logger
    }

    /// The limits of runs that are given none.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Numbers about the kernel, closed or not.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.counters.stats(self.0.platform.engine.stats())
    }

    /// Tells [`stats`](Self::stats) for as long as the kernel lives, without keeping it.
    pub fn watch_stats(&self) -> impl Fn() -> Option<Stats> + use<> {
        let shared = Rc::downgrade(&self.0);
        move || shared.upgrade().map(|shared| Self(shared).stats())
    }

    /// As [`watch_stats`](Self::watch_stats), for [`Panels::counts`].
    pub fn watch_panel_counts(&self) -> impl Fn() -> Option<Vec<(&'static str, u64)>> + use<> {
        let shared = Rc::downgrade(&self.0);
        move || shared.upgrade().map(|shared| Self(shared).panels().counts())
    }

    /// Whether it was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.closing.signal().is_aborted()
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.0.platform
    }

    /// Closes the kernel: every run ends as `CANCELLED`, panels are destroyed after their `unmount`, extensions are shut down,
    /// instances are freed. Closing again does nothing.
    ///
    /// The answer holds every extension whose `shutdown` failed.
    pub async fn close(&self) -> Vec<HookFailure> {
        if self.is_closed() {
            return Vec::new();
        }
        self.0.logger.log(LogRecord::new(LogLevel::Info, "the kernel closes"));
        self.0.closing.abort("the kernel was closed");
        self.0.suspended.clear();
        self.panels().close().await;
        let failures = self.0.extensions.shutdown().await;
        self.0.platform.engine.close();
        failures
    }

    fn check_open(&self) -> Result<(), Error> {
        self.0.check_open()
    }
}

impl Shared {
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed.
    pub(crate) fn check_open(&self) -> Result<(), Error> {
        let is_closed = self.closing.signal().is_aborted();
        if is_closed { Err(Error::invalid_argument("the kernel is closed")) } else { Ok(()) }
    }
}

/// Checks the size of a source.
///
/// # Errors
/// `RESOURCE_LIMIT`, resource `sourceBytes`.
pub(crate) fn check_source(source: &str, limits: &Limits) -> Result<(), Error> {
    let limit = usize::try_from(limits.max_source_bytes).unwrap_or(usize::MAX);
    if source.len() > limit { Err(Error::resource_limit("sourceBytes", limit, source.len())) } else { Ok(()) }
}
