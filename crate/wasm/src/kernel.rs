//! The kernel as a JavaScript class. The facade in `pkg-config/` gives it its final shape and types.

use std::future::Future;
use std::rc::Rc;

use futures_util::future::{Either, select};
use js_sys::{Array, Function, Promise, Uint8Array, WebAssembly};
use nexus_core::{Error, Status, Value};
use nexus_kernel::abort::AbortSignal;
use nexus_kernel::api::Api;
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::monitor::{MonitorSource, PanelsSource, Runtime};
use nexus_kernel::spawner::Spawner;
use nexus_kernel::store::Store;
use nexus_kernel::{
    AuthExtension, AuthOptions, CallContext, Extension, HttpExtension, HttpOptions, Kernel, MemoryStore,
    MonitorExtension, Platform, StorageExtension, StorageOptions,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::arguments::{
    CallArguments, Executor, KernelOptions, ParkArguments, ResumeArguments, RunArguments, ServiceArguments,
    UnparkArguments, refused, signal_of,
};
use crate::authorize::JsAuthorize;
use crate::console::Reporter;
use crate::engine::image_store::ImageStore;
use crate::engine::{EngineOptions, WasmEngine};
use crate::extension::JsExtension;
use crate::fetch::FetchHttp;
use crate::interop::result::{failures_to_js, segment_to_js, stats_to_js, unparked_to_js};
use crate::interop::value::Bounds;
use crate::interop::{Failure, error_to_js, value_from_js, value_to_js};
use crate::observation::Subscriptions;
use crate::panels::JsPanels;
use crate::promise::{ensure_sound, promise};
use crate::replay::{record_from_js, record_to_bytes, replayed_to_js};
use crate::store::{JsStore, StorageBackend};
use crate::surroundings::Surroundings;
use crate::{api, executor, host_function};

struct Microtasks;

impl Spawner for Microtasks {
    fn spawn(&self, task: LocalFuture<'static, ()>) {
        executor::spawn(task);
    }
}

/// Why there is no executor `worker`.
const NO_WORKERS: &str = "options.executor \"worker\" needs Web Workers, and this entry of the package knows of none here; \
                          leave it out or say \"inline\"";

/// Why there are no host functions.
const NO_SHARED_MEMORY: &str = "with options.executor \"worker\" a handler waits in its Worker for a host function, through \
                                memory that threads share (SharedArrayBuffer), which a page has only when it is isolated \
                                from other origins (crossOriginIsolated)";

/// A kernel.
#[wasm_bindgen(js_name = Kernel)]
pub struct JsKernel {
    pub(crate) kernel: Kernel,
    pub(crate) reporter: Reporter,
    pub(crate) audit_subscriptions: Subscriptions,
    platform: Platform,
    surroundings: Surroundings,
    api: Api,
    /// Why handlers cannot call host functions, if they cannot.
    no_host_functions: Option<&'static str>,
}

/// Opens a kernel: a promise for a [`JsKernel`].
///
/// `options` are those of the facade's `createKernel`; extensions are the facade's to register.
///
/// # Errors
/// Rejected with `INVALID_ARGUMENT` naming the option that does not exist or has no such value, or `WASM_ERROR`.
#[wasm_bindgen(js_name = openKernel)]
pub fn open_kernel(options: &JsValue, surroundings: Surroundings) -> Result<Promise, JsValue> {
    let given = KernelOptions::from_js(options);
    promise(async move {
        let KernelOptions {
            limits,
            pool,
            max_parked_bytes,
            parking_key,
            executor,
            cache,
            clock,
            entropy,
            observation,
            panels,
            api,
        } = given?;
        let threads = match (executor, surroundings.threads()) {
            (Executor::Inline, _) => None,
            (Executor::Worker, Some(threads)) => Some(threads),
            (Executor::Worker, None) => return Err(refused(NO_WORKERS).into()),
        };
        let no_host_functions = threads.as_ref().filter(|threads| !threads.shares_memory()).map(|_| NO_SHARED_MEMORY);
        let open_storage = surroundings.open_image_storage().filter(|_| cache.persistent);
        let options = EngineOptions {
            start_worker: threads.map(|threads| threads.start()),
            pool,
            max_parked_bytes,
            cache_bytes: cache.bytes,
            image_store: ImageStore::open(open_storage, cache.bytes).await,
        };
        // As late as can be: what comes before is done while it loads.
        let module = JsFuture::from(surroundings.sandbox()).await?.dyn_into::<WebAssembly::Module>();
        let module = module.map_err(|_| refused("the sandbox has to be a WebAssembly.Module"))?;
        let engine = WasmEngine::open(module, options).await.map_err(Failure::from)?;
        let platform =
            Platform { engine, clock: Rc::new(clock), entropy: Rc::new(entropy), spawner: Rc::new(Microtasks) };
        let (observation, reporter) = observation.open(&platform.clock);
        let kernel = Kernel::observed(platform.clone(), limits, parking_key, observation).map_err(Failure::from)?;
        kernel.panels().configure(panels);
        let audit_subscriptions = Subscriptions::default();
        let api = Api::new(&kernel, api);
        Ok(JsKernel { kernel, reporter, audit_subscriptions, platform, surroundings, api, no_host_functions }.into())
    })
}

#[wasm_bindgen(js_class = Kernel)]
impl JsKernel {
    /// Runs a handler to its end: a promise for the result and the bytes of its record, `undefined` if none is wanted.
    pub fn run(&self, source: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given =
            RunArguments::from_js(source, options, &["onSegment", "record"], self.kernel.limits(), &self.reporter);
        let run = given.map(|given| {
            let RunArguments { source, options, observer, followed } = given;
            let recording = options.recording.clone();
            (self.kernel.run(&source, options, observer), recording, followed)
        });
        promise(async move {
            let (run, recording, followed) = run?;
            let segment = run.await.map_err(Failure::from)?;
            drop(followed);
            let record = recording.as_ref().map_or(JsValue::UNDEFINED, record_to_bytes);
            Ok(Array::of2(&segment_to_js(segment), &record).into())
        })
    }

    /// Runs a recorded run once more and compares: a promise for `{ status, result, divergence? }`.
    pub fn replay(&self, record: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given = record_from_js(record).and_then(|record| Ok((record, signal_of(options)?)));
        let kernel = self.kernel.clone();
        promise(async move {
            let (record, followed) = given?;
            Ok(replayed_to_js(cancellable(&followed.signal(), kernel.replay(record)).await?))
        })
    }

    /// Runs a handler to its first suspension.
    pub fn execute(&self, source: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given = RunArguments::from_js(source, options, &[], self.kernel.limits(), &self.reporter);
        let run = given.map(|given| {
            let RunArguments { source, options, followed, .. } = given;
            (self.kernel.execute(&source, options), followed)
        });
        promise(async move {
            let (run, followed) = run?;
            let segment = run.await.map_err(Failure::from)?;
            if segment.status == Status::Suspended {
                // Its signal goes on to count, for as long as the run can be resumed.
                followed.outlive();
            }
            Ok(segment_to_js(segment))
        })
    }

    /// Answers a call of a suspended run.
    pub fn resume(&self, suspension_id: &JsValue, answer: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given = ResumeArguments::from_js(suspension_id, answer, options);
        let kernel = self.kernel.clone();
        promise(async move {
            let ResumeArguments { suspension_id, outcome, options, followed } = given?;
            let segment = kernel.resume(&suspension_id, outcome, options).await.map_err(Failure::from)?;
            drop(followed);
            Ok(segment_to_js(segment))
        })
    }

    /// A suspended run as bytes: a promise for a `Uint8Array`.
    pub fn park(&self, run_id: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given = ParkArguments::from_js(run_id, options);
        let kernel = self.kernel.clone();
        promise(async move {
            let ParkArguments { run_id, label } = given?;
            Ok(Uint8Array::from(&kernel.park(&run_id, &label).await.map_err(Failure::from)?[..]).into())
        })
    }

    /// A parked run, suspended again: a promise for `{ runId, suspensions }`.
    pub fn unpark(&self, bytes: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given = UnparkArguments::from_js(bytes, options);
        let kernel = self.kernel.clone();
        promise(async move {
            let UnparkArguments { bytes, label, followed } = given?;
            let unparked = kernel.unpark(&bytes, &label, &followed.signal()).await.map_err(Failure::from)?;
            // It goes on to count, for as long as the run can be resumed.
            followed.outlive();
            Ok(unparked_to_js(unparked))
        })
    }

    /// Compiles a handler ahead of its first run.
    pub fn precompile(&self, source: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given = ServiceArguments::from_js(source, options, &["limits", "signal"], self.kernel.limits());
        let kernel = self.kernel.clone();
        promise(async move {
            let ServiceArguments { source, limits, followed } = given?;
            let compiled = kernel.precompile(&source, Some(&limits));
            cancellable(&followed.signal(), compiled).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// The capabilities that a handler needs.
    #[wasm_bindgen(js_name = inferCapabilities)]
    pub fn infer_capabilities(&self, source: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given = ServiceArguments::from_js(source, options, &["signal"], self.kernel.limits());
        let kernel = self.kernel.clone();
        promise(async move {
            let ServiceArguments { source, followed, .. } = given?;
            let tokens = cancellable(&followed.signal(), kernel.infer_capabilities(&source)).await?;
            Ok(tokens.iter().map(|token| JsValue::from(token.to_string())).collect::<Array>().into())
        })
    }

    /// Adds an object of the embedder's as an extension.
    #[wasm_bindgen(js_name = registerExtension)]
    pub fn register_extension(&self, extension: &JsValue) -> Result<(), JsValue> {
        self.ensure_open()?;
        let extension = Rc::new(JsExtension::from_js(extension, self.surroundings.clone())?);
        Ok(self.kernel.extensions().register(extension).map_err(Failure::from)?)
    }

    /// Adds the extension `http`, sending by `fetch` or, if that is undefined, by the platform's.
    #[wasm_bindgen(js_name = registerHttp)]
    pub fn register_http(&self, options: &JsValue, fetch: Option<Function>) -> Result<(), JsValue> {
        let options = HttpOptions::from_value(&value_from_js(options, Bounds::WIDEST)?).map_err(Failure::from)?;
        let http = Rc::new(FetchHttp::new(fetch));
        let extension = HttpExtension::new(options, http, Rc::clone(&self.platform.clock)).map_err(Failure::from)?;
        self.register(extension)
    }

    /// Adds the extension `storage`, over a backend whose users `lock` gives turns, or in memory if there is none.
    #[wasm_bindgen(js_name = registerStorage)]
    pub fn register_storage(
        &self,
        options: &JsValue,
        backend: Option<StorageBackend>,
        lock: Function,
    ) -> Result<(), JsValue> {
        let options = StorageOptions::from_value(&value_from_js(options, Bounds::WIDEST)?).map_err(Failure::from)?;
        let store: Rc<dyn Store> = match backend {
            Some(backend) => Rc::new(JsStore::new(backend, lock)),
            None => Rc::new(MemoryStore::new()),
        };
        self.register(StorageExtension::new(options, store, Rc::clone(&self.platform.spawner)))
    }

    /// Adds the extension `auth`, asking the provider by `fetch` or, if that is undefined, by the platform's.
    #[wasm_bindgen(js_name = registerAuth)]
    pub fn register_auth(
        &self,
        options: &JsValue,
        authorize: Option<Function>,
        fetch: Option<Function>,
    ) -> Result<(), JsValue> {
        let options = AuthOptions::from_value(&value_from_js(options, Bounds::WIDEST)?).map_err(Failure::from)?;
        let authorize = authorize.map(|authorize| Rc::new(JsAuthorize::new(authorize, self.surroundings.clone())) as _);
        let http = Rc::new(FetchHttp::new(fetch));
        self.register(AuthExtension::new(options, authorize, http, self.platform.clone()).map_err(Failure::from)?)
    }

    /// Adds the extension `monitor`.
    #[wasm_bindgen(js_name = registerMonitor)]
    pub fn register_monitor(&self) -> Result<(), JsValue> {
        let sources: Vec<Rc<dyn MonitorSource>> =
            vec![Rc::new(PanelsSource::of(&self.kernel)), Rc::new(Runtime::of(&self.kernel))];
        self.register(MonitorExtension::new(sources, Rc::clone(&self.platform.clock)))
    }

    /// Takes an extension out; its `shutdown` runs on by itself.
    #[wasm_bindgen(js_name = unregisterExtension)]
    pub fn unregister_extension(&self, name: &str) -> Result<bool, JsValue> {
        self.ensure_open()?;
        let extensions = self.kernel.extensions();
        let was_there = extensions.has(name);
        let shutdown = extensions.unregister(name);
        let (name, reporter) = (name.to_owned(), self.reporter.clone());
        executor::spawn(async move {
            if let Err(error) = shutdown.await {
                reporter.report(&format!("the extension {name:?} did not shut down"), &error_to_js(&error));
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
    #[wasm_bindgen(js_name = callExtension)]
    pub fn call_extension(
        &self,
        name: String,
        method: String,
        args: &JsValue,
        options: &JsValue,
    ) -> Result<Promise, JsValue> {
        let given = CallArguments::from_js(args, options);
        let kernel = self.kernel.clone();
        let open = self.ensure_open();
        promise(async move {
            open?;
            let CallArguments { args, followed } = given?;
            let call = kernel.call_extension(&name, &method, args, CallContext::from(followed.signal()));
            Ok(value_to_js(&cancellable(&followed.signal(), call).await?))
        })
    }

    /// Initialises every extension that is not yet: a promise for those that failed.
    #[wasm_bindgen(js_name = initExtensions)]
    pub fn init_extensions(&self) -> Result<Promise, JsValue> {
        let kernel = self.kernel.clone();
        let open = self.ensure_open();
        promise(async move {
            open?;
            Ok(failures_to_js(&kernel.extensions().init().await))
        })
    }

    /// Shuts every extension down that was initialised: a promise for those that failed.
    #[wasm_bindgen(js_name = shutdownExtensions)]
    pub fn shutdown_extensions(&self) -> Result<Promise, JsValue> {
        let kernel = self.kernel.clone();
        let open = self.ensure_open();
        promise(async move {
            open?;
            Ok(failures_to_js(&kernel.extensions().shutdown().await))
        })
    }

    /// Its panels.
    pub fn panels(&self) -> JsPanels {
        JsPanels::new(&self.kernel, &self.reporter, self.api.socket_limits())
    }

    /// Answers a `Request` to the API: a promise for what a `Response` is made of.
    pub fn fetch(&self, request: &JsValue) -> Result<Promise, JsValue> {
        api::fetch(&self.api, request)
    }

    /// Decides whether a WebSocket may be opened: an `Upgrade`, or what a `Response` is made of.
    pub fn upgrade(&self, request: &JsValue) -> Result<JsValue, JsValue> {
        api::upgrade(&self.api, request)
    }

    /// Adds a synchronous host function.
    #[wasm_bindgen(js_name = registerHostFunction)]
    pub fn register_host_function(&self, function: &JsValue) -> Result<(), JsValue> {
        self.ensure_open()?;
        if let Some(why) = self.no_host_functions {
            return Err(refused(why).into());
        }
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
    pub fn close(&self) -> Result<Promise, JsValue> {
        let kernel = self.kernel.clone();
        promise(async move { Ok(failures_to_js(&kernel.close().await)) })
    }
}

impl JsKernel {
    fn register(&self, extension: impl Extension + 'static) -> Result<(), JsValue> {
        self.ensure_open()?;
        Ok(self.kernel.extensions().register(Rc::new(extension)).map_err(Failure::from)?)
    }

    fn ensure_open(&self) -> Result<(), JsValue> {
        ensure_sound()?;
        if self.kernel.is_closed() { Err(refused("the kernel is closed").into()) } else { Ok(()) }
    }
}

/// Waits for `work` unless and until it is aborted: then `CANCELLED`.
pub async fn cancellable<T>(signal: &AbortSignal, work: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    if let Some(reason) = signal.reason() {
        return Err(reason.into());
    }
    match select(std::pin::pin!(work), signal.aborted()).await {
        Either::Left((outcome, _)) => Ok(outcome?),
        Either::Right((reason, _)) => Err(reason.into()),
    }
}

fn strings(items: Vec<String>) -> Array {
    items.into_iter().map(JsValue::from).collect()
}
