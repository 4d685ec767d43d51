//! Records of runs, and what comes of replaying them, in JavaScript.

use js_sys::Uint8Array;
use nexus_core::record::RunRecord;
use nexus_core::{Error, Value, limits, msgpack};
use nexus_kernel::recorder::StoredRecord;
use nexus_kernel::{Divergence, Recording, Replayed};
use wasm_bindgen::prelude::*;

use crate::interop::result::segment_to_js;
use crate::interop::value::Bounds;
use crate::interop::{Failure, value_from_js, value_to_js};
use crate::promise::ensure_sound;

/// A record holds values as deep as they may be, inside containers of its own.
const RECORD: Bounds = Bounds { depth: limits::VALUE_DEPTH + 16, bytes: usize::MAX };

/// The record that a run has left, as it is stored: most are never looked at. `undefined` if there is none.
pub fn record_to_bytes(recording: &Recording) -> JsValue {
    let bytes = recording.take().and_then(|record| msgpack::encode(&record).ok());
    bytes.map_or(JsValue::UNDEFINED, |bytes| Uint8Array::from(&bytes[..]).into())
}

/// The record in bytes that [`record_to_bytes`] made, as plain data.
///
/// # Errors
/// `SERIALIZATION_ERROR` if they are something else.
#[wasm_bindgen(js_name = readRecord)]
pub fn read_record(bytes: &Uint8Array) -> Result<JsValue, JsValue> {
    ensure_sound()?;
    let record = msgpack::decode(&bytes.to_vec()).and_then(StoredRecord::read);
    let value = record.and_then(|record| msgpack::encode(&record)).and_then(|bytes| msgpack::decode::<Value>(&bytes));
    Ok(value_to_js(&value.map_err(Failure::from)?))
}

/// Reads a record that was plain data.
///
/// # Errors
/// `INVALID_ARGUMENT` saying what it lacks, `SERIALIZATION_ERROR` naming the path of what is not data.
pub fn record_from_js(record: &JsValue) -> Result<RunRecord, Failure> {
    let value = value_from_js(record, RECORD)?;
    let record = msgpack::encode(&value).and_then(|bytes| msgpack::decode(&bytes));
    Ok(record.map_err(|error| Error::invalid_argument(format!("this is no record of a run: {}", error.message)))?)
}

/// `{ status: "same", result }` or `{ status: "diverged", result, divergence }`.
pub fn replayed_to_js(replayed: Replayed) -> JsValue {
    let Replayed { result, divergence } = replayed;
    let status = if divergence.is_some() { "diverged" } else { "same" };
    let object = js_sys::Object::new();
    let set = |name: &str, value: &JsValue| {
        // A fresh object takes any property.
        let _ = js_sys::Reflect::set(&object, &name.into(), value);
    };
    set("status", &status.into());
    set("result", &segment_to_js(result));
    if let Some(divergence) = divergence {
        set("divergence", &value_to_js(&describe(divergence)));
    }
    object.into()
}

fn describe(divergence: Divergence) -> Value {
    let message = divergence.message();
    let Divergence { step, answered, path, expected, found } = divergence;
    let answered = answered.into_iter().map(|(suspension_id, extension, method)| {
        Value::object([
            ("suspensionId", Value::from(suspension_id)),
            ("extensionName", extension.into()),
            ("method", method.into()),
        ])
    });
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let step = Value::Number(step as f64);
    let fields = [("message", Value::from(message)), ("step", step), ("answered", Value::Array(answered.collect()))];
    let rest = [("path", Some(Value::from(path))), ("expected", expected), ("found", found)];
    Value::object(fields.into_iter().chain(rest.into_iter().filter_map(|(name, value)| Some((name, value?)))))
}
