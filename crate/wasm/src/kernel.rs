//! The kernel as a JavaScript class. The facade in `pkg-config/` gives it its final shape and types.

use std::future::Future;
use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use js_sys::{Array, Function, Promise, Reflect, WebAssembly};
use nexus_core::{Error, ErrorCode, Limits, Segment, Value};
use nexus_kernel::abort::AbortSignal;
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::spawner::Spawner;
use nexus_kernel::{
    CallContext, HookFailure, HttpExtension, HttpOptions, Kernel, Platform, ResumeOptions, RunOptions,
    SegmentObserver, Stats,
};
use wasm_bindgen::prelude::*;

use crate::abort::Followed;
use crate::clock::JsClock;
use crate::engine::WasmEngine;
use crate::engine::pool::PoolSize;
use crate::entropy::JsEntropy;
use crate::extension::JsExtension;
use crate::fetch::FetchHttp;
use crate::interop::context::{self, CONTEXT_FIELDS};
use crate::interop::value::Bounds;
use crate::interop::{
    Failure, Fields, data_to_js, error_from_js, error_to_js, value_from_js, value_to_js,
};
use crate::promise::{ensure_sound, promise};
use crate::{console, executor, host_function};

/// More instances than memory would allow on any platform (each takes 4 MiB at least).
const MOST_INSTANCES: u32 = 1_000;
const LONGEST_QUEUE: u32 = 1_000_000;

struct Microtasks;

impl Spawner for Microtasks {
    fn spawn(&self, task: LocalFuture<'static, ()>) {
        executor::spawn(task);
    }
}

/// A kernel.
#[wasm_bindgen(js_name = Kernel)]
pub struct JsKernel {
    kernel: Kernel,
    platform: Platform,
}

/// Opens a kernel over the sandbox module: a promise for a [`JsKernel`].
///
/// `options` are those of the facade's `createKernel`; extensions are the facade's to register.
///
/// # Errors
/// Rejected with `INVALID_ARGUMENT` naming the option that does not exist or has no such value, or `WASM_ERROR`.
#[wasm_bindgen(js_name = openKernel)]
#[must_use]
pub fn open_kernel(options: &JsValue, sandbox: &JsValue) -> Promise {
    let opened = read_options(options);
    let sandbox = sandbox.clone();
    promise(async move {
        let Opened { limits, pool, clock, entropy } = opened?;
        let module = sandbox.dyn_into::<WebAssembly::Module>();
        let module = module.map_err(|_| refused("the sandbox has to be a WebAssembly.Module"))?;
        let engine = WasmEngine::open(module, pool).await.map_err(Failure::from)?;
        let platform = Platform {
            engine,
            clock: Rc::new(clock),
            entropy: Rc::new(entropy),
            spawner: Rc::new(Microtasks),
        };
        let kernel = Kernel::new(platform.clone(), limits).map_err(Failure::from)?;
        Ok(JsKernel { kernel, platform }.into())
    })
}

struct Opened {
    limits: Limits,
    pool: PoolSize,
    clock: JsClock,
    entropy: JsEntropy,
}

fn read_options(options: &JsValue) -> Result<Opened, Failure> {
    let known = ["limits", "pool", "executor", "extensions", "clock", "entropy"];
    let fields = Fields::open(options, "options", &known)?;
    let executor = fields.get("executor")?;
    match executor.as_string().as_deref() {
        None if executor.is_undefined() => {}
        Some("inline") => {}
        Some("worker") => {
            return Err(Error::invalid_argument("options.executor \"worker\" is not there yet; leave it out").into());
        }
        _ => return Err(fields.wrong("executor", "\"inline\"")),
    }
    let sizes = fields.get("pool")?;
    let sizes = Fields::open(&sizes, "options.pool", &["minInstances", "maxInstances", "maxQueue"])?;
    let usual = PoolSize::default();
    let max_instances = sizes.whole("maxInstances", 1, MOST_INSTANCES)?.unwrap_or(usual.max_instances);
    let pool = PoolSize {
        min_instances: sizes.whole("minInstances", 0, max_instances)?.unwrap_or(usual.min_instances.min(max_instances)),
        max_instances,
        max_queue: sizes.whole("maxQueue", 0, LONGEST_QUEUE)?.unwrap_or(usual.max_queue),
    };
    Ok(Opened {
        limits: context::limits(&fields.get("limits")?, &Limits::default())?,
        pool,
        clock: JsClock::from_js(&fields.get("clock")?)?,
        entropy: JsEntropy::from_js(&fields.get("entropy")?)?,
    })
}

#[wasm_bindgen(js_class = Kernel)]
impl JsKernel {
    /// Runs a handler to its end.
    #[must_use]
    pub fn run(&self, source: &JsValue, options: &JsValue) -> Promise {
        let run = self.read_run(source, options, &["onSegment"]).map(|given| {
            let GivenRun { source, options, observer, followed } = given;
            (self.kernel.run(&source, options, observer), followed)
        });
        promise(async move {
            let (run, followed) = run?;
            let segment = run.await.map_err(Failure::from)?;
            drop(followed);
            Ok(segment_to_js(segment))
        })
    }

    /// Runs a handler to its first suspension.
    #[must_use]
    pub fn execute(&self, source: &JsValue, options: &JsValue) -> Promise {
        let run = self.read_run(source, options, &[]).map(|given| {
            let GivenRun { source, options, followed, .. } = given;
            (self.kernel.execute(&source, options), followed)
        });
        promise(async move {
            let (run, followed) = run?;
            let segment = run.await.map_err(Failure::from)?;
            if segment.status == nexus_core::Status::Suspended {
                // Its signal goes on to count, for as long as the run can be resumed.
                followed.outlive();
            }
            Ok(segment_to_js(segment))
        })
    }

    /// Answers a call of a suspended run.
    #[must_use]
    pub fn resume(&self, suspension_id: &JsValue, answer: &JsValue, options: &JsValue) -> Promise {
        let given = read_resume(suspension_id, answer, options);
        let kernel = self.kernel.clone();
        promise(async move {
            let GivenResume { suspension_id, outcome, options, followed } = given?;
            let segment = kernel.resume(&suspension_id, outcome, options).await.map_err(Failure::from)?;
            drop(followed);
            Ok(segment_to_js(segment))
        })
    }

    /// Compiles a handler ahead of its first run.
    #[must_use]
    pub fn precompile(&self, source: &JsValue, options: &JsValue) -> Promise {
        let given = self.read_service(source, options, &["limits", "signal"]);
        let kernel = self.kernel.clone();
        promise(async move {
            let (source, limits, followed) = given?;
            let compiled = kernel.precompile(&source, Some(&limits));
            cancellable(&followed.signal(), compiled).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// The capabilities that a handler needs.
    #[must_use]
    #[wasm_bindgen(js_name = inferCapabilities)]
    pub fn infer_capabilities(&self, source: &JsValue, options: &JsValue) -> Promise {
        let given = self.read_service(source, options, &["signal"]);
        let kernel = self.kernel.clone();
        promise(async move {
            let (source, _, followed) = given?;
            let tokens = cancellable(&followed.signal(), kernel.infer_capabilities(&source)).await?;
            Ok(tokens.iter().map(|token| JsValue::from(token.to_string())).collect::<Array>().into())
        })
    }

    /// Adds an object of the embedder's as an extension.
    #[wasm_bindgen(js_name = registerExtension)]
    pub fn register_extension(&self, extension: &JsValue) -> Result<(), JsValue> {
        self.ensure_open()?;
        let extension = Rc::new(JsExtension::from_js(extension)?);
        Ok(self.kernel.extensions().register(extension).map_err(Failure::from)?)
    }

    /// Adds the extension `http`, sending by `fetch` or, if that is undefined, by the platform's.
    #[wasm_bindgen(js_name = registerHttp)]
    pub fn register_http(&self, options: &JsValue, fetch: Option<Function>) -> Result<(), JsValue> {
        self.ensure_open()?;
        let options = HttpOptions::from_value(&value_from_js(options, Bounds::WIDEST)?).map_err(Failure::from)?;
        let http = Rc::new(FetchHttp::new(fetch));
        let extension = HttpExtension::new(options, http, Rc::clone(&self.platform.clock)).map_err(Failure::from)?;
        Ok(self.kernel.extensions().register(Rc::new(extension)).map_err(Failure::from)?)
    }

    /// Takes an extension out; its `shutdown` runs on by itself.
    #[wasm_bindgen(js_name = unregisterExtension)]
    pub fn unregister_extension(&self, name: &str) -> Result<bool, JsValue> {
        self.ensure_open()?;
        let extensions = self.kernel.extensions();
        let was_there = extensions.has(name);
        let shutdown = extensions.unregister(name);
        let name = name.to_owned();
        executor::spawn(async move {
            if let Err(error) = shutdown.await {
                console::report(&format!("the extension {name:?} did not shut down"), &error_to_js(&error));
            }
        });
        Ok(was_there)
    }

    /// The names of the extensions.
    #[wasm_bindgen(js_name = listExtensions)]
    pub fn list_extensions(&self) -> Result<Array, JsValue> {
        ensure_sound()?;
        Ok(strings(self.kernel.extensions().list()))
    }

    /// The methods of an extension; none if there is no such extension.
    #[wasm_bindgen(js_name = extensionMethods)]
    pub fn extension_methods(&self, name: &str) -> Result<Array, JsValue> {
        ensure_sound()?;
        Ok(strings(self.kernel.extensions().get_methods(name)))
    }

    /// Calls an extension on the embedder's own behalf.
    #[must_use]
    #[wasm_bindgen(js_name = callExtension)]
    pub fn call_extension(&self, name: String, method: String, args: &JsValue, options: &JsValue) -> Promise {
        let given = read_call(args, options);
        let kernel = self.kernel.clone();
        let open = self.ensure_open();
        promise(async move {
            open?;
            let (args, followed) = given?;
            let call = kernel.extensions().call(&name, &method, args, CallContext::from(followed.signal()));
            Ok(value_to_js(&cancellable(&followed.signal(), call).await?))
        })
    }

    /// Initialises every extension that is not yet: a promise for those that failed.
    #[must_use]
    #[wasm_bindgen(js_name = initExtensions)]
    pub fn init_extensions(&self) -> Promise {
        let kernel = self.kernel.clone();
        let open = self.ensure_open();
        promise(async move {
            open?;
            Ok(failures_to_js(&kernel.extensions().init().await))
        })
    }

    /// Shuts every extension down that was initialised: a promise for those that failed.
    #[must_use]
    #[wasm_bindgen(js_name = shutdownExtensions)]
    pub fn shutdown_extensions(&self) -> Promise {
        let kernel = self.kernel.clone();
        let open = self.ensure_open();
        promise(async move {
            open?;
            Ok(failures_to_js(&kernel.extensions().shutdown().await))
        })
    }

    /// Adds a synchronous host function.
    #[wasm_bindgen(js_name = registerHostFunction)]
    pub fn register_host_function(&self, function: &JsValue) -> Result<(), JsValue> {
        self.ensure_open()?;
        Ok(self.kernel.host_functions().register(host_function::from_js(function)?).map_err(Failure::from)?)
    }

    /// Takes a host function out.
    #[wasm_bindgen(js_name = unregisterHostFunction)]
    pub fn unregister_host_function(&self, name: &str) -> Result<bool, JsValue> {
        self.ensure_open()?;
        Ok(self.kernel.host_functions().unregister(name))
    }

    /// The host functions: `{ name, signature }` each.
    #[wasm_bindgen(js_name = listHostFunctions)]
    pub fn list_host_functions(&self) -> Result<JsValue, JsValue> {
        ensure_sound()?;
        let functions = self.kernel.host_functions().list();
        let describe = |function: nexus_kernel::HostFunction| {
            Value::object([("name", Value::from(function.name)), ("signature", Value::from(function.signature))])
        };
        Ok(value_to_js(&Value::Array(functions.into_iter().map(describe).collect())))
    }

    /// Numbers about the kernel.
    pub fn stats(&self) -> Result<JsValue, JsValue> {
        ensure_sound()?;
        Ok(stats_to_js(&self.kernel.stats()))
    }

    /// Closes the kernel: a promise for the extensions whose `shutdown` failed.
    #[must_use]
    pub fn close(&self) -> Promise {
        let kernel = self.kernel.clone();
        let mut closing = Box::pin(async move { Ok(failures_to_js(&kernel.close().await)) });
        // Begun at once: whoever closes from inside a run (a host function) wants that run to end.
        let closed = closing.as_mut().now_or_never();
        promise(async move {
            match closed {
                Some(closed) => closed,
                None => closing.await,
            }
        })
    }
}

struct GivenRun {
    source: String,
    options: RunOptions,
    observer: Option<SegmentObserver>,
    followed: Followed,
}

struct GivenResume {
    suspension_id: String,
    outcome: Result<Value, Error>,
    options: ResumeOptions,
    followed: Followed,
}

impl JsKernel {
    fn ensure_open(&self) -> Result<(), JsValue> {
        ensure_sound()?;
        if self.kernel.is_closed() { Err(refused("the kernel is closed").into()) } else { Ok(()) }
    }

    fn read_run(&self, source: &JsValue, options: &JsValue, more: &[&str]) -> Result<GivenRun, Failure> {
        let known = [&CONTEXT_FIELDS[..], &["limits", "signal"], more].concat();
        let fields = Fields::open(options, "the run's options", &known)?;
        let limits = context::limits(&fields.get("limits")?, self.kernel.limits())?;
        let observer = if more.is_empty() { None } else { fields.function("onSegment")? };
        let source = context::source(source)?;
        let context = context::context(&fields, &limits)?;
        let followed = Followed::from_js(&fields.get("signal")?)?;
        let options = RunOptions { context, limits: Some(limits), signal: followed.signal() };
        Ok(GivenRun { source, options, observer: observer.map(observe), followed })
    }

    fn read_service(
        &self,
        source: &JsValue,
        options: &JsValue,
        known: &[&str],
    ) -> Result<(String, Limits, Followed), Failure> {
        let fields = Fields::open(options, "options", known)?;
        let limits = if known.contains(&"limits") { fields.get("limits")? } else { JsValue::UNDEFINED };
        let limits = context::limits(&limits, self.kernel.limits())?;
        Ok((context::source(source)?, limits, Followed::from_js(&fields.get("signal")?)?))
    }
}

/// Tells the embedder of each segment. What it throws there is its own affair, and stops nothing.
fn observe(callback: Function) -> SegmentObserver {
    Rc::new(move |segment| {
        if let Err(thrown) = callback.call1(&JsValue::UNDEFINED, &segment_to_js(segment.clone())) {
            console::report("onSegment threw", &thrown);
        }
    })
}

fn read_resume(suspension_id: &JsValue, answer: &JsValue, options: &JsValue) -> Result<GivenResume, Failure> {
    let suspension_id = suspension_id.as_string().ok_or_else(|| refused("the suspension's id has to be a string"))?;
    if answer.is_undefined() {
        return Err(refused("the answer has to be { success: true, value } or { success: false, error }"));
    }
    let answer = Fields::open(answer, "the answer", &["success", "value", "error"])?;
    let outcome = match answer.get("success")?.as_bool() {
        Some(true) => Ok(value_from_js(&answer.get("value")?, Bounds::WIDEST)?),
        Some(false) => Err(read_failure(&answer)?),
        None => return Err(answer.wrong("success", "true or false")),
    };
    let fields = Fields::open(options, "options", &["state", "signal"])?;
    let followed = Followed::from_js(&fields.get("signal")?)?;
    let state = context::state_changes(&fields.get("state")?, Bounds::WIDEST)?;
    let options = ResumeOptions { state, signal: followed.signal() };
    Ok(GivenResume { suspension_id, outcome, options, followed })
}

/// `error` is a text, an error, or anything with a `message`.
fn read_failure(answer: &Fields) -> Result<Error, Failure> {
    let error = answer.get("error")?;
    let has_message = error.is_object() && Reflect::get(&error, &"message".into())?.is_string();
    if error.is_string() || has_message {
        Ok(error_from_js(&error))
    } else {
        Err(answer.wrong("error", "a string or { message, code? }"))
    }
}

fn read_call(args: &JsValue, options: &JsValue) -> Result<(Vec<Value>, Followed), Failure> {
    let args = match args.is_undefined() {
        true => Value::Array(Vec::new()),
        false => value_from_js(args, Bounds::WIDEST)?,
    };
    let Value::Array(args) = args else { return Err(refused("args has to be an array")) };
    let fields = Fields::open(options, "options", &["signal"])?;
    Ok((args, Followed::from_js(&fields.get("signal")?)?))
}

/// Waits for `work` unless and until it is aborted: then `CANCELLED`.
async fn cancellable<T>(signal: &AbortSignal, work: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    if let Some(reason) = signal.reason() {
        return Err(reason.into());
    }
    match select(std::pin::pin!(work), signal.aborted()).await {
        Either::Left((outcome, _)) => Ok(outcome?),
        Either::Right((reason, _)) => Err(reason.into()),
    }
}

fn refused(why: &str) -> Failure {
    Error::new(ErrorCode::InvalidArgument, why).into()
}

fn strings(items: Vec<String>) -> Array {
    items.into_iter().map(JsValue::from).collect()
}

/// A segment without what only the run loop needs to know.
fn segment_to_js(mut segment: Segment) -> JsValue {
    segment.aborted.clear();
    data_to_js(&segment)
}

/// `{ extension, error }` each.
fn failures_to_js(failures: &[HookFailure]) -> JsValue {
    let describe = |failure: &HookFailure| {
        let object = js_sys::Object::new();
        let _ = Reflect::set(&object, &"extension".into(), &failure.extension.as_str().into());
        let _ = Reflect::set(&object, &"error".into(), &error_to_js(&failure.error));
        object
    };
    failures.iter().map(describe).collect::<Array>().into()
}

fn stats_to_js(stats: &Stats) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "counts and sizes stay far below 2^53")]
    let count = |number: u64| Value::Number(number as f64);
    value_to_js(&Value::object([
        ("totalExecutions", count(stats.total_executions)),
        ("activeRuns", count(stats.active_runs)),
        ("suspendedRuns", count(stats.suspended_runs)),
        ("activeInstances", count(stats.active_instances)),
        ("availableInstances", count(stats.available_instances)),
        ("cacheHitRate", stats.cache_hit_rate.into()),
        ("avgExecutionTimeUs", stats.avg_execution_time_us.into()),
        ("totalMemoryBytes", count(stats.total_memory_bytes)),
    ]))
}
