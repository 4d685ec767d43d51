//! Errors: from host functions into the handler, and from the handler out to the wire.

use boa_engine::builtins::error::Error as ErrorObject;
use boa_engine::error::{EngineError, PanicError, RuntimeLimitError};
use boa_engine::{Context, JsError, JsObject, JsString, JsValue, js_string};
use nexus_core::{Error, ErrorCode, Location, Snippet, Value};

use crate::convert;
use crate::engine::Intrinsics;
use crate::position::{self, Cause, Place};
use crate::run::Run;
use crate::source::FILE_NAME;

/// Why a host function did not answer.
#[derive(Debug)]
pub enum Failure {
    /// An error of ours. `RESOURCE_LIMIT` stops the run, every other code is thrown and can be caught.
    Ours(Error),
    /// What JavaScript threw while the host function called into it.
    Thrown(JsError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl From<JsError> for Failure {
    fn from(error: JsError) -> Self {
        Self::Thrown(error)
    }
}

impl Failure {
    /// The error for the engine to go on with: thrown, or one that nothing in the handler can catch.
    pub fn into_js(self, context: &mut Context) -> JsError {
        match self {
            Self::Thrown(error) => error,
            Self::Ours(error) if error.code == ErrorCode::ResourceLimit => stop(error, context),
            Self::Ours(error) => match error_object(&error, context) {
                Ok(object) => JsError::from_opaque(object.into()),
                Err(error) => error,
            },
        }
    }
}

/// Stops the run with `error`: latched in the run, because the engine swallows uncatchable errors after an `await`.
pub fn stop(mut error: Error, context: &mut Context) -> JsError {
    let run = Run::of(context);
    let text = run.borrow().source.clone();
    if let Ok(here) = blank_error_object(context) {
        place(&mut error, &here, Cause::Refused, &text, context);
    }
    run.borrow_mut().stop(error);
    uncatchable()
}

/// An error that no `catch` and no `finally` sees.
pub fn uncatchable() -> JsError {
    PanicError::new("stopped").into()
}

/// An `Error` object whose stack is that of the moment; its text and code come later, with [`complete`].
pub fn blank_error_object(context: &mut Context) -> Result<JsObject, JsError> {
    let constructor = context.intrinsics().constructors().error().constructor();
    constructor.construct(&[], None, context)
}

/// Gives an error object message, `code` and the fields of the error's context, and remembers that it is ours.
pub fn complete(object: &JsObject, error: &Error, context: &mut Context) -> Result<(), JsError> {
    let message = JsString::from(error.message.as_str());
    let descriptor = boa_engine::property::PropertyDescriptor::builder()
        .value(message)
        .writable(true)
        .enumerable(false)
        .configurable(true);
    object.define_property_or_throw(js_string!("message"), descriptor, context)?;
    if let Some(Value::Object(fields)) = &error.context {
        for (name, field) in fields {
            let field = convert::from_value(field, context)?;
            object.create_data_property_or_throw(JsString::from(name.as_str()), field, context)?;
        }
    }
    // After the fields: one of them may be a `code` of the embedder's, which must not pass for ours.
    object.create_data_property_or_throw(js_string!("code"), JsString::from(error.code.as_str()), context)?;
    Run::of(context).borrow_mut().remember_error(object.clone(), error.clone());
    Ok(())
}

fn error_object(error: &Error, context: &mut Context) -> Result<JsObject, JsError> {
    let object = blank_error_object(context)?;
    complete(&object, error, context)?;
    Ok(object)
}

/// The error on the wire for what a handler threw and did not catch.
pub fn describe(thrown: &JsValue, text: &str, context: &mut Context) -> Error {
    let object = thrown.as_object();
    let ours = object.as_ref().and_then(|object| Run::of(context).borrow().find_error(object));
    let engines = ours.is_none();
    let mut error = ours.unwrap_or_else(|| Error::new(ErrorCode::ExecutionError, message_of(thrown, context)));
    if let Some(object) = object {
        let message = engines.then(|| error.message.clone());
        place(&mut error, &object, Cause::Thrown(message.as_deref()), text, context);
    }
    error
}

/// The error on the wire for an error that the engine would not let the handler catch.
pub fn describe_engine_error(error: &EngineError) -> Error {
    match error {
        EngineError::RuntimeLimit(RuntimeLimitError::LoopIteration) => {
            Error::new(ErrorCode::Timeout, "the handler loops for too long")
        }
        EngineError::RuntimeLimit(RuntimeLimitError::Recursion | RuntimeLimitError::StackSize) => {
            Error::new(ErrorCode::ResourceLimit, "the handler's calls are nested too deeply")
                .with_context(Value::object([("resource", Value::from("stack"))]))
        }
        error => Error::internal(error.to_string()),
    }
}

/// Adds stack, location and snippet, from the engine's record in `object`.
pub fn place(error: &mut Error, object: &JsObject, cause: Cause<'_>, text: &str, context: &mut Context) {
    let stack = stack_of(object, context);
    let lines: Vec<&str> = stack.lines().collect();
    let mut places = position::locate(object, cause, text, context);
    // A function's name may span lines: then they cannot be told apart.
    if places.len() != lines.len() {
        places = vec![Place::default(); lines.len()];
    }
    let frames = lines.iter().zip(places).filter_map(|(line, place)| Frame::parse(line, place));
    tell(error, &frames.collect::<Vec<_>>(), cause, text);
}

/// The same for a stopped run, without the engine's help.
pub fn place_calls(error: &mut Error, text: &str, context: &Context) {
    let calls = position::locate_calls(text, context);
    let frames = calls.into_iter().map(|(function, place)| Frame::new(function, false, place));
    tell(error, &frames.collect::<Vec<_>>(), Cause::Stopped, text);
}

fn tell(error: &mut Error, frames: &[Frame], cause: Cause<'_>, text: &str) {
    let mut functions = frames.iter().filter(|frame| !frame.native);
    error.location = match cause {
        Cause::Thrown(_) => functions.next().and_then(|frame| frame.location),
        // Of a function without a place it is at least known where it was called.
        Cause::Refused => functions.find_map(|frame| frame.location),
        // Between two jobs nothing of the handler runs, and no more is known than that it is the handler's.
        Cause::Stopped => functions.find_map(|frame| frame.location).or(Some(Location { line: 1, column: 1 })),
    };
    error.snippet = error.location.and_then(|location| Snippet::cut(text, location));
    if !frames.is_empty() {
        error.stack = Some(frames.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }
}

struct Frame {
    function: String,
    native: bool,
    location: Option<Location>,
}

impl Frame {
    fn new(function: String, native: bool, place: Place) -> Self {
        let Place { location, name } = place;
        let function = if function.is_empty() { name.unwrap_or_else(|| "<anonymous>".to_owned()) } else { function };
        Self { function, native, location }
    }

    /// Reads `    at name (handler.js:3:4)` or `    at name (native)`; `None` for frames that are not the handler's.
    fn parse(line: &str, found: Place) -> Option<Self> {
        let (function, place) = line.trim().strip_prefix("at ")?.rsplit_once(" (")?;
        let native = place == "native)";
        // The engine's name for a function without one.
        let function = if function == "<main>" { "" } else { function };
        // Native functions without a name are our own.
        let known = if native { !function.is_empty() } else { place.starts_with(FILE_NAME) };
        known.then(|| Self::new(function.to_owned(), native, found))
    }
}

impl std::fmt::Display for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.location {
            _ if self.native => write!(f, "    at {} (native)", self.function),
            Some(Location { line, column }) => write!(f, "    at {} ({FILE_NAME}:{line}:{column})", self.function),
            None => write!(f, "    at {} ({FILE_NAME})", self.function),
        }
    }
}

/// The functions of an error's stack, a line each. Without their places: those that the engine itself gives are partly
/// wrong, and finding the true ones is for the error that ends a run.
pub fn functions_of(object: &JsObject, context: &mut Context) -> Vec<String> {
    let stack = stack_of(object, context);
    stack.lines().filter_map(|line| Frame::parse(line, Place::default())).map(|frame| frame.to_string()).collect()
}

/// The stack that the engine recorded in an error object; empty for every other object.
pub fn stack_of(object: &JsObject, context: &mut Context) -> String {
    let Some(getter) = context.get_data::<Intrinsics>().map(|intrinsics| intrinsics.error_stack.clone()) else {
        return String::new();
    };
    getter
        .call(&object.clone().into(), &[], context)
        .ok()
        .and_then(|stack| stack.as_string())
        .map(|stack| stack.to_std_string_lossy())
        .unwrap_or_default()
}

/// `TypeError: it is not a function`, or how the engine prints a value that is no error; cut off where it is longer than
/// a value may be.
pub fn message_of(thrown: &JsValue, context: &mut Context) -> String {
    let (_, limit) = Run::of(context).borrow().value_limits();
    let mut message = whole_message_of(thrown, context);
    if message.len() > limit {
        message.truncate(message.floor_char_boundary(limit));
    }
    message
}

fn whole_message_of(thrown: &JsValue, context: &mut Context) -> String {
    let Some(object) = thrown.as_object().filter(JsObject::is::<ErrorObject>) else {
        return match thrown.as_string() {
            Some(text) => text.to_std_string_lossy(),
            None => thrown.display().to_string(),
        };
    };
    let mut field = |name: JsString| {
        let field = object.get(name, context).ok().and_then(|field| field.as_string());
        field.map(|field| field.to_std_string_lossy()).unwrap_or_default()
    };
    let (name, message) = (field(js_string!("name")), field(js_string!("message")));
    match (name.as_str(), message.as_str()) {
        (name, "") => name.to_owned(),
        ("", message) => message.to_owned(),
        (name, message) => format!("{name}: {message}"),
    }
}
