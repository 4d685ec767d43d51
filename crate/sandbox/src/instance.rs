//! One interpreter that serves one run.

use std::cell::RefCell;
use std::rc::Rc;

use boa_engine::builtins::promise::PromiseState;
use boa_engine::object::builtins::{JsFunction, JsPromise};
use boa_engine::{Context, JsError, JsResult, JsValue, Script, js_string};
use nexus_core::message::{
    CompileRequest, Compiled, HostCall, HostReply, InferRequest, Inferred, ResumeRequest, StartRequest,
};
use nexus_core::{Answer, Error, ErrorCode, Limits, Segment, Status, Value};

use crate::engine::{self, Jobs, Signals};
use crate::failure::{self, Failure};
use crate::globals;
use crate::host_function::Registry;
use crate::infer;
use crate::position::Cause;
use crate::run::{Run, SharedRun};
use crate::source::HandlerSource;
use crate::{convert, state};

/// Calls a synchronous function of the embedder.
pub type HostCaller = Rc<dyn Fn(HostCall) -> HostReply>;

/// A compiled handler.
struct Handler {
    source: Rc<str>,
    function: JsFunction,
    limits: Limits,
}

/// An interpreter with the handler's globals. Compile, start, resume: in that order, for one run.
pub struct Instance {
    context: Context,
    jobs: Rc<Jobs>,
    signals: Rc<Signals>,
    handler: Option<Handler>,
    /// What the handler will have settled to.
    result: Option<JsPromise>,
}

impl Instance {
    /// Starts the interpreter.
    ///
    /// # Panics
    /// When the engine cannot be set up, which no input can bring about.
    #[must_use]
    pub fn boot() -> Self {
        Self::boot_with(&globals::registry())
    }

    /// Starts the interpreter with the functions of `registry` for globals, and no others.
    ///
    /// # Panics
    /// As [`Self::boot`].
    #[must_use]
    pub fn boot_with(registry: &Registry) -> Self {
        let (signals, jobs) = (Rc::new(Signals::default()), Rc::new(Jobs::default()));
        let mut context = engine::boot(&signals, &jobs).expect("the engine starts");
        globals::install(registry, &mut context).expect("the globals can be installed");
        Self { context, jobs, signals, handler: None, result: None }
    }

    /// Compiles the handler that this instance will run.
    pub fn compile(&mut self, request: CompileRequest) -> Compiled {
        Compiled { outcome: self.try_compile(request) }
    }

    fn try_compile(&mut self, request: CompileRequest) -> Result<(), Error> {
        let source = HandlerSource::parse(&request.source, &request.limits)?;
        let context = &mut self.context;
        let refused = |error: JsError| Error::new(ErrorCode::CompilationError, error.to_string());
        let script = Script::parse(source.wrapped(), None, context).map_err(refused)?;
        let function = script.evaluate(context).map_err(refused)?;
        let function = function.as_object().and_then(JsFunction::from_object);
        let function = function.ok_or_else(|| Error::internal("the wrapper is no function"))?;
        self.handler = Some(Handler { source: request.source.into(), function, limits: request.limits });
        Ok(())
    }

    /// Starts the run and drives it to its first suspension, or its end; [`Self::tell`] tells what it did. `host` serves
    /// `$host`.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if no handler was compiled, or another run was started before.
    pub fn run_first(&mut self, request: StartRequest, host: HostCaller) -> Result<(), Error> {
        let Some(handler) = &self.handler else {
            return Err(Error::internal("no handler was compiled"));
        };
        if self.has_run() {
            return Err(Error::internal("the instance has served a run already"));
        }
        let function = handler.function.clone();
        self.signals.set_now(request.now);
        self.signals.seed(&request.seed);
        let (args, scope) = (request.context.args.clone(), request.context.scope.clone());
        let host_functions = request.host_functions.clone();
        let run: SharedRun = Rc::new(RefCell::new(Run::new(
            request,
            handler.source.clone(),
            handler.limits.clone(),
            host,
            self.signals.clone(),
        )));
        self.context.insert_data(run);
        globals::install_run(&args, &scope, &host_functions, &mut self.context)
            .map_err(|error| Error::internal(error.to_string()))?;
        match function.call(&JsValue::undefined(), &[], &mut self.context) {
            Ok(promise) => self.result = promise.as_object().and_then(|promise| JsPromise::from_object(promise).ok()),
            Err(error) => self.latch(&error),
        }
        self.run_jobs();
        self.end_segment();
        Ok(())
    }

    /// Goes on with the suspended run, to its next suspension or its end; [`Self::tell`] tells what it did.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if no run was started.
    pub fn run_next(&mut self, request: ResumeRequest) -> Result<(), Error> {
        if !self.has_run() {
            return Err(Error::internal("no run is suspended here"));
        }
        Run::of(&self.context).borrow_mut().begin_segment();
        self.signals.set_now(request.now);
        Run::of(&self.context).borrow_mut().state.apply(request.state);
        for answer in request.answers {
            if self.is_over() {
                break;
            }
            if let Err(error) = self.answer(answer) {
                self.latch(&error);
            }
            self.run_jobs();
        }
        self.end_segment();
        Ok(())
    }

    /// [`Self::run_first`], and what it did.
    pub fn start(&mut self, request: StartRequest, host: HostCaller) -> Segment {
        let ran = self.run_first(request, host);
        self.told(ran)
    }

    /// [`Self::run_next`], and what it did.
    pub fn resume(&mut self, request: ResumeRequest) -> Segment {
        let ran = self.run_next(request);
        self.told(ran)
    }

    fn told(&mut self, ran: Result<(), Error>) -> Segment {
        ran.map_or_else(|error| Segment::failed("", error), |()| self.tell(|segment| segment.clone()))
    }

    /// Shows what the run did in the segment that has just ended.
    ///
    /// # Panics
    /// Before a run was started.
    pub fn tell<T>(&mut self, told: impl FnOnce(&mut Segment) -> T) -> T {
        told(Run::of(&self.context).borrow_mut().recorded())
    }

    /// What a source does.
    pub fn infer(&mut self, request: InferRequest) -> Inferred {
        let source = HandlerSource::parse(&request.source, &request.limits);
        let context = &mut self.context;
        let is_global = |name: &str| globals::is_global(name, context);
        Inferred { outcome: source.map(|source| infer::infer(&source, is_global)) }
    }

    /// Comes before every question about a stopped run: takes the run back from whatever call held it when it was stopped,
    /// and forgets what the host was `told` already, in so many segments.
    ///
    /// # Panics
    /// Before a run was started.
    pub fn recover(&mut self, told: u32) {
        Run::reclaim(&mut self.context);
        Run::of(&self.context).borrow_mut().forget_told(told);
    }

    /// Whether a run was started.
    #[must_use]
    pub fn has_run(&self) -> bool {
        self.context.has_data::<SharedRun>()
    }

    /// Where a run was that was stopped in the middle; its changes of the state are made ready to be told.
    pub fn place_of_stop(&mut self) -> Error {
        let text = Run::of(&self.context).borrow().source.clone();
        let mut error = Error::new(ErrorCode::Timeout, "the handler was stopped");
        let stack = failure::blank_error_object(&mut self.context);
        if let Ok(stack) = stack {
            failure::place(&mut error, &stack, Cause::Stopped, &text, &mut self.context);
        }
        // Whether it works or not: what was recorded before is told.
        let _ = state::settle(&mut self.context);
        error
    }

    /// The same without the engine's help: native functions, and changes inside values of the state, are left out.
    pub fn glance(&mut self) -> Error {
        let text = Run::of(&self.context).borrow().source.clone();
        let mut error = Error::new(ErrorCode::Timeout, "the handler was stopped");
        failure::place_calls(&mut error, &text, &self.context);
        error
    }

    fn answer(&mut self, answer: Answer) -> JsResult<()> {
        let context = &mut self.context;
        let call = Run::of(context).borrow_mut().pending.shift_remove(&answer.suspension_id);
        let Some(call) = call else {
            let message = format!("the run waits for no call {:?}", answer.suspension_id);
            return Err(Failure::from(Error::internal(message)).into_js(context));
        };
        match answer.outcome {
            Ok(value) => {
                let value = convert::from_value(&value, context)?;
                call.resolve.call(&JsValue::undefined(), &[value], context)?;
            }
            Err(mut error) => {
                let known = [("extension", call.extension), ("method", call.method)];
                let mut fields = match error.context.take() {
                    Some(Value::Object(fields)) => fields,
                    _ => nexus_core::Map::new(),
                };
                for (name, value) in known {
                    fields.insert(name.to_owned(), Value::from(value));
                }
                error.context = Some(Value::Object(fields));
                failure::complete(&call.error, &error, context)?;
                call.reject.call(&JsValue::undefined(), &[call.error.into()], context)?;
            }
        }
        Ok(())
    }

    fn run_jobs(&mut self) {
        while !self.is_over() {
            match self.jobs.run_one(&mut self.context) {
                None => break,
                Some(Ok(_)) => {}
                Some(Err(error)) => self.latch(&error),
            }
        }
        self.context.clear_kept_objects();
    }

    /// Takes an error that came out of the engine past every handler of it.
    fn latch(&mut self, error: &JsError) {
        let described = match error.as_engine() {
            Some(engine) => failure::describe_engine_error(engine),
            None => Error::internal(error.to_string()),
        };
        Run::of(&self.context).borrow_mut().stop(described);
    }

    fn is_over(&self) -> bool {
        Run::of(&self.context).borrow().stopped().is_some() || self.outcome().is_some()
    }

    /// What the handler settled to.
    fn outcome(&self) -> Option<Result<JsValue, JsValue>> {
        match self.result.as_ref()?.state() {
            PromiseState::Pending => None,
            PromiseState::Fulfilled(value) => Some(Ok(value)),
            PromiseState::Rejected(reason) => Some(Err(reason)),
        }
    }

    /// Adds to what was recorded how the segment ends.
    fn end_segment(&mut self) {
        let stopped = Run::of(&self.context).borrow().stopped().cloned();
        // Of a stopped run nothing is asked any more: converting what it returned would run its code.
        let mut ending = stopped.map_or_else(|| self.ending(), Ending::Failed);
        if let Err(failure) = state::settle(&mut self.context) {
            ending = Ending::Failed(self.described(failure));
        }
        let run = Run::of(&self.context);
        if let Some(error) = run.borrow().stopped() {
            ending = Ending::Failed(error.clone());
        }
        let aborted = if matches!(ending, Ending::Suspended) { Vec::new() } else { self.abandon_calls() };
        let mut run = run.borrow_mut();
        let segment = run.recorded();
        segment.aborted = aborted;
        match ending {
            Ending::Suspended => segment.status = Status::Suspended,
            Ending::Returned(value) => segment.return_value = value,
            Ending::Failed(error) => {
                segment.status = Status::Error;
                segment.error = Some(error);
            }
        }
    }

    fn ending(&mut self) -> Ending {
        let pending = !Run::of(&self.context).borrow().pending.is_empty();
        match self.outcome() {
            Some(Ok(value)) => match convert::to_optional_value(&value, &mut self.context) {
                Ok(value) => Ending::Returned(value),
                Err(failure) => Ending::Failed(self.described(failure)),
            },
            Some(Err(reason)) => Ending::Failed(self.describe(&reason)),
            None if pending => Ending::Suspended,
            None => Ending::Failed(Error::new(
                ErrorCode::ExecutionError,
                "the handler waits for a promise that nobody can settle",
            )),
        }
    }

    fn describe(&mut self, thrown: &JsValue) -> Error {
        let text = Run::of(&self.context).borrow().source.clone();
        failure::describe(thrown, &text, &mut self.context)
    }

    fn described(&mut self, failure: Failure) -> Error {
        match failure {
            Failure::Ours(error) => error,
            Failure::Thrown(error) => match error.into_opaque(&mut self.context) {
                Ok(thrown) => self.describe(&thrown),
                Err(error) => {
                    error.as_engine().map_or_else(|| Error::internal("stopped"), failure::describe_engine_error)
                }
            },
        }
    }

    /// Gives up the calls under way when the handler has settled, and answers which of them somebody waited for: the
    /// losers of a race, which are to be aborted. A call that was made and never awaited runs on. The engine tells them
    /// apart when they are rejected now: only of a promise that nobody asked does it say that its rejection is unhandled.
    fn abandon_calls(&mut self) -> Vec<String> {
        let run = Run::of(&self.context);
        let calls = std::mem::take(&mut run.borrow_mut().pending);
        let mut aborted = Vec::new();
        for (suspension_id, call) in calls {
            let before = self.signals.unhandled_rejections();
            let reason = JsValue::from(js_string!("abandoned"));
            let rejected = call.reject.call(&JsValue::undefined(), &[reason], &mut self.context);
            let awaited = rejected.is_ok() && self.signals.unhandled_rejections() == before;
            if awaited && !run.borrow().is_new_call(&suspension_id) {
                aborted.push(suspension_id);
            }
        }
        self.jobs.clear();
        aborted
    }
}

enum Ending {
    Returned(Option<Value>),
    Failed(Error),
    Suspended,
}
