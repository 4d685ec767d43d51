//! A live panel: a document whose tools can be run, with a state that its runs share.
//!
//! | module | what it holds |
//! |---|---|
//! | [`state`] | the state, its computed values, what runs have not seen yet |
//! | `run` | a run's turn for each segment, and what becomes of its effects |
//! | `set` | changes from outside |
//! | `trigger` | what makes tools run by themselves |
//! | `witness` | what the audit log is told |
//! | [`event`] | what those who watch are told |
//!
//! Segments of one panel's runs never compute at the same time: each waits for its turn, first come, first served, sees the state as it
//! is then, and its changes are made before the next one begins.

pub mod event;
mod run;
mod set;
pub mod state;
mod trigger;
mod witness;

use std::cell::{Cell, OnceCell, RefCell};
use std::future::Future;
use std::rc::Rc;

use futures_util::future::{Either, select};
use nexus_core::run::Context;
use nexus_core::{CapabilityToken, Error, ErrorCode, Map, Segment, Value, limits};
use nexus_nxml::{Diagnostic, Handler, StatePath};

use self::event::{Listeners, PanelEvent, PanelListener, PanelStatus, Subscription};
use self::run::PanelRun;
use self::state::{PanelState, Writer};
use self::trigger::Reactions;
use crate::abort::{AbortController, AbortSignal};
use crate::api::socket::feed::Feed;
use crate::audit::action;
use crate::engine::LocalFuture;
use crate::extension_view::ExtensionNames;
use crate::kernel::Shared;
use crate::metrics::Metrics;
use crate::origin::Origin;
use crate::platform::Platform;
use crate::recorder::Recording;
use crate::run::{Prepared, RunOptions, run_id};
use crate::run_loop::{self, SegmentObserver};
use crate::slots::Slots;

/// A panel of a kernel. Clones are the same panel.
#[derive(Clone)]
pub struct Panel(Rc<Inner>);

/// What comes with a call of a tool.
#[derive(Clone, Default)]
pub struct TriggerOptions {
    /// `$scope`.
    pub scope: Map,
    /// Gives the run up.
    pub signal: AbortSignal,
    /// On whose behalf.
    pub actor: Option<Rc<str>>,
    /// Called with each segment as it ends, after its effects were taken.
    pub observer: Option<SegmentObserver>,
    /// Where the record of the run is left, if one is wanted.
    pub recording: Option<Recording>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Initializing,
    Live,
    MountFailed,
    Stopped,
}

pub(crate) struct Inner {
    shared: Rc<Shared>,
    id: Rc<str>,
    kind: Option<String>,
    metadata: Option<Value>,
    source: Value,
    document: nexus_nxml::Panel,
    warnings: Vec<Diagnostic>,
    /// What each handler may do, in the order of [`nexus_nxml::Panel::handlers`].
    grants: Vec<Vec<CapabilityToken>>,
    extensions: Rc<ExtensionNames>,
    reactions: Reactions,
    max_queued_runs: usize,
    state: RefCell<PanelState>,
    turn: Slots,
    listeners: Listeners,
    /// Ends its runs and its triggers.
    stop: AbortController,
    phase: Cell<Phase>,
    told_status: Cell<PanelStatus>,
    /// Runs that wait for their first turn.
    queued: Cell<usize>,
    /// Runs that wait for answers.
    suspended: Cell<usize>,
    next_writer: Cell<Writer>,
    created_at: f64,
    last_activity: Cell<f64>,
    /// What clients are told, once there was one.
    feed: OnceCell<Rc<Feed>>,
}

/// How a handler is started.
#[derive(Default)]
struct Launch {
    args: Map,
    scope: Map,
    signal: AbortSignal,
    actor: Option<Rc<str>>,
    observer: Option<SegmentObserver>,
    recording: Option<Recording>,
    /// Triggers in a row that led to it.
    depth: u32,
    /// Whether it is the last of a panel that is destroyed.
    is_unmount: bool,
}

/// One of those that wait, until it is dropped.
struct Queued(Rc<Inner>);

impl Drop for Queued {
    fn drop(&mut self) {
        self.0.queued.set(self.0.queued.get() - 1);
    }
}

/// What a panel is made of.
pub(crate) struct Parts {
    pub(crate) id: Rc<str>,
    pub(crate) kind: Option<String>,
    pub(crate) metadata: Option<Value>,
    pub(crate) source: Value,
    pub(crate) document: nexus_nxml::Panel,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) grants: Vec<Vec<CapabilityToken>>,
    pub(crate) extensions: Rc<ExtensionNames>,
    pub(crate) state: PanelState,
    pub(crate) max_queued_runs: usize,
}

impl Panel {
    pub(crate) fn new(shared: &Rc<Shared>, parts: Parts) -> Self {
        let Parts { id, kind, metadata, source, document, warnings, grants, extensions, state, max_queued_runs } =
            parts;
        let now = shared.platform.clock.now();
        Self(Rc::new(Inner {
            reactions: Reactions::of(&document),
            shared: Rc::clone(shared),
            id,
            kind,
            metadata,
            source,
            document,
            warnings,
            grants,
            extensions,
            max_queued_runs,
            state: RefCell::new(state),
            turn: Slots::new(1, usize::MAX),
            listeners: Listeners::default(),
            stop: AbortController::new(),
            phase: Cell::new(Phase::Initializing),
            told_status: Cell::new(PanelStatus::Initializing),
            queued: Cell::new(0),
            suspended: Cell::new(0),
            next_writer: Cell::new(0),
            created_at: now,
            last_activity: Cell::new(now),
            feed: OnceCell::new(),
        }))
    }

    /// Its name, unique within the kernel.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// What kind of panel it is, as whoever made it says.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// What whoever made it keeps with it.
    #[must_use]
    pub fn metadata(&self) -> Option<&Value> {
        self.0.metadata.as_ref()
    }

    /// Its document; of one that was made of a definition, the document that says the same.
    #[must_use]
    pub fn document(&self) -> &nexus_nxml::Panel {
        &self.0.document
    }

    /// What it was made of: the text of a document, or a definition.
    #[must_use]
    pub fn source(&self) -> &Value {
        &self.0.source
    }

    /// What its document was warned of.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.0.warnings
    }

    /// What the handler of a tool, `mount` or `unmount` may do.
    #[must_use]
    pub fn grants(&self) -> Vec<(&str, &[CapabilityToken])> {
        (0..self.0.grants.len()).map(|index| (self.0.handler_name(index), &self.0.grants[index][..])).collect()
    }

    /// How it is.
    #[must_use]
    pub fn status(&self) -> PanelStatus {
        self.0.status()
    }

    /// Its state without computed values, also when it was destroyed.
    #[must_use]
    pub fn state(&self) -> Map {
        self.0.state.borrow().values().clone()
    }

    /// Its computed values.
    #[must_use]
    pub fn computed(&self) -> Map {
        self.0.state.borrow().computed().clone()
    }

    /// Counts its patches and events.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.0.state.borrow().version()
    }

    /// Its view as of now, as data: [`nexus_nxml::ViewTree::to_value`].
    #[must_use]
    pub fn view(&self) -> Value {
        self.0.state.borrow().view(&self.0.document, &Map::new()).to_value()
    }

    /// When it was created and when its state last changed or a run of it ended a segment; milliseconds since the epoch.
    #[must_use]
    pub fn times(&self) -> (f64, f64) {
        (self.0.created_at, self.0.last_activity.get())
    }

    /// Runs that wait for their first turn, and runs that wait for the answers to their calls.
    #[must_use]
    pub fn waiting_runs(&self) -> (usize, usize) {
        (self.0.queued.get(), self.0.suspended.get())
    }

    /// Calls `listener` with what happens from now on.
    #[must_use = "dropping it ends it"]
    pub fn subscribe(&self, listener: PanelListener) -> Subscription {
        self.0.listeners.add(listener)
    }

    /// Runs a tool to its end. Its place in the queue is that of this call, whenever the future is polled.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed or the arguments are not what the tool takes, `PANEL_NOT_FOUND` if the panel was
    /// destroyed, `TOOL_NOT_FOUND`, `RESOURCE_LIMIT` (`queuedRuns`) if too many runs wait, otherwise as
    /// [`Kernel::run`](crate::Kernel::run). What the handler does wrong is a segment with `status: error`: it holds the effects of
    /// the segments before the failed one, and `error.context.discarded` counts what was not done.
    pub fn trigger(
        &self,
        tool: &str,
        args: Value,
        options: TriggerOptions,
    ) -> impl Future<Output = Result<Segment, Error>> + use<> {
        let given = self.0.shared.audit.is_on().then(|| (args.clone(), options.actor.clone()));
        let run = self.start(tool, args, options);
        if let Some((args, actor)) = given {
            self.0.witness_start(action::PANEL_TRIGGER, tool, actor.as_ref(), Some(&args), &run);
        }
        async move { run?.await }
    }

    fn start(
        &self,
        tool: &str,
        args: Value,
        options: TriggerOptions,
    ) -> Result<LocalFuture<'static, Result<Segment, Error>>, Error> {
        self.0.ensure_live()?;
        let tools = &self.0.document.tools;
        let index = tools.iter().position(|declared| declared.name == tool).ok_or_else(|| {
            let context = [("panel", Value::from(self.id())), ("tool", Value::from(tool))];
            Error::new(ErrorCode::ToolNotFound, format!("the panel {:?} has no tool {tool:?}", self.id()))
                .with_context(Value::object(context))
        })?;
        let args = tools[index].arguments(args)?;
        let TriggerOptions { scope, signal, actor, observer, recording } = options;
        self.0.launch(index, Launch { args, scope, signal, actor, observer, recording, ..Launch::default() })
    }

    /// Runs `mount`, and starts what runs by the clock.
    pub(crate) async fn mount(&self, signal: &AbortSignal) -> Result<(), Error> {
        let panel = &self.0;
        let mut phase = Phase::Live;
        if panel.document.mount.is_some() {
            let launch = Launch { signal: signal.clone(), actor: Some("lifecycle".into()), ..Launch::default() };
            let outcome = panel.launch(panel.document.tools.len(), launch)?.await?;
            if outcome.error.is_some() {
                phase = Phase::MountFailed;
            }
        }
        // It may be gone by now.
        if panel.phase.get() == Phase::Initializing {
            panel.phase.set(phase);
            panel.tell_status();
            panel.start_clockwork();
        }
        Ok(())
    }

    /// What clients are told.
    pub(crate) fn feed(&self) -> &Rc<Feed> {
        self.0.feed.get_or_init(|| {
            let mut instance = [0; 8];
            self.platform().entropy.fill(&mut instance);
            Feed::new(self, format!("{:016x}", u64::from_be_bytes(instance)))
        })
    }

    /// Clients that are connected.
    #[must_use]
    pub fn client_count(&self) -> usize {
        self.0.feed.get().map_or(0, |feed| feed.len())
    }

    /// Whether an element of the view that is shown now is bound to this place.
    pub(crate) fn is_bound(&self, path: &StatePath) -> bool {
        let view = self.0.state.borrow().view(&self.0.document, &Map::new());
        view.root.is_some_and(|root| root.binds_to(path))
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.0.shared.platform
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.shared.metrics
    }

    pub(crate) fn is_kernel_closed(&self) -> bool {
        self.0.shared.check_open().is_err()
    }

    /// Why it was destroyed, if it was.
    pub(crate) fn stopped(&self) -> Option<Error> {
        self.0.stop.signal().reason()
    }

    /// Ends everything of it: runs are cancelled, triggers stop, then `unmount` runs, for [`limits::UNMOUNT_MS`] at most.
    pub(crate) fn stop(&self, why: &str) -> impl Future<Output = ()> + use<> {
        let panel = Rc::clone(&self.0);
        let was_live = panel.phase.replace(Phase::Stopped) != Phase::Stopped;
        panel.stop.abort(why);
        panel.tell_status();
        async move {
            if was_live && panel.document.unmount.is_some() {
                panel.unmount().await;
            }
            panel.listeners.clear();
        }
    }
}

impl Inner {
    fn ensure_live(&self) -> Result<(), Error> {
        self.shared.check_open()?;
        if self.phase.get() == Phase::Stopped {
            return Err(not_found(&self.id));
        }
        Ok(())
    }

    fn status(&self) -> PanelStatus {
        match self.phase.get() {
            Phase::Initializing => PanelStatus::Initializing,
            Phase::Stopped => PanelStatus::Stopped,
            Phase::MountFailed => PanelStatus::Error,
            Phase::Live if self.suspended.get() > 0 => PanelStatus::Suspended,
            Phase::Live => PanelStatus::Running,
        }
    }

    fn tell_status(&self) {
        let status = self.status();
        if self.told_status.replace(status) != status {
            self.listeners.tell(&PanelEvent::Status(status));
        }
    }

    fn touch(&self) {
        self.last_activity.set(self.shared.platform.clock.now());
    }

    fn next_writer(&self) -> Writer {
        self.next_writer.replace(self.next_writer.get() + 1)
    }

    /// In the order of [`nexus_nxml::Panel::handlers`].
    fn handler(&self, index: usize) -> &Handler {
        self.document.handlers().nth(index).expect("handlers are named by their position")
    }

    fn handler_name(&self, index: usize) -> &str {
        match self.document.tools.get(index) {
            Some(tool) => &tool.name,
            None if index == self.document.tools.len() && self.document.mount.is_some() => "mount",
            None => "unmount",
        }
    }

    /// Puts a run into the queue, and answers what it comes to.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` (`queuedRuns`) if too many runs wait.
    fn launch(
        self: &Rc<Self>,
        handler: usize,
        launch: Launch,
    ) -> Result<LocalFuture<'static, Result<Segment, Error>>, Error> {
        let waiting = self.queued.get();
        if waiting >= self.max_queued_runs {
            return Err(Error::resource_limit("queuedRuns", self.max_queued_runs, waiting + 1));
        }
        self.queued.set(waiting + 1);
        let queued = Queued(Rc::clone(self));
        let turn = self.turn.acquire();
        let panel = Rc::clone(self);
        let actor = launch.actor.clone();
        Ok(Box::pin(async move {
            let name: Rc<str> = panel.handler_name(handler).into();
            let outcome = Box::pin(panel.run(handler, &name, launch, turn, queued)).await;
            panel.witness_end(&name, actor.as_ref(), &outcome);
            if let Ok(Segment { error: Some(error), run_id, .. }) = &outcome {
                let (run_id, error) = (Some(run_id.clone()), error.clone());
                panel.listeners.tell(&PanelEvent::Error { handler: name, run_id, error });
            }
            outcome
        }))
    }

    async fn run(
        self: &Rc<Self>,
        handler: usize,
        name: &Rc<str>,
        launch: Launch,
        turn: impl Future<Output = Result<crate::slots::Slot, crate::slots::QueueFull>>,
        queued: Queued,
    ) -> Result<Segment, Error> {
        let shared = &self.shared;
        let Launch { args, scope, signal, actor, observer, recording, depth, is_unmount } = launch;
        let until = if is_unmount { AbortSignal::never() } else { shared.closing.signal() };
        let stop = if is_unmount { AbortSignal::never() } else { self.stop.signal() };
        let abort = AbortController::following(&[&signal, &stop, &until]);
        let turn = match select(Box::pin(turn), abort.signal().aborted()).await {
            Either::Left((turn, _)) => turn.map_err(|_| Error::internal("the turns of a panel have no bound"))?,
            Either::Right((reason, _)) => return Ok(Segment::failed(run_id(shared), reason)),
        };
        drop(queued);
        let run = Rc::new(PanelRun::new(self, handler, depth, turn));
        let Handler { code, timeout_ms, .. } = self.handler(handler);
        let mut limits = shared.limits.clone();
        // A document nobody vouches for does not give itself more time.
        limits.timeout_ms = timeout_ms.map_or(limits.timeout_ms, |own| own.clamp(1, limits.timeout_ms));
        let options = RunOptions {
            context: Context {
                state: self.state.borrow().for_handler(),
                args: Value::Object(args),
                scope: Value::Object(scope),
                capabilities: self.grants[handler].clone(),
            },
            limits: Some(limits),
            signal: abort.signal(),
            recording,
            origin: Rc::new(Origin { panel: Some(Rc::clone(&self.id)), handler: Some(Rc::clone(name)), actor }),
            extensions: Some(Rc::clone(&self.extensions)),
        };
        let prepared = Prepared::new(shared, code.as_str().to_owned(), options, &until)?;
        Ok(run_loop::drive(prepared, observer, Some(run), Rc::clone(&shared.platform.spawner)).await)
    }

    async fn unmount(self: &Rc<Self>) {
        let index = self.document.tools.len() + usize::from(self.document.mount.is_some());
        let abort = AbortController::new();
        let launch =
            Launch { signal: abort.signal(), actor: Some("lifecycle".into()), is_unmount: true, ..Launch::default() };
        let Ok(run) = self.launch(index, launch) else { return };
        let clock = &self.shared.platform.clock;
        if let Either::Right(((), run)) = select(run, clock.sleep(limits::UNMOUNT_MS)).await {
            abort.abort(format!("unmount took more than {} ms", limits::UNMOUNT_MS));
            let _ = run.await;
        }
    }
}

/// The error for a panel that is not there.
pub(crate) fn not_found(id: &str) -> Error {
    Error::new(ErrorCode::PanelNotFound, format!("there is no panel {id:?}"))
        .with_context(Value::object([("panel", Value::from(id))]))
}
