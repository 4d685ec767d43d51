//! The kernel's view of the sandbox: something that runs handlers and holds them while they are suspended.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use indexmap::IndexMap;
use nexus_core::run::Context;
use nexus_core::{Answer, CapabilityToken, Error, HandlerFacts, Limits, Segment, StateMutation, Value};

/// A future of this thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A synchronous function of the embedder, as the engine calls it from inside a running handler.
pub type HostDispatch = Rc<dyn Fn(&str, Vec<Value>) -> Result<Value, Error>>;

/// Asked now and then while a handler computes: `true` stops it with `CANCELLED`.
pub type AbortCheck = Rc<dyn Fn() -> bool>;

/// Everything a run starts with.
#[derive(Clone)]
pub struct Start {
    /// Names the run; ids of its suspensions begin with it.
    pub run_id: String,
    /// The body of an async function.
    pub source: Rc<str>,
    /// What the handler is given.
    pub context: Context,
    /// What it may use up.
    pub limits: Limits,
    /// Registered extensions, each with its methods.
    pub extensions: IndexMap<String, Vec<String>>,
    /// Names of the embedder's synchronous host functions.
    pub host_functions: Vec<String>,
    /// Calls one of these.
    pub host: HostDispatch,
    /// Milliseconds since the epoch.
    pub now: f64,
    /// Seed of `Math.random`.
    pub seed: [u8; 16],
    /// Whether the caller gave up.
    pub aborted: AbortCheck,
}

/// How a parked run comes back.
#[derive(Clone)]
pub struct Unpark {
    /// Names it from now on.
    pub run_id: String,
    /// What it may use up, over all its segments.
    pub limits: Limits,
    /// Calls one of the embedder's synchronous host functions.
    pub host: HostDispatch,
    /// What [`Engine::park`] answered.
    pub memory: Vec<u8>,
}

/// How a suspended run goes on.
#[derive(Clone)]
pub struct Resume {
    /// Answers to pending calls, in the order in which they arrived.
    pub answers: Vec<Answer>,
    /// What others changed in the state meanwhile.
    pub state: Vec<StateMutation>,
    /// Milliseconds since the epoch.
    pub now: f64,
    /// Whether the caller gave up.
    pub aborted: AbortCheck,
}

/// Numbers about an engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// Instances that run or hold a suspended run.
    pub active_instances: u64,
    /// Instances that are ready for a run.
    pub available_instances: u64,
    /// Bytes of linear memory over all instances.
    pub memory_bytes: u64,
    /// Runs that found their handler compiled.
    pub cache_hits: u64,
    /// Runs that had to compile.
    pub cache_misses: u64,
    /// Runs that wait for an instance; they count as active.
    pub queued_runs: u64,
    /// Suspended runs that hold no instance.
    pub parked_runs: u64,
    /// Bytes that they take.
    pub parked_bytes: u64,
    /// Instances that were made.
    pub created_instances: u64,
    /// Of these, instances that were given up because of what a run left them in: a trap that nothing explains, much
    /// memory, no answer.
    pub replaced_instances: u64,
    /// Times that an instance was brought back to an image instead of made anew.
    pub restored_instances: u64,
    /// Compiled handlers that are kept.
    pub cache_entries: u64,
    /// Bytes that they take.
    pub cache_bytes: u64,
}

/// Runs handlers, each run in an instance of its own.
///
/// Whatever a handler does wrong is a segment with `status: error`; the `Err` of these methods means that the engine
/// itself could not do what it was asked. A future that is dropped gives its run up; [`discard`](Engine::discard)
/// follows.
pub trait Engine {
    /// Starts a run. While it is suspended the engine holds it under its `run_id`; when the segment says success or
    /// error its instance is free again.
    ///
    /// # Errors
    /// `WASM_ERROR` if no instance can be had, `RESOURCE_LIMIT` if too many runs wait for one, `INTERNAL_ERROR`.
    fn start(&self, start: Start) -> LocalFuture<'_, Result<Segment, Error>>;

    /// Goes on with a suspended run.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a run or a suspension that is not known, otherwise as [`Self::start`].
    fn resume<'a>(&'a self, run_id: &'a str, resume: Resume) -> LocalFuture<'a, Result<Segment, Error>>;

    /// Gives up a suspended run and frees its instance. Does nothing if there is none of that name.
    fn discard(&self, run_id: &str);

    /// Turns a suspended run into bytes and forgets it. They are for an engine of the same [identity](Self::identity) to take,
    /// in this process or another.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a run that is not known; otherwise the run is lost.
    fn park<'a>(&'a self, run_id: &'a str) -> LocalFuture<'a, Result<Vec<u8>, Error>>;

    /// Takes a parked run in. It is held as a suspended run under its new name; its ids of suspensions begin with that.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for bytes that are no parked run of this engine's, otherwise as [`Self::start`].
    fn unpark(&self, run: Unpark) -> LocalFuture<'_, Result<(), Error>>;

    /// Compiles a handler ahead of its first run.
    ///
    /// # Errors
    /// `COMPILATION_ERROR` or `RESOURCE_LIMIT` of the source, otherwise as [`Self::start`].
    fn precompile<'a>(&'a self, source: &'a str, limits: &'a Limits) -> LocalFuture<'a, Result<(), Error>>;

    /// What the syntax tree of a source tells.
    ///
    /// # Errors
    /// As [`Self::precompile`].
    fn handler_facts<'a>(&'a self, source: &'a str) -> LocalFuture<'a, Result<HandlerFacts, Error>>;

    /// What the syntax trees of sources tell, each with what [`Self::handler_facts`] says of it, in their order: for many handlers
    /// at once, which an engine may read without beginning anew for each.
    ///
    /// # Errors
    /// As [`Self::start`].
    fn all_handler_facts<'a>(
        &'a self,
        sources: &'a [&'a str],
    ) -> LocalFuture<'a, Result<Vec<Result<HandlerFacts, Error>>, Error>> {
        Box::pin(async move {
            let mut facts = Vec::with_capacity(sources.len());
            for source in sources {
                facts.push(self.handler_facts(source).await);
            }
            Ok(facts)
        })
    }

    /// The capabilities that a source needs, found in its syntax tree.
    ///
    /// # Errors
    /// As [`Self::precompile`].
    fn infer_capabilities<'a>(&'a self, source: &'a str) -> LocalFuture<'a, Result<Vec<CapabilityToken>, Error>> {
        Box::pin(async move { Ok(self.handler_facts(source).await?.capabilities) })
    }

    /// Names the exact build of what computes: a record replays on no other.
    fn identity(&self) -> String;

    /// Numbers for `stats()`.
    fn stats(&self) -> EngineStats;

    /// Frees every instance.
    fn close(&self);
}
