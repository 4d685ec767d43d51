//! What a run is given: state, arguments, capabilities, limits.

use js_sys::{Array, JsString, Object, Reflect};
use nexus_core::run::Context;
use nexus_core::value::Path;
use nexus_core::{Error, ErrorCode, Limits, Map, MutationOperation, StateMutation, Value};
use wasm_bindgen::prelude::*;

use super::value::{Bounds, string_from_js, value_at};
use super::{Failure, Fields};
use crate::capabilities::tokens;

/// Fields of a run's options that make its context.
pub const CONTEXT_FIELDS: [&str; 4] = ["state", "args", "scope", "capabilities"];

/// Reads the source of a handler.
///
/// # Errors
/// `INVALID_HANDLER` if it is no string of Unicode text.
pub fn source(value: &JsValue) -> Result<String, Failure> {
    let invalid = |why: &str| Failure::from(Error::new(ErrorCode::InvalidHandler, why));
    let text = value.dyn_ref::<JsString>().ok_or_else(|| invalid("the source of a handler has to be a string"))?;
    string_from_js(text, &Path::root()).map_err(|_| invalid("the source of a handler holds a lone surrogate"))
}

/// Reads limits over those in `base`; what is not given stays.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the limit that does not exist or cannot be kept.
pub fn limits(value: &JsValue, base: &Limits) -> Result<Limits, Failure> {
    let mut limits = base.clone();
    let fields = Fields::open(value, "limits", Limits::NAMES)?;
    if value.is_undefined() {
        return Ok(limits);
    }
    for name in Object::keys(value.unchecked_ref::<Object>()) {
        let name = name.as_string().unwrap_or_default();
        let number = fields.get(&name)?;
        if number.is_undefined() {
            continue;
        }
        limits.set(&name, number.as_f64().ok_or_else(|| fields.wrong(&name, "a number"))?)?;
    }
    Ok(limits)
}

/// Depth and size that these limits allow a value.
#[must_use]
pub fn bounds(limits: &Limits) -> Bounds {
    let bound = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
    Bounds { depth: bound(limits.max_value_depth), bytes: bound(limits.max_value_bytes) }
}

/// Reads the context of a run; what is not given is empty.
///
/// # Errors
/// `INVALID_ARGUMENT`, `INVALID_CAPABILITY`, `SERIALIZATION_ERROR` or `RESOURCE_LIMIT`, saying where.
pub fn context(fields: &Fields, limits: &Limits) -> Result<Context, Failure> {
    let bounds = bounds(limits);
    let data = |name: &str| -> Result<Value, Failure> {
        let value = fields.get(name)?;
        if value.is_undefined() {
            return Ok(Value::Object(Map::new()));
        }
        Path::root().with_key(name, |path| value_at(&value, bounds, path))
    };
    let mut state = Map::new();
    for (key, value) in members(&fields.get("state")?, "state", bounds)? {
        if let Some(value) = value {
            state.insert(key, value);
        }
    }
    let capabilities = fields.get("capabilities")?;
    let capabilities = if capabilities.is_undefined() { Vec::new() } else { tokens(&capabilities, "capabilities")? };
    Ok(Context { state, args: data("args")?, scope: data("scope")?, capabilities })
}

/// Reads what changed in the state: `undefined` is a deleted key.
///
/// # Errors
/// As [`context`].
pub fn state_changes(value: &JsValue, bounds: Bounds) -> Result<Vec<StateMutation>, Failure> {
    let changes = members(value, "state", bounds)?.into_iter().map(|(key, value)| match value {
        Some(value) => StateMutation { key, value, operation: MutationOperation::Set },
        None => StateMutation { key, value: Value::Null, operation: MutationOperation::Delete },
    });
    Ok(changes.collect())
}

/// The members of an object, each bounded by itself; `undefined` ones are `None`.
fn members(object: &JsValue, name: &str, bounds: Bounds) -> Result<Vec<(String, Option<Value>)>, Failure> {
    if object.is_undefined() {
        return Ok(Vec::new());
    }
    if !object.is_object() || Array::is_array(object) {
        return Err(Error::invalid_argument(format!("{name} has to be an object")).into());
    }
    let mut path = Path::root();
    path.with_key(name, |path| {
        // Whatever is no plain object (a Map, a promise) is refused as it would be anywhere in a value.
        super::value::ensure_plain(object, path)?;
        let mut members = Vec::new();
        for key in super::value::own_keys(object, path)? {
            let item = Reflect::get(object, &key)?;
            let key = string_from_js(&key, path)?;
            let value = if item.is_undefined() {
                None
            } else {
                Some(path.with_key(&key, |path| value_at(&item, bounds, path))?)
            };
            members.push((key, value));
        }
        Ok(members)
    })
}
