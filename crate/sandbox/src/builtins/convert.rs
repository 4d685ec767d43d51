//! Abstract operations of the standard that the engine keeps to itself.

use boa_engine::object::builtins::JsRegExp;
use boa_engine::property::PropertyKey;
use boa_engine::{Context, JsNativeError, JsObject, JsResult, JsSymbol, JsValue, js_string};

/// `GetMethod` of an object.
///
/// # Errors
/// What a getter throws; `TypeError` for what can not be called.
pub fn method(object: &JsObject, key: impl Into<PropertyKey>, context: &mut Context) -> JsResult<Option<JsObject>> {
    let value = object.get(key, context)?;
    if value.is_null_or_undefined() {
        return Ok(None);
    }
    value.as_callable().map(Some).ok_or_else(|| {
        JsNativeError::typ().with_message("value returned for property of object is not a function").into()
    })
}

/// `IsRegExp`.
///
/// # Errors
/// What a getter throws.
pub fn is_regexp(value: &JsValue, context: &mut Context) -> JsResult<bool> {
    let Some(object) = value.as_object() else { return Ok(false) };
    let matcher = object.get(JsSymbol::r#match(), context)?;
    if !matcher.is_undefined() {
        return Ok(matcher.to_boolean());
    }
    Ok(JsRegExp::from_object(object).is_ok())
}

/// `LengthOfArrayLike`.
///
/// # Errors
/// What a getter or a conversion throws.
pub fn length_of(object: &JsObject, context: &mut Context) -> JsResult<u64> {
    object.get(js_string!("length"), context)?.to_length(context)
}
