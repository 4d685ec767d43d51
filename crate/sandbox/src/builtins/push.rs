//! `Array.prototype.push`: to the end of an array that has all of its elements, without asking the prototypes for each.

use boa_engine::object::builtins::JsFunction;
use boa_engine::property::PropertyDescriptor;
use boa_engine::{Context, JsObject, JsResult, JsValue, js_string};

use super::array::dense_length;

pub fn install(context: &mut Context) -> JsResult<()> {
    let prototype = context.intrinsics().constructors().array().prototype();
    super::wrap(&prototype, js_string!("push"), push, context)
}

fn push(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let Some(array) = this.as_object() else { return engines.call(this, args, context) };
    let (Some(length), true) = (growing_length(&array, args.len()), array.is_extensible(context)?) else {
        return engines.call(this, args, context);
    };
    let constructors = context.intrinsics().constructors();
    let prototypes = [constructors.array().prototype(), constructors.object().prototype()];
    if !inherits_no_elements(&array, prototypes) {
        return engines.call(this, args, context);
    }
    let data = PropertyDescriptor::builder().writable(true).enumerable(true).configurable(true);
    for (index, value) in args.iter().enumerate() {
        array.insert_property(length + index, data.clone().value(value.clone()));
    }
    let length = JsValue::from(length + args.len());
    let property = PropertyDescriptor::builder().value(length.clone()).writable(true);
    array.insert_property(js_string!("length"), property.enumerable(false).configurable(false));
    Ok(length)
}

/// The length of an array that has all of its elements and may have `more`.
fn growing_length(array: &JsObject, more: usize) -> Option<usize> {
    let (length, is_writable) = dense_length(array)?;
    let fits = i32::try_from(length + more).is_ok();
    (is_writable && fits).then_some(length)
}

/// Whether the array's prototypes are these two alone, and neither has an element: a setter of theirs would be called.
fn inherits_no_elements(array: &JsObject, prototypes: [JsObject; 2]) -> bool {
    let mut object = array.prototype();
    for prototype in prototypes {
        if object.as_ref() != Some(&prototype) || prototype.borrow().properties().index_property_keys().next().is_some() {
            return false;
        }
        object = prototype.prototype();
    }
    object.is_none()
}
