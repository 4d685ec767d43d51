//! `Array.prototype.indexOf`, `lastIndexOf` and `includes`: the engine's ask for each element as for any property.

use boa_engine::object::IndexPropertyValues;
use boa_engine::object::builtins::JsFunction;
use boa_engine::{Context, JsArgs, JsResult, JsValue, js_string};

use super::array::dense_length;

pub fn install(context: &mut Context) -> JsResult<()> {
    let prototype = context.intrinsics().constructors().array().prototype();
    super::wrap(&prototype, js_string!("indexOf"), index_of, context)?;
    super::wrap(&prototype, js_string!("lastIndexOf"), last_index_of, context)?;
    super::wrap(&prototype, js_string!("includes"), includes, context)
}

fn index_of(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    match find(this, args, JsValue::strict_equals, End::First) {
        Some(found) => Ok(index(found)),
        None => engines.call(this, args, context),
    }
}

fn last_index_of(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    match find(this, args, JsValue::strict_equals, End::Last) {
        Some(found) => Ok(index(found)),
        None => engines.call(this, args, context),
    }
}

fn includes(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    match find(this, args, JsValue::same_value_zero, End::First) {
        Some(found) => Ok(found.is_some().into()),
        None => engines.call(this, args, context),
    }
}

fn index(found: Option<usize>) -> JsValue {
    found.map_or_else(|| JsValue::from(-1), JsValue::from)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// Where the element is, in an array that has all of its elements. `None` for other objects, and for a place to begin
/// at, which is a matter of its own.
fn find(
    this: &JsValue,
    args: &[JsValue],
    equals: impl Fn(&JsValue, &JsValue) -> bool,
    end: End,
) -> Option<Option<usize>> {
    let array = this.as_object().filter(|_| args.len() < 2)?;
    dense_length(&array)?;
    let wanted = args.get_or_undefined(0);
    let is_wanted = |element: &JsValue| equals(element, wanted);
    let array = array.borrow();
    Some(match (array.properties().index_property_values(), end) {
        (IndexPropertyValues::DenseI32(mut values), End::First) => values.position(|value| is_wanted(&(*value).into())),
        (IndexPropertyValues::DenseI32(mut values), End::Last) => values.rposition(|value| is_wanted(&(*value).into())),
        (IndexPropertyValues::DenseF64(mut values), End::First) => values.position(|value| is_wanted(&(*value).into())),
        (IndexPropertyValues::DenseF64(mut values), End::Last) => values.rposition(|value| is_wanted(&(*value).into())),
        (IndexPropertyValues::DenseElement(mut values), End::First) => values.position(is_wanted),
        (IndexPropertyValues::DenseElement(mut values), End::Last) => values.rposition(is_wanted),
        _ => return None,
    })
}
