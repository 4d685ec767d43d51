//! What the engine asks of its host: jobs, the clock, time zone, modules, code from strings, randomness.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context as TaskContext, Waker};

use boa_engine::builtins::promise::{OperationType, Promise};
use boa_engine::context::time::{Clock, JsInstant};
use boa_engine::context::{ContextBuilder, HostHooks};
use boa_engine::job::{Job, JobExecutor};
use boa_engine::module::IdleModuleLoader;
use boa_engine::object::builtins::JsFunction;
use boa_engine::property::Attribute;
use boa_engine::realm::Realm;
use boa_engine::{Context, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string};

use crate::builtins;

/// Shares between the engine's callbacks and the run what neither can pass to the other.
#[derive(Default)]
pub struct Signals {
    /// Milliseconds since the epoch. Stands still while the handler computes.
    now: Cell<f64>,
    /// State of `Math.random`.
    random: Cell<[u64; 2]>,
    /// Counts promises that were rejected while nobody had asked for their value.
    unhandled_rejections: Cell<u64>,
}

impl Signals {
    pub fn set_now(&self, now: f64) {
        self.now.set(now);
    }

    pub fn now(&self) -> f64 {
        self.now.get()
    }

    /// Seeds `Math.random`; an all-zero seed, which the generator could not leave, is replaced.
    pub fn seed(&self, seed: &[u8]) {
        let word = |from: usize| {
            let mut bytes = [0; 8];
            for (byte, seed) in bytes.iter_mut().zip(seed.iter().skip(from)) {
                *byte = *seed;
            }
            u64::from_le_bytes(bytes)
        };
        self.random.set([word(0), word(8) | 1]);
    }

    pub fn unhandled_rejections(&self) -> u64 {
        self.unhandled_rejections.get()
    }

    /// The next number in [0, 1), by xorshift128+ (Vigna, "Further scramblings of Marsaglia's xorshift generators").
    fn random(&self) -> f64 {
        let [mut a, b] = self.random.get();
        a ^= a << 23;
        a ^= a >> 17;
        a ^= b ^ (b >> 26);
        self.random.set([b, a]);
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let fraction = (a.wrapping_add(b) >> 11) as f64;
        fraction / (1_u64 << 53) as f64
    }
}

/// Runs promise jobs when told to, and no other kind but what `import()` needs to be refused.
#[derive(Default)]
pub struct Jobs {
    queue: RefCell<VecDeque<Job>>,
}

impl Jobs {
    /// Takes the next job and runs it. `None` when there is none.
    pub fn run_one(&self, context: &mut Context) -> Option<JsResult<JsValue>> {
        let job = self.queue.borrow_mut().pop_front()?;
        Some(match job {
            Job::PromiseJob(job) => job.call(context),
            Job::GenericJob(job) => job.call(context),
            Job::AsyncJob(job) => {
                let context = RefCell::new(context);
                let mut future = pin!(job.call(&context));
                // The module loader answers at once; nothing else makes asynchronous jobs.
                let _ = future.as_mut().poll(&mut TaskContext::from_waker(Waker::noop()));
                Ok(JsValue::undefined())
            }
            _ => Ok(JsValue::undefined()),
        })
    }

    /// Forgets all jobs.
    pub fn clear(&self) {
        self.queue.borrow_mut().clear();
    }
}

impl JobExecutor for Jobs {
    fn enqueue_job(self: Rc<Self>, job: Job, _context: &mut Context) {
        self.queue.borrow_mut().push_back(job);
    }

    fn run_jobs(self: Rc<Self>, context: &mut Context) -> JsResult<()> {
        while let Some(result) = self.run_one(context) {
            result?;
        }
        Ok(())
    }
}

struct Hooks(Rc<Signals>);

impl HostHooks for Hooks {
    fn ensure_can_compile_strings(
        &self,
        _realm: Realm,
        _parameters: &[JsString],
        _body: &JsString,
        _direct: bool,
        _context: &mut Context,
    ) -> JsResult<()> {
        Err(JsNativeError::eval().with_message("code from strings is not available to handlers").into())
    }

    fn promise_rejection_tracker(
        &self,
        _promise: &JsObject<Promise>,
        operation: OperationType,
        _context: &mut Context,
    ) {
        if operation == OperationType::Reject {
            self.0.unhandled_rejections.set(self.0.unhandled_rejections.get() + 1);
        }
    }

    fn local_timezone_offset_seconds(&self, _unix_time_seconds: i64) -> i32 {
        0
    }

    /// Asked before each buffer is allocated.
    fn max_buffer_size(&self, _context: &mut Context) -> u64 {
        #[cfg(target_family = "wasm")]
        crate::collector::before_buffer();
        u32::MAX.into()
    }
}

struct HostClock(Rc<Signals>);

impl Clock for HostClock {
    fn now(&self) -> JsInstant {
        let now = self.system_time_millis().unsigned_abs();
        JsInstant::new(now / 1000, u32::try_from(now % 1000).unwrap_or(0) * 1_000_000)
    }

    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since the epoch")]
    fn system_time_millis(&self) -> i64 {
        self.0.now() as i64
    }
}

/// The engine's own functions that must work whatever the handler does to the objects that hold them.
pub struct Intrinsics {
    /// The getter of `Error.prototype.stack`: it reads what the engine wrote, not what a handler put there.
    pub error_stack: JsFunction,
    /// `Array.isArray`, which sees through proxies.
    pub is_array: JsFunction,
}

/// A context with everything a handler must not have taken away, and nothing of ours yet.
///
/// # Errors
/// What the engine says if it cannot be started.
pub fn boot(signals: &Rc<Signals>, jobs: &Rc<Jobs>) -> JsResult<Context> {
    let mut context = ContextBuilder::new()
        .host_hooks(Rc::new(Hooks(signals.clone())))
        .clock(Rc::new(HostClock(signals.clone())))
        .job_executor(jobs.clone())
        .module_loader(Rc::new(IdleModuleLoader))
        .can_block(false)
        .build()?;
    limit(&mut context);
    let global = context.global_object();
    // `TypedArray` is the engine's own addition: in the language it has no name.
    for name in ["eval", "Function", "TypedArray"] {
        global.delete_property_or_throw(JsString::from(name), &mut context)?;
    }
    seed_random(&mut context, signals)?;
    builtins::install(&mut context)?;
    let intrinsics = find_intrinsics(&mut context)?;
    context.insert_data(intrinsics);
    Ok(context)
}

/// In wasm the meter and the linear memory bound loops and recursion, and report them rightly even after an `await`,
/// where the engine swallows its own limit errors. Natively the engine's limits keep tests from hanging.
fn limit(context: &mut Context) {
    let limits = context.runtime_limits_mut();
    if cfg!(target_family = "wasm") {
        const NEVER: usize = 1_000_000_000;
        limits.set_recursion_limit(NEVER);
        limits.set_stack_size_limit(NEVER);
    } else {
        limits.set_loop_iteration_limit(10_000_000);
        limits.set_recursion_limit(200);
    }
}

fn seed_random(context: &mut Context, signals: &Rc<Signals>) -> JsResult<()> {
    let signals = signals.clone();
    // SAFETY: the closure captures nothing that the garbage collector knows of.
    let random = unsafe { NativeFunction::from_closure(move |_, _, _| Ok(signals.random().into())) };
    let random = boa_engine::object::FunctionObjectBuilder::new(context.realm(), random)
        .name(js_string!("random"))
        .length(0)
        .build();
    let math = context.global_object().get(js_string!("Math"), context)?;
    let math = math.as_object().ok_or_else(|| JsNativeError::typ().with_message("no Math"))?;
    let attributes = Attribute::WRITABLE | Attribute::NON_ENUMERABLE | Attribute::CONFIGURABLE;
    let descriptor = boa_engine::property::PropertyDescriptor::builder()
        .value(random)
        .writable(attributes.writable())
        .enumerable(attributes.enumerable())
        .configurable(attributes.configurable())
        .build();
    math.define_property_or_throw(js_string!("random"), descriptor, context)?;
    Ok(())
}

fn find_intrinsics(context: &mut Context) -> JsResult<Intrinsics> {
    let missing = |name: &'static str| JsNativeError::typ().with_message(name);
    let error = context.intrinsics().constructors().error().prototype();
    let key = js_string!("stack").into();
    let error_stack = error
        .borrow()
        .properties()
        .get(&key)
        .and_then(|property| property.get().cloned())
        .and_then(|getter| getter.as_object())
        .and_then(JsFunction::from_object)
        .ok_or_else(|| missing("no stack getter"))?;
    let array = context.intrinsics().constructors().array().constructor();
    let is_array = array
        .get(js_string!("isArray"), context)?
        .as_object()
        .and_then(JsFunction::from_object)
        .ok_or_else(|| missing("no Array.isArray"))?;
    Ok(Intrinsics { error_stack, is_array })
}
