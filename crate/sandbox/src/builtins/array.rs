//! The elements of an array that can be read, and written, without running any code.

use boa_engine::object::IndexPropertyValues;
use boa_engine::property::PropertyDescriptor;
use boa_engine::{Context, JsObject, JsResult, JsValue, js_string};

use super::plain::is_plain;

/// The elements of an array that has them all, one beside the other, each an ordinary value. `None` for what has holes,
/// getters or elements that cannot be written, and for what is no array: reading that can run code.
pub fn dense(object: &JsObject) -> Option<Vec<JsValue>> {
    dense_length(object)?;
    let object = object.borrow();
    let properties = object.properties();
    let values: Vec<JsValue> = match properties.index_property_values() {
        IndexPropertyValues::DenseI32(values) => values.map(|value| JsValue::new(*value)).collect(),
        IndexPropertyValues::DenseF64(values) => values.map(|value| JsValue::new(*value)).collect(),
        IndexPropertyValues::DenseElement(values) => values.cloned().collect(),
        _ => return None,
    };
    Some(values)
}

/// The length of an array that has all of its elements, as [`dense`] gives them.
pub fn dense_length(object: &JsObject) -> Option<usize> {
    if !object.is_array() {
        return None;
    }
    let object = object.borrow();
    let properties = object.properties();
    let count = match properties.index_property_values() {
        IndexPropertyValues::DenseI32(values) => values.len(),
        IndexPropertyValues::DenseF64(values) => values.len(),
        IndexPropertyValues::DenseElement(values) => values.len(),
        _ => return None,
    };
    let length = properties.get(&js_string!("length").into())?;
    #[expect(clippy::cast_precision_loss, reason = "an array has fewer than 2^32 elements")]
    let complete = length.value()?.as_number()? == count as f64;
    complete.then_some(count)
}

/// One element, where reading it runs no code: it is there and an ordinary value.
pub fn element(array: &JsObject, index: u64) -> Option<JsValue> {
    let index = usize::try_from(index).ok()?;
    match array.borrow().properties().index_property_values() {
        IndexPropertyValues::DenseI32(values) => values.as_slice().get(index).map(|value| JsValue::new(*value)),
        IndexPropertyValues::DenseF64(values) => values.as_slice().get(index).map(|value| JsValue::new(*value)),
        IndexPropertyValues::DenseElement(values) => values.as_slice().get(index).cloned(),
        _ => None,
    }
}

/// Whether elements can be added up to the length and at the end, so that nobody but the array learns of it.
pub fn can_grow(array: &JsObject, context: &mut Context) -> JsResult<bool> {
    let length = array.borrow().properties().get(&js_string!("length").into());
    if length.is_none_or(|length| length.writable() != Some(true)) || !array.is_extensible(context)? {
        return Ok(false);
    }
    // An element that a prototype has may be a setter.
    let mut holder = array.prototype();
    while let Some(prototype) = holder {
        if !is_plain(&prototype) || prototype.borrow().properties().index_property_keys().next().is_some() {
            return Ok(false);
        }
        holder = prototype.prototype();
    }
    Ok(true)
}

/// Writes elements of an array that has all of its elements, or [can grow](can_grow) by those that it lacks.
pub fn write(array: &JsObject, from: usize, values: impl IntoIterator<Item = JsValue>) {
    for (index, value) in (from..).zip(values) {
        let element = PropertyDescriptor::builder().value(value).writable(true).enumerable(true).configurable(true);
        array.insert_property(index, element);
    }
}

/// Sets the length of an array whose length can be written; its elements have to be as many.
pub fn write_length(array: &JsObject, length: usize) {
    let property = PropertyDescriptor::builder().value(length).writable(true).enumerable(false).configurable(false);
    array.insert_property(js_string!("length"), property);
}
