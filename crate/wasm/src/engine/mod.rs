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
pub mod pool;
pub mod sandbox;
pub mod sandboxes;
pub mod worker_message;
pub mod worker_sandbox;
pub mod worker_side;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Function, WebAssembly};
use nexus_core::message::{CompileRequest, InferRequest, Inferred, PostMortem, ResumeRequest, StartRequest};
use nexus_core::{Answer, CapabilityToken, Error, ErrorCode, Limits, Segment, Status, Value, limits, msgpack};
use nexus_kernel::engine::{AbortCheck, Engine, EngineStats, HostDispatch, LocalFuture, Resume, Start};

use crate::executor;

use self::build_stamp::build_stamp;
use self::compile_cache::{CompileCache, Key};
use self::exports::Operation;
use self::image::CompiledImage;
use self::image_store::ImageStore;
use self::instance::Trap;
use self::meter::{Budget, monotonic_ms};
use self::pool::{Lease, PoolSize};
use self::sandbox::{Footing, Prepared, Sandbox};
use self::sandboxes::{Sandboxes, count, no_sandbox};

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
    sandboxes: Sandboxes,
    /// Bytes that an instance begins with.
    boot_bytes: u64,
    cache: RefCell<CompileCache>,
    image_store: Option<ImageStore>,
    suspended: RefCell<HashMap<String, SuspendedRun>>,
    cache_hits: Cell<u64>,
    cache_misses: Cell<u64>,
}

/// What an engine is made with.
pub struct EngineOptions {
    /// [`Threads::start`](crate::surroundings::Threads::start), if instances are to live in Workers.
    pub start_worker: Option<Function>,
    /// How many instances.
    pub pool: PoolSize,
    /// Bytes of compiled handlers that are kept in memory.
    pub cache_bytes: u32,
    /// Where they are kept besides.
    pub image_store: Option<ImageStore>,
}

/// A run that waits for answers, with the instance that holds it.
struct SuspendedRun {
    lease: Lease<Sandbox>,
    budget: Budget,
    memory_limit: u64,
    host: HostDispatch,
}

/// A handler in an instance, ready to start.
struct Ready {
    lease: Lease<Sandbox>,
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
        let EngineOptions { start_worker, pool, cache_bytes, image_store } = options;
        let identity = build_stamp(&module)?;
        let (sandboxes, boot_bytes) = Sandboxes::open(module, start_worker, pool).await?;
        Ok(Rc::new(Self {
            identity,
            sandboxes,
            boot_bytes,
            cache: RefCell::new(CompileCache::new(cache_bytes as usize)),
            image_store,
            suspended: RefCell::default(),
            cache_hits: Cell::new(0),
            cache_misses: Cell::new(0),
        }))
    }

    /// What a handler is compiled to, if it is at hand.
    async fn image(&self, key: &Key) -> Option<Rc<CompiledImage>> {
        let kept = self.cache.borrow_mut().get(key);
        if kept.is_some() {
            return kept;
        }
        let stored = Rc::new(self.image_store.as_ref()?.get(key).await?);
        self.cache.borrow_mut().insert(*key, Rc::clone(&stored));
        Some(stored)
    }

    /// An instance in which the handler is compiled.
    async fn ready(&self, source: &str, limits: &Limits, aborted: Option<AbortCheck>) -> Result<Ready, NotReady> {
        let request = CompileRequest { source: source.to_owned(), limits: compilation_limits(limits) };
        let key = Key::of(&self.identity, &request)?;
        let mut lease = self.sandboxes.lease().await?;
        let footing = match self.image(&key).await {
            Some(image) => Footing::Compiled(image),
            None => {
                let budget = Budget::new(limits::compilation_fuel(source.len() as u64), limits.timeout_ms);
                Footing::Source(msgpack::encode(&request)?, budget)
            }
        };
        let since = monotonic_ms();
        match self.sandboxes.prepare(&mut lease, footing, limits, aborted).await? {
            Prepared::Restored => Ok(Ready { lease, compilation_time_us: None }),
            Prepared::Compiled(image) => {
                if let Some(store) = &self.image_store {
                    store.put(&key, &image);
                }
                self.cache.borrow_mut().insert(key, Rc::new(image));
                Ok(Ready { lease, compilation_time_us: Some(microseconds(monotonic_ms() - since)) })
            }
            Prepared::Refused { error, .. } => Err(NotReady::Handler(error)),
        }
    }

    async fn run(&self, start: Start) -> Result<Segment, Error> {
        executor::next_turn().await;
        let Start { run_id, source, context, limits, extensions, host_functions, host, now, seed, aborted } = start;
        let ready = match self.ready(&source, &limits, Some(Rc::clone(&aborted))).await {
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
        let request = StartRequest {
            run_id: INNER_NAME.to_owned(),
            context,
            extensions,
            host_functions,
            now,
            seed: seed.to_vec(),
        };
        let run = SuspendedRun {
            lease: ready.lease,
            budget: Budget::new(limits.fuel, limits.timeout_ms),
            memory_limit: limits.memory_bytes,
            host,
        };
        let message = msgpack::encode(&request)?;
        let mut segment = self.segment(run_id, run, Operation::Start, message, aborted).await;
        segment.metrics.cache_hit = cache_hit;
        segment.metrics.compilation_time_us = ready.compilation_time_us;
        Ok(segment)
    }

    /// Runs one segment. The run is kept if it is suspended at the end.
    async fn segment(
        &self,
        run_id: String,
        mut run: SuspendedRun,
        operation: Operation,
        message: Vec<u8>,
        aborted: AbortCheck,
    ) -> Segment {
        // Out of the lease: if this future is dropped, so is what may be computing.
        let Some(mut sandbox) = run.lease.take() else { return Segment::failed(run_id, no_sandbox()) };
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
        let kept = healthy && memory_bytes <= self.boot_bytes + KEPT_GROWTH;
        let mut segment = answer.unwrap_or_else(|trap| stopped(&run_id, trap, run.memory_limit, memory_bytes));
        let suspensions = segment.suspensions.iter_mut().map(|call| &mut call.suspension_id);
        for suspension_id in suspensions.chain(&mut segment.aborted) {
            rename(suspension_id, INNER_NAME, &run_id);
        }
        segment.run_id = run_id;
        segment.metrics.fuel_used = run.budget.fuel_used - before.fuel_used;
        segment.metrics.duration_us = microseconds(run.budget.time_used_ms - before.time_used_ms);
        if segment.status == Status::Suspended {
            run.lease.put(sandbox);
            self.suspended.borrow_mut().insert(segment.run_id.clone(), run);
        } else if kept {
            run.lease.put(sandbox);
        } else {
            self.sandboxes.replace(&mut run.lease, sandbox);
        }
        segment
    }

    async fn infer(&self, source: &str) -> Result<Vec<CapabilityToken>, Error> {
        let mut lease = self.sandboxes.lease().await?;
        self.sandboxes.prepare(&mut lease, Footing::Booted, &Limits::default(), None).await?;
        let mut sandbox = lease.take().ok_or_else(no_sandbox)?;
        let message = msgpack::encode(&InferRequest { source: source.to_owned(), limits: Limits::default() })?;
        let budget = Budget::new(limits::compilation_fuel(source.len() as u64), limits::TIMEOUT_MS);
        let called = sandbox.call(Operation::Infer, message, budget, None, None).await;
        match called.map(instance::Called::answer::<Inferred>) {
            Ok(Ok(inferred)) => {
                lease.put(sandbox);
                inferred.outcome
            }
            Ok(Err(trap)) => {
                self.sandboxes.replace(&mut lease, sandbox);
                Err(trap.error)
            }
            Err(error) => {
                self.sandboxes.lost();
                Err(error)
            }
        }
    }
}

impl Engine for WasmEngine {
    fn start(&self, start: Start) -> LocalFuture<'_, Result<Segment, Error>> {
        Box::pin(self.run(start))
    }

    fn resume<'a>(&'a self, run_id: &'a str, resume: Resume) -> LocalFuture<'a, Result<Segment, Error>> {
        Box::pin(async move {
            executor::next_turn().await;
            let run = self.suspended.borrow_mut().remove(run_id);
            let run = run.ok_or_else(|| Error::invalid_argument(format!("no run {run_id:?} is suspended")))?;
            let Resume { mut answers, state, now, aborted } = resume;
            for Answer { suspension_id, .. } in &mut answers {
                rename(suspension_id, run_id, INNER_NAME);
            }
            let message = msgpack::encode(&ResumeRequest { answers, state, now })?;
            Ok(self.segment(run_id.to_owned(), run, Operation::Resume, message, aborted).await)
        })
    }

    fn discard(&self, run_id: &str) {
        // Dropped out of the borrow: the lease may go to a run that waits.
        let run = self.suspended.borrow_mut().remove(run_id);
        drop(run);
    }

    fn precompile<'a>(&'a self, source: &'a str, limits: &'a Limits) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            match self.ready(source, limits, None).await {
                Ok(_) => Ok(()),
                Err(NotReady::Handler(error) | NotReady::Engine(error)) => Err(error),
            }
        })
    }

    fn infer_capabilities<'a>(&'a self, source: &'a str) -> LocalFuture<'a, Result<Vec<CapabilityToken>, Error>> {
        Box::pin(self.infer(source))
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn stats(&self) -> EngineStats {
        let cache = self.cache.borrow();
        EngineStats {
            cache_hits: self.cache_hits.get(),
            cache_misses: self.cache_misses.get(),
            cache_entries: cache.entries(),
            cache_bytes: cache.bytes(),
            ..self.sandboxes.stats()
        }
    }

    fn close(&self) {
        self.sandboxes.close();
        let suspended = self.suspended.take();
        drop(suspended);
        self.cache.borrow_mut().clear();
    }
}

/// Names of suspensions begin with their run's.
fn rename(suspension_id: &mut String, from: &str, to: &str) {
    if let Some(rest) = suspension_id.strip_prefix(from) {
        *suspension_id = format!("{to}{rest}");
    }
}

/// The limits that are compiled into a handler; those that the host keeps are the same for all, so that handlers which
/// differ in them alone share their image.
fn compilation_limits(limits: &Limits) -> Limits {
    let Limits { timeout_ms, fuel, memory_bytes, suspension_timeout_ms, .. } = Limits::default();
    Limits { timeout_ms, fuel, memory_bytes, suspension_timeout_ms, ..limits.clone() }
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
