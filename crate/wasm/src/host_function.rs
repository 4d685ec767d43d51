//! An object of the embedder's as a synchronous host function.

use std::rc::Rc;

use js_sys::Array;
use nexus_core::{Error, ErrorCode};
use nexus_kernel::host_functions::HostFunction;
use wasm_bindgen::prelude::*;

use crate::interop::value::Bounds;
use crate::interop::{Failure, Fields, value_from_js, value_to_js};

/// Reads `{ name, signature?, call(args) }`.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the member that is missing or wrong.
pub fn from_js(object: &JsValue) -> Result<HostFunction, Failure> {
    if !object.is_object() {
        return Err(Error::invalid_argument("a host function has to be an object").into());
    }
    let fields = Fields::open_any(object, "the host function")?;
    let name = fields.text("name")?;
    let signature =
        if fields.get("signature")?.is_undefined() { format!("{name}(...args)") } else { fields.text("signature")? };
    let call = fields.function("call")?.ok_or_else(|| fields.wrong("call", "a function"))?;
    let object = object.clone();
    let called = name.clone();
    let call = Rc::new(move |args: Vec<_>| {
        let args: Array = args.iter().map(value_to_js).collect();
        let answer = call.call1(&object, &args).map_err(|thrown| Failure::Thrown(thrown).into_error())?;
        if answer.has_type::<js_sys::Promise>() {
            let text = format!("the host function {called:?} answered with a promise; a handler cannot wait for it");
            return Err(Error::new(ErrorCode::SerializationError, text));
        }
        value_from_js(&answer, Bounds::WIDEST).map_err(Failure::into_error)
    });
    Ok(HostFunction { name, signature, call })
}
