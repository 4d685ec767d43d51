//! Errors: the kernel's as instances of the facade's `NexusError`, JavaScript's as the kernel's.

use std::cell::RefCell;

use js_sys::{Array, Function, JsString, Reflect};
use nexus_core::{Error, ErrorCode, Value};
use wasm_bindgen::prelude::*;

use super::value::{Bounds, data_to_js, value_from_js};

thread_local! {
    static ERROR_CLASS: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Sets the class whose constructor takes an error as plain data, so that `instanceof` works for embedders.
pub fn set_error_class(class: Function) {
    ERROR_CLASS.set(Some(class));
}

/// Why something of JavaScript's could not be taken.
#[derive(Debug)]
pub enum Failure {
    /// It is not what it should be.
    Refused(Error),
    /// Code of the embedder's ran on the way, and threw this.
    Thrown(JsValue),
}

impl Failure {
    /// As the kernel's error.
    #[must_use]
    pub fn into_error(self) -> Error {
        match self {
            Self::Refused(error) => error,
            Self::Thrown(thrown) => error_from_js(&thrown),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// What an import that may throw threw.
impl From<JsValue> for Failure {
    fn from(thrown: JsValue) -> Self {
        Self::Thrown(thrown)
    }
}

/// What the embedder gets: a `NexusError`, or its own error back.
impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => error_to_js(&error),
            Failure::Thrown(thrown) => thrown,
        }
    }
}

/// A `NexusError`; where no class is set, an `Error` with the same fields.
#[must_use]
pub fn error_to_js(error: &Error) -> JsValue {
    let data = data_to_js(error);
    let class = ERROR_CLASS.with_borrow(Clone::clone);
    if let Some(class) = class
        && let Ok(instance) = Reflect::construct(&class, &Array::of1(&data))
    {
        return instance;
    }
    let instance = js_sys::Error::new(&error.message);
    instance.set_name("NexusError");
    for field in ["code", "location", "snippet", "context"] {
        if let Ok(value) = Reflect::get(&data, &field.into()) {
            let _ = Reflect::set(&instance, &field.into(), &value);
        }
    }
    instance.into()
}

/// Whatever JavaScript threw or rejected with, as `EXECUTION_ERROR` with its message; its `code`, if that is a string,
/// is kept in `context`. A `NexusError` keeps code and context.
#[must_use]
pub fn error_from_js(thrown: &JsValue) -> Error {
    let field = |name: &str| {
        let value =
            if thrown.is_object() || thrown.is_function() { Reflect::get(thrown, &name.into()).ok() } else { None };
        value.filter(|value| !value.is_undefined())
    };
    let text = |name: &str| field(name).and_then(|value| value.as_string());
    let message = text("message").unwrap_or_else(|| describe(thrown));
    let code = text("code");
    if text("name").as_deref() == Some("NexusError")
        && let Some(known) = ErrorCode::ALL.iter().find(|known| Some(known.as_str()) == code.as_deref())
    {
        let context = field("context").and_then(|context| value_from_js(&context, Bounds::default()).ok());
        return Error { context, ..Error::new(*known, message) };
    }
    let error = Error::new(ErrorCode::ExecutionError, message);
    match code {
        Some(code) => error.with_context(Value::object([("code", Value::from(code))])),
        None => error,
    }
}

fn describe(thrown: &JsValue) -> String {
    if let Some(text) = thrown.dyn_ref::<JsString>() {
        return text.into();
    }
    if thrown.is_null() || thrown.is_undefined() {
        return "rejected without a reason".to_owned();
    }
    // Not by `Debug`, which looks at objects without catching what they throw in their turn.
    let json = js_sys::JSON::stringify(thrown).ok().and_then(|json| json.as_string());
    json.unwrap_or_else(|| format!("rejected with a {}", thrown.js_typeof().as_string().unwrap_or_default()))
}
