//! Properties that can be read without running any code.

use boa_engine::property::PropertyKey;
use boa_engine::{JsObject, JsValue};

/// What reading a property comes to.
pub enum Found {
    Value(JsValue),
    /// The object does not have it, nor does any of its prototypes.
    Missing,
    /// To find out can run code: a getter, a proxy, or an object of a kind that is not looked into here.
    Unknown,
}

/// Whether the object's own properties are just what its property map says.
pub fn is_plain(object: &JsObject) -> bool {
    object.is_ordinary() || object.is_array()
}

/// Reads a property of an object or its prototypes.
pub fn find(object: &JsObject, key: &PropertyKey) -> Found {
    let mut holder = Some(object.clone());
    while let Some(object) = holder {
        if !is_plain(&object) {
            return Found::Unknown;
        }
        let object = object.borrow();
        if let Some(property) = object.properties().get(key) {
            return property.value().map_or(Found::Unknown, |value| Found::Value(value.clone()));
        }
        holder = object.prototype();
    }
    Found::Missing
}

/// Reads an own property of a plain object. `None` if it has a getter, or is not there.
pub fn own_value(object: &JsObject, key: &PropertyKey) -> Option<JsValue> {
    object.borrow().properties().get(key)?.value().cloned()
}
