//! What embedders give to the kernel's calls: read, checked, and refused by name.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Function, Reflect, Uint8Array};
use nexus_core::{Error, ErrorCode, Limits, Value, limits};
use nexus_kernel::api::ApiOptions;
use nexus_kernel::{PanelsOptions, ParkingKey, Recording, ResumeOptions, RunOptions, SegmentObserver};
use wasm_bindgen::prelude::*;

use crate::abort::Followed;
use crate::api::api_options;
use crate::clock::JsClock;
use crate::console::Reporter;
use crate::engine::compile_cache;
use crate::engine::pool::PoolSize;
use crate::engine::suspended_runs;
use crate::entropy::JsEntropy;
use crate::interop::context::{self, CONTEXT_FIELDS};
use crate::interop::value::Bounds;
use crate::interop::{Failure, Fields, error_from_js, segment_to_js, value_from_js};
use crate::observation::ObservationOptions;
use crate::panels::panels_options;

/// More instances than memory would allow on any platform (each takes 3 MiB at least).
const MOST_INSTANCES: u32 = 1_000;
/// Waiting runs are cheap, but somebody waits for each.
const LONGEST_QUEUE: u32 = 1_000_000;
/// [`limits::LONGEST_MS`], as options are read.
#[expect(clippy::cast_possible_truncation, reason = "31 bits")]
const LONGEST_TIMER: u32 = limits::LONGEST_MS as u32;

/// What becomes of compiled handlers.
pub struct CacheOptions {
    /// Most bytes of them: in memory, and as many in the platform's storage.
    pub bytes: u32,
    /// Whether they are to outlive the page.
    pub persistent: bool,
}

/// Where handlers run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Executor {
    /// On the thread that made the kernel.
    Inline,
    /// In Workers.
    Worker,
}

/// Options of `createKernel`, but for the extensions, which are the facade's to register.
pub struct KernelOptions {
    /// Limits of runs that are given none.
    pub limits: Limits,
    /// How many instances.
    pub pool: PoolSize,
    /// Most bytes of suspended runs that hold no instance.
    pub max_parked_bytes: u32,
    /// Proves what was parked.
    pub parking_key: ParkingKey,
    /// Where handlers run.
    pub executor: Executor,
    /// What becomes of compiled handlers.
    pub cache: CacheOptions,
    /// The time that handlers see.
    pub clock: JsClock,
    /// Where names and seeds come from.
    pub entropy: JsEntropy,
    /// What holds for all panels.
    pub panels: PanelsOptions,
    /// What it tells of itself.
    pub observation: ObservationOptions,
    /// How the API is served.
    pub api: ApiOptions,
}

impl KernelOptions {
    /// Reads them.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the option that does not exist or has no such value.
    pub fn from_js(options: &JsValue) -> Result<Self, Failure> {
        let known = ["limits", "pool", "executor", "cache", "extensions", "clock", "entropy", "parkingKey"];
        let known = [&known[..], &["audit", "logger", "panels", "policy", "auth", "api"]].concat();
        let fields = Fields::open(options, "options", &known)?;
        let executor = fields.get("executor")?;
        let executor = match executor.as_string().as_deref() {
            None if executor.is_undefined() => Executor::Inline,
            Some("inline") => Executor::Inline,
            Some("worker") => Executor::Worker,
            _ => return Err(fields.wrong("executor", "\"inline\" or \"worker\"")),
        };
        let (pool, max_parked_bytes) = read_pool(&fields.get("pool")?)?;
        Ok(Self {
            limits: context::limits(&fields.get("limits")?, &Limits::default())?,
            pool,
            max_parked_bytes,
            parking_key: read_parking_key(&fields)?,
            executor,
            cache: read_cache(&fields.get("cache")?)?,
            clock: JsClock::from_js(&fields.get("clock")?)?,
            entropy: JsEntropy::from_js(&fields.get("entropy")?)?,
            panels: panels_options(&fields)?,
            observation: ObservationOptions::from_js(&fields)?,
            api: api_options(&fields)?,
        })
    }
}

fn read_cache(cache: &JsValue) -> Result<CacheOptions, Failure> {
    let fields = Fields::open(cache, "options.cache", &["bytes", "persistent"])?;
    Ok(CacheOptions {
        bytes: fields.whole("bytes", 0, u32::MAX)?.unwrap_or(compile_cache::BYTES),
        persistent: fields.flag("persistent")?.unwrap_or(false),
    })
}

fn read_parking_key(fields: &Fields) -> Result<ParkingKey, Failure> {
    let key = fields.get("parkingKey")?;
    if key.is_undefined() {
        return Ok(ParkingKey::default());
    }
    let secret = key.as_string().map(String::into_bytes).or_else(|| bytes_of(&key)).filter(|secret| !secret.is_empty());
    let secret = secret
        .ok_or_else(|| fields.wrong("parkingKey", "bytes (a Uint8Array or an ArrayBuffer) or a string, not empty"))?;
    Ok(ParkingKey::new(secret)?)
}

/// A copy of a `Uint8Array` or an `ArrayBuffer`.
fn bytes_of(value: &JsValue) -> Option<Vec<u8>> {
    match value.dyn_ref::<Uint8Array>() {
        Some(bytes) => Some(bytes.to_vec()),
        None => value.dyn_ref::<ArrayBuffer>().map(|buffer| Uint8Array::new(buffer).to_vec()),
    }
}

/// How many instances, and how many bytes of runs without one.
fn read_pool(pool: &JsValue) -> Result<(PoolSize, u32), Failure> {
    let known = ["minInstances", "maxInstances", "maxQueue", "idleTimeoutMs", "maxParkedBytes"];
    let sizes = Fields::open(pool, "options.pool", &known)?;
    let usual = PoolSize::default();
    let max_instances = sizes.whole("maxInstances", 1, MOST_INSTANCES)?.unwrap_or(usual.max_instances);
    let min_instances = sizes.whole("minInstances", 0, max_instances)?;
    let max_parked_bytes = sizes.whole("maxParkedBytes", 0, u32::MAX)?.unwrap_or(suspended_runs::MAX_PARKED_BYTES);
    let size = PoolSize {
        min_instances: min_instances.unwrap_or(usual.min_instances.min(max_instances)),
        max_instances,
        max_queue: sizes.whole("maxQueue", 0, LONGEST_QUEUE)?.unwrap_or(usual.max_queue),
        idle_timeout_ms: sizes.whole("idleTimeoutMs", 0, LONGEST_TIMER)?.unwrap_or(usual.idle_timeout_ms),
    };
    Ok((size, max_parked_bytes))
}

/// What `run` and `execute` are given.
pub struct RunArguments {
    /// The handler.
    pub source: String,
    /// Its context, limits and signal.
    pub options: RunOptions,
    /// Who wants to know of each segment.
    pub observer: Option<SegmentObserver>,
    /// Keeps the signal followed.
    pub followed: Followed,
}

impl RunArguments {
    /// Reads them; `more` are options besides those that both have.
    ///
    /// # Errors
    /// `INVALID_HANDLER`, `INVALID_ARGUMENT`, `INVALID_CAPABILITY`, `SERIALIZATION_ERROR` or `RESOURCE_LIMIT`, saying where.
    pub fn from_js(
        source: &JsValue,
        options: &JsValue,
        more: &[&str],
        usual: &Limits,
        reporter: &Reporter,
    ) -> Result<Self, Failure> {
        let known = [&CONTEXT_FIELDS[..], &["limits", "signal"], more].concat();
        let fields = Fields::open(options, "the run's options", &known)?;
        let limits = context::limits(&fields.get("limits")?, usual)?;
        let observer = if more.is_empty() { None } else { fields.function("onSegment")? };
        let source = context::source(source)?;
        let context = context::context(&fields, &limits)?;
        let followed = Followed::from_js(&fields.get("signal")?)?;
        let wanted = more.contains(&"record") && fields.flag("record")?.unwrap_or(true);
        let recording = wanted.then(Recording::default);
        let options =
            RunOptions { context, limits: Some(limits), signal: followed.signal(), recording, ..RunOptions::default() };
        Ok(Self { source, options, observer: observer.map(|observer| observe(observer, reporter.clone())), followed })
    }
}

/// Tells the embedder of each segment. What it throws there is its own affair, and stops nothing.
pub fn observe(callback: Function, reporter: Reporter) -> SegmentObserver {
    Rc::new(move |segment| {
        if let Err(thrown) = callback.call1(&JsValue::UNDEFINED, &segment_to_js(segment.clone())) {
            reporter.report("onSegment threw", &thrown);
        }
    })
}

/// What `resume` is given.
pub struct ResumeArguments {
    /// Which call.
    pub suspension_id: String,
    /// Its answer.
    pub outcome: Result<Value, Error>,
    /// What changed meanwhile, and the signal.
    pub options: ResumeOptions,
    /// Keeps the signal followed.
    pub followed: Followed,
}

impl ResumeArguments {
    /// Reads them.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`, `SERIALIZATION_ERROR` or `RESOURCE_LIMIT`, saying where.
    pub fn from_js(suspension_id: &JsValue, answer: &JsValue, options: &JsValue) -> Result<Self, Failure> {
        let suspension_id =
            suspension_id.as_string().ok_or_else(|| refused("the suspension's id has to be a string"))?;
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
        Ok(Self { suspension_id, outcome, options, followed })
    }
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

/// What `park` is given.
pub struct ParkArguments {
    /// Which run.
    pub run_id: String,
    /// What the bytes are to be known by.
    pub label: String,
}

impl ParkArguments {
    /// Reads them.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`.
    pub fn from_js(run_id: &JsValue, options: &JsValue) -> Result<Self, Failure> {
        let run_id = run_id.as_string().ok_or_else(|| refused("the run's id has to be a string"))?;
        Ok(Self { run_id, label: read_label(&Fields::open(options, "options", &["label"])?)? })
    }
}

/// What `unpark` is given.
pub struct UnparkArguments {
    /// The parked run.
    pub bytes: Vec<u8>,
    /// What it was to be known by.
    pub label: String,
    /// The signal.
    pub followed: Followed,
}

impl UnparkArguments {
    /// Reads them.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`.
    pub fn from_js(bytes: &JsValue, options: &JsValue) -> Result<Self, Failure> {
        let bytes = bytes_of(bytes).ok_or_else(|| refused("a parked run has to be a Uint8Array or an ArrayBuffer"))?;
        let fields = Fields::open(options, "options", &["label", "signal"])?;
        Ok(Self { bytes, label: read_label(&fields)?, followed: Followed::from_js(&fields.get("signal")?)? })
    }
}

fn read_label(fields: &Fields) -> Result<String, Failure> {
    if fields.get("label")?.is_undefined() { Ok(String::new()) } else { fields.text("label") }
}

/// What `precompile` and `inferCapabilities` are given.
pub struct ServiceArguments {
    /// The handler.
    pub source: String,
    /// The limits that its runs will have.
    pub limits: Limits,
    /// The signal.
    pub followed: Followed,
}

impl ServiceArguments {
    /// Reads them; `known` are the options.
    ///
    /// # Errors
    /// `INVALID_HANDLER` or `INVALID_ARGUMENT`.
    pub fn from_js(source: &JsValue, options: &JsValue, known: &[&str], usual: &Limits) -> Result<Self, Failure> {
        let fields = Fields::open(options, "options", known)?;
        let limits = if known.contains(&"limits") { fields.get("limits")? } else { JsValue::UNDEFINED };
        Ok(Self {
            limits: context::limits(&limits, usual)?,
            source: context::source(source)?,
            followed: Followed::from_js(&fields.get("signal")?)?,
        })
    }
}

/// The signal in options that hold nothing else.
///
/// # Errors
/// `INVALID_ARGUMENT`.
pub fn signal_of(options: &JsValue) -> Result<Followed, Failure> {
    Followed::from_js(&Fields::open(options, "options", &["signal"])?.get("signal")?)
}

/// What a call of an extension by the embedder itself is given.
pub struct CallArguments {
    /// The arguments.
    pub args: Vec<Value>,
    /// The signal.
    pub followed: Followed,
}

impl CallArguments {
    /// Reads them.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`, `SERIALIZATION_ERROR` or `RESOURCE_LIMIT`, saying where.
    pub fn from_js(args: &JsValue, options: &JsValue) -> Result<Self, Failure> {
        let args = match args.is_undefined() {
            true => Value::Array(Vec::new()),
            false => value_from_js(args, Bounds::WIDEST)?,
        };
        let Value::Array(args) = args else { return Err(refused("args has to be an array")) };
        Ok(Self { args, followed: signal_of(options)? })
    }
}

/// `INVALID_ARGUMENT`.
pub fn refused(why: &str) -> Failure {
    Error::new(ErrorCode::InvalidArgument, why).into()
}
