//! The MessagePack form of values, for JavaScript.

use js_sys::Uint8Array;
use nexus_core::limits::{VALUE_BYTES, VALUE_DEPTH};
use nexus_core::{Error, msgpack};
use wasm_bindgen::prelude::*;

use crate::interop::value::Bounds;
use crate::interop::{Failure, value_from_js, value_to_js};
use crate::promise::ensure_sound;

/// A value as MessagePack, bounded by the default limits of depth and size.
///
/// # Errors
/// `SERIALIZATION_ERROR` naming the path of what is not data, `RESOURCE_LIMIT`.
#[wasm_bindgen]
pub fn encode(value: &JsValue) -> Result<Uint8Array, JsValue> {
    ensure_sound()?;
    let value = value_from_js(value, Bounds::default())?;
    let bytes = msgpack::encode(&value).map_err(Failure::from)?;
    Ok(Uint8Array::from(bytes.as_slice()))
}

/// The value that MessagePack bytes hold, bounded as in [`encode`].
///
/// # Errors
/// `SERIALIZATION_ERROR` if they are not one value, `RESOURCE_LIMIT`, `INVALID_ARGUMENT` if they are no `Uint8Array`.
#[wasm_bindgen]
pub fn decode(bytes: &JsValue) -> Result<JsValue, JsValue> {
    ensure_sound()?;
    let Some(bytes) = bytes.dyn_ref::<Uint8Array>() else {
        return Err(Failure::from(Error::invalid_argument("bytes has to be a Uint8Array")).into());
    };
    if bytes.length() as usize > VALUE_BYTES {
        return Err(Failure::from(Error::resource_limit("valueBytes", VALUE_BYTES, bytes.length() as usize)).into());
    }
    let value = msgpack::decode_value(&bytes.to_vec(), VALUE_DEPTH, VALUE_BYTES).map_err(Failure::from)?;
    Ok(value_to_js(&value))
}
