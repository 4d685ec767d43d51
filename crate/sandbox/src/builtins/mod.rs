//! Builtins of our own, in the place of the engine's that are slow: quadratic in their input, or many times the work.
//!
//! Each behaves as the standard says, down to the order of what a handler can observe. Where that would take more than
//! it is worth, it calls the engine's own, captured before anything else could replace it.
//!
//! Only the public interface of the engine is used. What a handler sees of a function (name, length, attributes, source
//! text, place among its siblings) is what it was.

mod array;
mod convert;
mod number;
mod plain;
mod regexp;
mod sort;
mod text;

mod index_of;
mod join;
mod json_parse;
mod json_quote;
mod json_revive;
mod json_stringify;
mod rearrange;
mod string;

use boa_engine::object::FunctionObjectBuilder;
use boa_engine::object::builtins::JsFunction;
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::{Context, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string};

/// A function with the engine's signature.
type Native = fn(&JsValue, &[JsValue], &mut Context) -> JsResult<JsValue>;

/// A function that may leave its work to the engine's own.
type WithOriginal = fn(&JsValue, &[JsValue], &JsFunction, &mut Context) -> JsResult<JsValue>;

/// Puts the builtins in their places. Once, before any other code has seen the context.
///
/// # Errors
/// What the engine says; a place is missing.
pub fn install(context: &mut Context) -> JsResult<()> {
    string::install(context)?;
    join::install(context)?;
    index_of::install(context)?;
    rearrange::install(context)?;
    sort::install(context)?;
    regexp::install(context)?;
    let json = context.global_object().get(js_string!("JSON"), context)?;
    let json = json.as_object().ok_or_else(|| missing("JSON"))?;
    json_parse::install(&json, context)?;
    json_stringify::install(&json, context)
}

/// Replaces a method, keeping all that can be seen of it.
fn replace(holder: &JsObject, name: &'static str, native: Native, context: &mut Context) -> JsResult<()> {
    let original = original(holder, JsString::from(name), context)?;
    put(holder, JsString::from(name), &original, NativeFunction::from_fn_ptr(native), context)
}

/// As [`replace`]; the engine's own function stays at hand.
fn wrap(holder: &JsObject, key: impl Into<PropertyKey>, native: WithOriginal, context: &mut Context) -> JsResult<()> {
    let key = key.into();
    let original = original(holder, key.clone(), context)?;
    let function = NativeFunction::from_copy_closure_with_captures(
        move |this, args, original: &JsFunction, context| native(this, args, original, context),
        original.clone(),
    );
    put(holder, key, &original, function, context)
}

fn original(holder: &JsObject, key: impl Into<PropertyKey>, context: &mut Context) -> JsResult<JsFunction> {
    let key = key.into();
    let value = holder.get(key.clone(), context)?;
    value.as_object().and_then(JsFunction::from_object).ok_or_else(|| missing(&key.to_string()))
}

fn put(
    holder: &JsObject,
    key: impl Into<PropertyKey>,
    original: &JsFunction,
    function: NativeFunction,
    context: &mut Context,
) -> JsResult<()> {
    let name = original.get(js_string!("name"), context)?.to_string(context)?;
    let length = original.get(js_string!("length"), context)?.to_length(context)?;
    let length = usize::try_from(length).unwrap_or_default();
    let function = FunctionObjectBuilder::new(context.realm(), function).name(name).length(length).build();
    // Only the value: the attributes stay.
    let value = PropertyDescriptor::builder().value(function);
    holder.define_property_or_throw(key, value, context)?;
    Ok(())
}

fn missing(name: &str) -> boa_engine::JsError {
    JsNativeError::typ().with_message(format!("no {name}")).into()
}
