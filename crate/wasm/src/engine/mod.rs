//! The kernel's engine on a JavaScript host: a pool of instances of `sandbox.wasm`, each restored to an image before a run.
//!
//! | module | what it holds |
//! |---|---|
//! | [`instance`], [`exports`] | one instance: memory, globals, calls, traps |
//! | [`meter`] | fuel, wall clock and abort of the call that an instance is in |
//! | [`image`] | the memory that an instance is restored to |
//! | [`compile_cache`] | compiled handlers |
//! | [`pool`] | who gets which instance |
//!
//! Calls into the sandbox may come back to the kernel (a host function that starts another run), so no borrow is ever
//! held across one.

pub mod compile_cache;
pub mod exports;
pub mod image;
pub mod instance;
pub mod meter;
pub mod pool;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{ArrayBuffer, WebAssembly};
use nexus_core::message::{CompileRequest, Compiled, InferRequest, Inferred, ResumeRequest, StartRequest};
use nexus_core::{Answer, CapabilityToken, Error, ErrorCode, Limits, Segment, Status, Value, limits};
use nexus_kernel::engine::{AbortCheck, Engine, EngineStats, HostDispatch, LocalFuture, Resume, Start};
use wasm_bindgen::JsCast;

use crate::executor;

use self::compile_cache::{CompileCache, Key};
use self::exports::Operation;
use self::image::BootImage;
use self::instance::{Called, Instance, Memories, Trap};
use self::meter::{Budget, monotonic_ms};
use self::pool::{Lease, Pool, PoolSize};

/// What every run is called inside. Its own name would be part of what the module hashes and compares, and a run would
/// cost a little more or less depending on its name.
const INNER_NAME: &str = "run";

/// An instance whose memory outgrew its image by more than this is dropped after its run rather than kept: restoring
/// has to clear what it grew by, and a page keeps the memory.
const KEPT_GROWTH: usize = 8 << 20;

/// Runs handlers in instances of the sandbox module.
pub struct WasmEngine {
    module: WebAssembly::Module,
    boot_image: BootImage,
    boot_bytes: usize,
    pool: Rc<Pool<Instance>>,
    memories: Memories,
    created: Cell<u64>,
    replaced: Cell<u64>,
    restored: Cell<u64>,
    cache: RefCell<CompileCache>,
    suspended: RefCell<HashMap<String, SuspendedRun>>,
    cache_hits: Cell<u64>,
    cache_misses: Cell<u64>,
}

/// A run that waits for answers, with the instance that holds it.
struct SuspendedRun {
    lease: Lease<Instance>,
    budget: Budget,
    memory_limit: u64,
    host: HostDispatch,
}

/// A handler in an instance, ready to start.
struct Ready {
    lease: Lease<Instance>,
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
    pub async fn open(module: WebAssembly::Module, size: PoolSize) -> Result<Rc<Self>, Error> {
        let memories = Memories::default();
        let first = Instance::new(&module, &memories).await?;
        let boot_image = BootImage::of(&first);
        let engine = Rc::new(Self {
            module,
            boot_bytes: first.memory_bytes(),
            boot_image,
            pool: Pool::new(size),
            memories,
            created: Cell::new(1),
            replaced: Cell::new(0),
            restored: Cell::new(0),
            cache: RefCell::new(CompileCache::new(compile_cache::BYTES)),
            suspended: RefCell::default(),
            cache_hits: Cell::new(0),
            cache_misses: Cell::new(0),
        });
        engine.pool.add(first);
        for _ in 1..size.min_instances {
            engine.pool.add(engine.instance().await?);
        }
        Ok(engine)
    }

    async fn instance(&self) -> Result<Instance, Error> {
        let instance = Instance::new(&self.module, &self.memories).await?;
        count(&self.created);
        Ok(instance)
    }

    /// A lease whose instance is at the boot image.
    async fn booted(&self) -> Result<Lease<Instance>, Error> {
        let mut lease = self.pool.lease().await?;
        match lease.instance() {
            Some(instance) => {
                self.boot_image.restore(instance)?;
                count(&self.restored);
            }
            None => lease.put(self.instance().await?),
        }
        Ok(lease)
    }

    /// Frees the instance of the lease.
    fn replace(&self, lease: &mut Lease<Instance>) {
        drop(lease.take());
        count(&self.replaced);
    }

    /// An instance in which the handler is compiled.
    async fn ready(&self, source: &str, limits: &Limits, aborted: Option<AbortCheck>) -> Result<Ready, NotReady> {
        let request = CompileRequest { source: source.to_owned(), limits: compilation_limits(limits) };
        let key = Key::of(&request)?;
        let mut lease = self.booted().await?;
        let Some(instance) = lease.instance() else {
            return Err(Error::internal("a lease without an instance").into());
        };
        let image = self.cache.borrow_mut().get(&key);
        if let Some(image) = image {
            image.apply(instance)?;
            return Ok(Ready { lease, compilation_time_us: None });
        }
        instance.set_memory_limit(limits.memory_bytes.max(limits::MEMORY_BYTES))?;
        let since = monotonic_ms();
        let budget = Budget::new(limits::compilation_fuel(source.len() as u64), limits.timeout_ms);
        let called: Called<Compiled> = instance.call(Operation::Compile, &request, budget, None, aborted);
        let failed = match called.outcome {
            Ok(compiled) => compiled.outcome.err(),
            Err(trap) => {
                self.replace(&mut lease);
                Some(trap.error)
            }
        };
        if let Some(error) = failed {
            return Err(NotReady::Handler(error));
        }
        if let Some(instance) = lease.instance() {
            instance.reset_globals();
            let image = self.boot_image.difference(instance);
            // The limit is part of the boot image's memory, so it is set after each restore and not here.
            self.cache.borrow_mut().insert(key, Rc::new(image));
        }
        Ok(Ready { lease, compilation_time_us: Some(microseconds(monotonic_ms() - since)) })
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
        if let Some(instance) = run.lease.instance() {
            instance.set_memory_limit(limits.memory_bytes)?;
        }
        let mut segment = self.segment(run_id, run, Operation::Start, &request, aborted);
        segment.metrics.cache_hit = cache_hit;
        segment.metrics.compilation_time_us = ready.compilation_time_us;
        Ok(segment)
    }

    /// Runs one segment. The run is kept if it is suspended at the end.
    fn segment(
        &self,
        run_id: String,
        mut run: SuspendedRun,
        operation: Operation,
        request: &impl serde::Serialize,
        aborted: AbortCheck,
    ) -> Segment {
        let Some(instance) = run.lease.instance() else {
            return Segment::failed(run_id, Error::internal("a run without an instance"));
        };
        let before = run.budget;
        let called: Called<Segment> =
            instance.call(operation, request, before, Some(Rc::clone(&run.host)), Some(aborted));
        run.budget = called.budget;
        let healthy = match &called.outcome {
            Ok(_) => true,
            // A trap that nothing explains: whatever is wrong with the instance goes with it.
            Err(trap) => trap.error.code != ErrorCode::InternalError,
        };
        let kept = healthy && instance.memory_bytes() <= self.boot_bytes + KEPT_GROWTH;
        let memory_bytes = instance.memory_bytes() as u64;
        let mut segment = called.outcome.unwrap_or_else(|trap| stopped(&run_id, trap, run.memory_limit, memory_bytes));
        let suspensions = segment.suspensions.iter_mut().map(|call| &mut call.suspension_id);
        for suspension_id in suspensions.chain(&mut segment.aborted) {
            rename(suspension_id, INNER_NAME, &run_id);
        }
        segment.run_id = run_id;
        segment.metrics.fuel_used = called.budget.fuel_used - before.fuel_used;
        segment.metrics.duration_us = microseconds(called.budget.time_used_ms - before.time_used_ms);
        if segment.status == Status::Suspended {
            self.suspended.borrow_mut().insert(segment.run_id.clone(), run);
        } else if !kept {
            self.replace(&mut run.lease);
        }
        segment
    }

    async fn infer(&self, source: &str) -> Result<Vec<CapabilityToken>, Error> {
        let mut lease = self.booted().await?;
        let request = InferRequest { source: source.to_owned(), limits: Limits::default() };
        let Some(instance) = lease.instance() else {
            return Err(Error::internal("a lease without an instance"));
        };
        instance.set_memory_limit(limits::MEMORY_BYTES)?;
        let budget = Budget::new(limits::compilation_fuel(source.len() as u64), limits::TIMEOUT_MS);
        let called: Called<Inferred> = instance.call(Operation::Infer, &request, budget, None, None);
        match called.outcome {
            Ok(inferred) => inferred.outcome,
            Err(trap) => {
                self.replace(&mut lease);
                Err(trap.error)
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
            let request = ResumeRequest { answers, state, now };
            Ok(self.segment(run_id.to_owned(), run, Operation::Resume, &request, aborted))
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

    fn stats(&self) -> EngineStats {
        let memory =
            |memory: &WebAssembly::Memory| u64::from(memory.buffer().unchecked_into::<ArrayBuffer>().byte_length());
        EngineStats {
            active_instances: self.pool.active(),
            available_instances: self.pool.available(),
            memory_bytes: self.memories.borrow().values().map(memory).sum(),
            cache_hits: self.cache_hits.get(),
            cache_misses: self.cache_misses.get(),
            queued_runs: self.pool.waiting(),
            created_instances: self.created.get(),
            replaced_instances: self.replaced.get(),
            restored_instances: self.restored.get(),
            cache_entries: self.cache.borrow().entries(),
            cache_bytes: self.cache.borrow().bytes(),
        }
    }

    fn close(&self) {
        self.pool.close();
        let suspended = self.suspended.take();
        drop(suspended);
        self.cache.borrow_mut().clear();
    }
}

fn count(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
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
    let mut segment = post_mortem.unwrap_or_else(|| {
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
