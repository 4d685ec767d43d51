//! The kernel's engine on a JavaScript host: a pool of instances of `sandbox.wasm`, each restored to an image before a run.
//!
//! | module | what it holds |
//! |---|---|
//! | [`sandboxes`] | makes, lends and replaces sandboxes |
//! | [`sandbox`], [`inline_sandbox`] | an instance that serves run after run |
//! | [`worker_sandbox`], [`worker_side`], [`worker_message`] | the same behind a Worker: the kernel's side, the Worker's, what they say |
//! | [`host_call`] | what a handler calls of the embedder's |
//! | [`instance`], [`exports`] | one instance: memory, globals, calls, traps |
//! | [`meter`] | fuel, wall clock and abort of the call that an instance is in |
//! | [`image`] | the memory that an instance is restored to |
//! | [`compile_cache`], [`image_store`] | compiled handlers, in memory and in the platform's storage |
//! | [`pool`] | who gets which instance |
//! | [`suspended_runs`], `parking`, [`parked_run`] | runs that wait for answers, in an instance or parked; how they change between the two; one as bytes |
//!
//! Calls into the sandbox may come back to the kernel (a host function that starts another run), so no borrow is ever
//! held across one.

pub mod build_stamp;
pub mod compile_cache;
pub mod exports;
pub mod host_call;
pub mod image;
pub mod image_store;
pub mod inline_sandbox;
pub mod instance;
pub mod meter;
pub mod parked_run;
mod parking;
pub mod pool;
pub mod sandbox;
pub mod sandboxes;
pub mod suspended_runs;
pub mod worker_message;
pub mod worker_sandbox;
pub mod worker_side;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, WebAssembly};
use nexus_core::message::{CompileRequest, InferRequest, Inferred, PostMortem, ResumeRequest, StartRequest};
use nexus_core::{Answer, Error, ErrorCode, HandlerFacts, Limits, Segment, Status, Value, limits, msgpack};
use nexus_kernel::engine::{AbortCheck, Engine, EngineStats, LocalFuture, Resume, Start, Unpark};

use crate::executor;

use self::build_stamp::build_stamp;
use self::compile_cache::{CompileCache, CompiledHandler, Key};
use self::exports::Operation;
use self::image_store::ImageStore;
use self::instance::Trap;
use self::meter::{Budget, monotonic_ms};
use self::pool::{Lease, PoolSize, Purpose};
use self::sandbox::{Footing, Prepared, Sandbox};
use self::sandboxes::{Sandboxes, count, no_sandbox};
use self::suspended_runs::{Run, SuspendedRuns};

/// What every run is called inside. Its own name would be part of what the module hashes and compares, and a run would
/// cost a little more or less depending on its name.
const INNER_NAME: &str = "run";

/// An instance whose memory outgrew its image by more than this is dropped after its run rather than kept: restoring
/// has to clear what it grew by, and a page keeps the memory.
const KEPT_GROWTH: u64 = 8 << 20;

/// Runs handlers in instances of the sandbox module.
pub struct WasmEngine {
    /// The hash of the module.
    identity: String,
    sandboxes: Rc<Sandboxes>,
    /// Bytes that an instance begins with.
    boot_bytes: u64,
    cache: RefCell<CompileCache>,
    image_store: Option<ImageStore>,
    suspended: Rc<SuspendedRuns>,
    /// Held, besides here, by each run that is being parked for one that waits.
    making_way: Rc<()>,
    cache_hits: Cell<u64>,
    cache_misses: Cell<u64>,
}

/// What an engine is made with.
pub struct EngineOptions {
    /// [`Threads::start`](crate::surroundings::Threads::start), if instances are to live in Workers.
    pub start_worker: Option<Function>,
    /// How many instances.
    pub pool: PoolSize,
    /// Most bytes of suspended runs that hold no instance.
    pub max_parked_bytes: u32,
    /// Bytes of compiled handlers that are kept in memory.
    pub cache_bytes: u32,
    /// Where they are kept besides.
    pub image_store: Option<ImageStore>,
}

/// A handler in an instance, ready to start.
struct Ready {
    lease: Lease<Sandbox>,
    handler: CompiledHandler,
    /// Microseconds that compiling took; `None` if it was at hand.
    compilation_time_us: Option<u64>,
}

/// Why there is no ready handler.
enum NotReady {
    /// The source, or what compiling it used up: a result of the run.
    Handler(Error),
    /// The engine cannot do it.
    Engine(Error),
}

impl From<Error> for NotReady {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl WasmEngine {
    /// Makes the first instances.
    ///
    /// # Errors
    /// `WASM_ERROR` if the module is not the sandbox's or the platform refuses it.
    pub async fn open(module: WebAssembly::Module, options: EngineOptions) -> Result<Rc<Self>, Error> {
        let EngineOptions { start_worker, pool, max_parked_bytes, cache_bytes, image_store } = options;
        let identity = build_stamp(&module)?;
        let (sandboxes, boot_bytes) = Sandboxes::open(module, start_worker, pool).await?;
        Ok(Rc::new(Self {
            identity,
            sandboxes: Rc::new(sandboxes),
            boot_bytes,
            cache: RefCell::new(CompileCache::new(cache_bytes as usize)),
            image_store,
            suspended: SuspendedRuns::new(max_parked_bytes),
            making_way: Rc::default(),
            cache_hits: Cell::new(0),
            cache_misses: Cell::new(0),
        }))
    }

    /// Bytes of memory up to which an instance is kept after its run.
    const fn largest_kept(&self) -> u64 {
        self.boot_bytes + KEPT_GROWTH
    }

    /// A compiled handler, if it is at hand.
    async fn compiled(&self, key: &Key, source: &Rc<str>) -> Option<CompiledHandler> {
        let kept = self.cache.borrow_mut().get(key);
        if kept.is_some() {
            return kept;
        }
        let image = Rc::new(self.image_store.as_ref()?.get(key).await?);
        let stored = CompiledHandler { source: Rc::clone(source), image };
        self.cache.borrow_mut().insert(*key, stored.clone());
        Some(stored)
    }

    /// A compiled handler.
    async fn handler(&self, source: Rc<str>, limits: &Limits) -> Result<CompiledHandler, Error> {
        let key = Key::of(&self.identity, &compile_request(&source, limits))?;
        if let Some(handler) = self.compiled(&key, &source).await {
            return Ok(handler);
        }
        match self.ready(source, limits, None).await {
            Ok(ready) => Ok(ready.handler),
            Err(NotReady::Handler(error) | NotReady::Engine(error)) => Err(error),
        }
    }

    /// An instance in which the handler is compiled.
    async fn ready(&self, source: Rc<str>, limits: &Limits, aborted: Option<AbortCheck>) -> Result<Ready, NotReady> {
        let request = compile_request(&source, limits);
        let key = Key::of(&self.identity, &request)?;
        let mut lease = self.lease(Purpose::New).await?;
        let budget = Budget::new(limits::compilation_fuel(source.len() as u64), limits.timeout_ms);
        let (memory_limit, time_ms) = (limits.memory_bytes, budget.time_ms);
        if let Some(handler) = self.compiled(&key, &source).await {
            let footing = Footing::Compiled(Rc::clone(&handler.image));
            self.sandboxes.prepare(&mut lease, footing, memory_limit, time_ms, aborted).await?;
            return Ok(Ready { lease, handler, compilation_time_us: None });
        }
        let footing = Footing::Source(msgpack::encode(&request)?, budget);
        let since = monotonic_ms();
        match self.sandboxes.prepare(&mut lease, footing, memory_limit, time_ms, aborted).await? {
            Prepared::Compiled(image) => {
                if let Some(store) = &self.image_store {
                    store.put(&key, &image);
                }
                let handler = CompiledHandler { source, image };
                self.cache.borrow_mut().insert(key, handler.clone());
                let compilation_time_us = Some(microseconds(monotonic_ms() - since));
                Ok(Ready { lease, handler, compilation_time_us })
            }
            Prepared::Refused { error, .. } => Err(NotReady::Handler(error)),
            Prepared::Restored => Err(Error::internal("a sandbox did not compile what it was given").into()),
        }
    }

    async fn run(&self, start: Start) -> Result<Segment, Error> {
        let Start { run_id, source, context, limits, extensions, host_functions, host, now, seed, aborted } = start;
        let inner_name = INNER_NAME.to_owned();
        let request =
            StartRequest { run_id: inner_name, context, extensions, host_functions, now, seed: seed.to_vec() };
        // Before it waits for an instance: as values the context takes ten times as much.
        let message = msgpack::encode(&request)?;
        drop(request);
        executor::next_turn().await;
        let ready = match self.ready(source, &limits, Some(Rc::clone(&aborted))).await {
            Ok(ready) => ready,
            Err(NotReady::Handler(error)) => {
                count(&self.cache_misses);
                return Ok(Segment::failed(run_id, error));
            }
            Err(NotReady::Engine(error)) => return Err(error),
        };
        // It may have been given up while it waited for the instance; a short handler never ticks.
        if aborted() {
            return Ok(Segment::failed(run_id, meter::cancelled()));
        }
        let cache_hit = ready.compilation_time_us.is_none();
        count(if cache_hit { &self.cache_hits } else { &self.cache_misses });
        let run = Run {
            handler: ready.handler,
            budget: Budget::new(limits.fuel, limits.timeout_ms),
            memory_limit: limits.memory_bytes,
            host,
        };
        let mut segment = self.segment(run_id, run, ready.lease, Operation::Start, message, aborted).await;
        segment.metrics.cache_hit = cache_hit;
        segment.metrics.compilation_time_us = ready.compilation_time_us;
        Ok(segment)
    }

    /// Runs one segment. The run is kept if it is suspended at the end.
    async fn segment(
        &self,
        run_id: String,
        mut run: Run,
        mut lease: Lease<Sandbox>,
        operation: Operation,
        message: Vec<u8>,
        aborted: AbortCheck,
    ) -> Segment {
        // Out of the lease: if this future is dropped, so is what may be computing.
        let Some(mut sandbox) = lease.take() else { return Segment::failed(run_id, no_sandbox()) };
        let (before, since) = (run.budget, monotonic_ms());
        let called = sandbox.call(operation, message, before, Some(Rc::clone(&run.host)), Some(aborted)).await;
        let memory_bytes = sandbox.memory_bytes();
        let called = match called {
            Ok(called) => called,
            Err(error) => {
                self.sandboxes.lost();
                let mut segment = stopped(&run_id, Trap { error, post_mortem: None }, run.memory_limit, memory_bytes);
                segment.metrics.duration_us = microseconds(monotonic_ms() - since);
                return segment;
            }
        };
        run.budget = called.budget;
        let answer = called.answer::<Segment>();
        let healthy = match &answer {
            Ok(_) => true,
            // A trap that nothing explains: whatever is wrong with the instance goes with it.
            Err(trap) => trap.error.code != ErrorCode::InternalError,
        };
        let mut segment = answer.unwrap_or_else(|trap| stopped(&run_id, trap, run.memory_limit, memory_bytes));
        let suspensions = segment.suspensions.iter_mut().map(|call| &mut call.suspension_id);
        for suspension_id in suspensions.chain(&mut segment.aborted) {
            rename(suspension_id, INNER_NAME, &run_id);
        }
        segment.run_id = run_id;
        segment.metrics.fuel_used = run.budget.fuel_used - before.fuel_used;
        segment.metrics.duration_us = microseconds(run.budget.time_used_ms - before.time_used_ms);
        if segment.status == Status::Suspended {
            lease.put(sandbox);
            self.suspended.hold(segment.run_id.clone(), run, lease);
            self.make_way().await;
        } else if healthy {
            lease.put(sandbox);
            self.sandboxes.give_back(lease, self.largest_kept());
        } else {
            self.sandboxes.replace(&mut lease, sandbox);
        }
        segment
    }

    /// Reads sources one after another. Reading runs nothing of them, so a sandbox that has read one reads the next as it is.
    async fn infer(&self, sources: &[&str]) -> Result<Vec<Result<HandlerFacts, Error>>, Error> {
        let mut facts = Vec::with_capacity(sources.len());
        let mut used: Option<(Lease<Sandbox>, Sandbox)> = None;
        while let Some(source) = sources.get(facts.len()) {
            let budget = Budget::new(limits::compilation_fuel(source.len() as u64), limits::TIMEOUT_MS);
            let is_fresh = used.is_none();
            let (mut lease, mut sandbox) = match used.take() {
                Some(used) => used,
                None => {
                    let mut lease = self.lease(Purpose::New).await?;
                    let (most, time_ms) = (limits::MEMORY_BYTES, budget.time_ms);
                    self.sandboxes.prepare(&mut lease, Footing::Booted, most, time_ms, None).await?;
                    let sandbox = lease.take().ok_or_else(no_sandbox)?;
                    (lease, sandbox)
                }
            };
            let message = msgpack::encode(&InferRequest { source: (*source).to_owned(), limits: Limits::default() })?;
            let called = sandbox.call(Operation::Infer, message, budget, None, None).await;
            match called.map(instance::Called::answer::<Inferred>) {
                Ok(Ok(inferred)) => {
                    facts.push(inferred.outcome);
                    used = Some((lease, sandbox));
                }
                Ok(Err(trap)) => {
                    self.sandboxes.replace(&mut lease, sandbox);
                    // Others may have left little memory to this one: then it is read once more.
                    if is_fresh {
                        facts.push(Err(trap.error));
                    }
                }
                Err(error) => {
                    self.sandboxes.lost();
                    return Err(error);
                }
            }
        }
        if let Some((mut lease, sandbox)) = used {
            lease.put(sandbox);
        }
        Ok(facts)
    }
}

impl Engine for WasmEngine {
    fn start(&self, start: Start) -> LocalFuture<'_, Result<Segment, Error>> {
        Box::pin(self.run(start))
    }

    fn resume<'a>(&'a self, run_id: &'a str, resume: Resume) -> LocalFuture<'a, Result<Segment, Error>> {
        Box::pin(async move {
            executor::next_turn().await;
            let (run, lease) = self.held(run_id).await?;
            let Resume { mut answers, state, now, aborted } = resume;
            for Answer { suspension_id, .. } in &mut answers {
                rename(suspension_id, run_id, INNER_NAME);
            }
            let message = msgpack::encode(&ResumeRequest { answers, state, now })?;
            Ok(self.segment(run_id.to_owned(), run, lease, Operation::Resume, message, aborted).await)
        })
    }

    fn discard(&self, run_id: &str) {
        self.suspended.discard(run_id);
    }

    fn park<'a>(&'a self, run_id: &'a str) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(self.take_out(run_id))
    }

    fn unpark(&self, run: Unpark) -> LocalFuture<'_, Result<(), Error>> {
        Box::pin(self.take_in(run))
    }

    fn precompile<'a>(&'a self, source: &'a str, limits: &'a Limits) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async move { self.handler(source.into(), limits).await.map(drop) })
    }

    fn handler_facts<'a>(&'a self, source: &'a str) -> LocalFuture<'a, Result<HandlerFacts, Error>> {
        Box::pin(async move { self.infer(&[source]).await?.pop().ok_or_else(no_sandbox)? })
    }

    fn all_handler_facts<'a>(
        &'a self,
        sources: &'a [&'a str],
    ) -> LocalFuture<'a, Result<Vec<Result<HandlerFacts, Error>>, Error>> {
        Box::pin(self.infer(sources))
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn stats(&self) -> EngineStats {
        let cache = self.cache.borrow();
        let (parked_runs, parked_bytes) = self.suspended.parked();
        EngineStats {
            parked_runs,
            parked_bytes,
            cache_hits: self.cache_hits.get(),
            cache_misses: self.cache_misses.get(),
            cache_entries: cache.entries(),
            cache_bytes: cache.bytes(),
            ..self.sandboxes.stats()
        }
    }

    fn close(&self) {
        self.sandboxes.close();
        self.suspended.clear();
        self.cache.borrow_mut().clear();
    }
}

/// Names of suspensions begin with their run's.
fn rename(suspension_id: &mut String, from: &str, to: &str) {
    if let Some(rest) = suspension_id.strip_prefix(from) {
        *suspension_id = format!("{to}{rest}");
    }
}

/// What compiling a handler asks for. Of the limits those that the host keeps are the same for all, so that handlers which
/// differ in them alone share their image.
fn compile_request(source: &str, limits: &Limits) -> CompileRequest {
    let Limits { timeout_ms, fuel, memory_bytes, suspension_timeout_ms, .. } = Limits::default();
    let limits = Limits { timeout_ms, fuel, memory_bytes, suspension_timeout_ms, ..limits.clone() };
    CompileRequest { source: source.to_owned(), limits }
}

/// The segment of a run that was stopped: what it did until then, and where it was.
fn stopped(run_id: &str, trap: Trap, memory_limit: u64, memory_bytes: u64) -> Segment {
    let Trap { mut error, post_mortem } = trap;
    let told = post_mortem.and_then(|told| msgpack::decode::<PostMortem>(&told).ok());
    let mut segment = told.unwrap_or_else(|| {
        let mut segment = Segment::new(run_id, Status::Error);
        // The heap's own count is lost with the rest; the whole memory bounds it.
        segment.metrics.memory_used_bytes = memory_bytes;
        segment.metrics.memory_peak_bytes = memory_bytes;
        segment
    });
    if error.code == ErrorCode::MemoryLimit {
        #[expect(clippy::cast_precision_loss, reason = "memories are below 2^53 bytes")]
        let (limit, used) = (memory_limit as f64, segment.metrics.memory_peak_bytes as f64);
        let context = [("resource", Value::from("memory")), ("limit", limit.into()), ("used", used.into())];
        error = error.with_context(Value::object(context));
    }
    if let Some(told) = segment.error.take() {
        error.stack = told.stack;
        error.location = told.location;
        error.snippet = told.snippet;
    }
    segment.status = Status::Error;
    segment.return_value = None;
    segment.error = Some(error);
    segment
}

fn microseconds(milliseconds: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a duration, never negative")]
    let microseconds = (milliseconds * 1_000.0).round().max(0.0) as u64;
    microseconds
}
