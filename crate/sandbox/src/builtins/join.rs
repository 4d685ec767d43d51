//! `Array.prototype.join`: one string that grows, instead of two handles an element and then a copy.

use boa_engine::{Context, JsArgs, JsObject, JsResult, JsValue, js_string};

use super::array::dense;
use super::convert::length_of;
use super::number::push_number;
use super::text::Builder;

pub fn install(context: &mut Context) -> JsResult<()> {
    let prototype = context.intrinsics().constructors().array().prototype();
    super::replace(&prototype, "join", join, context)
}

fn join(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let array = this.to_object(context)?;
    let length = length_of(&array, context)?;
    let separator = args.get_or_undefined(0);
    let separator = if separator.is_undefined() { js_string!(",") } else { separator.to_string(context)? };
    let mut result = Builder::with_capacity(0, separator.as_str());

    // What is no object becomes a string without running code, so that the array stays as it was read.
    let elements = dense(&array).filter(|elements| !elements.iter().any(|element| element.is_object()));
    if let Some(elements) = elements.filter(|elements| elements.len() as u64 == length) {
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                result.push(separator.as_str());
            }
            push_element(&mut result, element, &array, context)?;
        }
    } else {
        for index in 0..length {
            if index > 0 {
                result.push(separator.as_str());
            }
            let element = array.get(index, context)?;
            push_element(&mut result, &element, &array, context)?;
        }
    }
    Ok(result.build().into())
}

fn push_element(result: &mut Builder, element: &JsValue, array: &JsObject, context: &mut Context) -> JsResult<()> {
    // As all engines do with an array in itself, which would have no end.
    let is_itself = element.as_object().is_some_and(|element| JsObject::equals(&element, array));
    if element.is_null_or_undefined() || is_itself {
        return Ok(());
    }
    if let Some(number) = element.as_number() {
        push_number(result, number);
    } else {
        result.push(element.to_string(context)?.as_str());
    }
    Ok(())
}
