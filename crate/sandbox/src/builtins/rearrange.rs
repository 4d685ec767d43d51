//! `Array.prototype.fill`, `reverse`, `unshift` and `splice`: the engine's move each element as any property is moved.

use boa_engine::object::IndexPropertyValues;
use boa_engine::object::builtins::{JsArray, JsFunction};
use boa_engine::property::PropertyKey;
use boa_engine::{Context, JsArgs, JsObject, JsResult, JsSymbol, JsValue, js_string};

use super::array::{can_grow, dense, dense_length, write, write_length};
use super::plain::{Found, find, own_value};

pub fn install(context: &mut Context) -> JsResult<()> {
    let prototype = context.intrinsics().constructors().array().prototype();
    super::wrap(&prototype, js_string!("fill"), fill, context)?;
    super::wrap(&prototype, js_string!("reverse"), reverse, context)?;
    super::wrap(&prototype, js_string!("unshift"), unshift, context)?;
    super::wrap(&prototype, js_string!("splice"), splice, context)
}

/// The whole of an array that has all of its elements, or none of them (`new Array(n)`).
fn fill(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let Some(array) = this.as_object().filter(|_| args.len() < 2) else { return engines.call(this, args, context) };
    let length = match dense_length(&array) {
        Some(length) => length,
        None => match empty_length(&array) {
            Some(length) if can_grow(&array, context)? => length,
            _ => return engines.call(this, args, context),
        },
    };
    write(&array, 0, std::iter::repeat_n(args.get_or_undefined(0).clone(), length));
    Ok(this.clone())
}

fn reverse(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let Some((array, elements)) = dense_array(this) else { return engines.call(this, args, context) };
    write(&array, 0, elements.into_iter().rev());
    Ok(this.clone())
}

fn unshift(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let Some((array, elements)) = dense_array(this) else { return engines.call(this, args, context) };
    let length = elements.len() + args.len();
    if args.is_empty() || !is_length(length) || !can_grow(&array, context)? {
        return engines.call(this, args, context);
    }
    write(&array, 0, args.iter().cloned().chain(elements));
    write_length(&array, length);
    Ok(length.into())
}

fn splice(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let Some((array, elements)) = dense_array(this) else { return engines.call(this, args, context) };
    let Some((start, removed)) = range(args, elements.len()) else { return engines.call(this, args, context) };
    let inserted = args.get(2..).unwrap_or_default();
    let length = elements.len() - removed + inserted.len();
    if !is_length(length) || !makes_plain_arrays(&array, context) || !can_grow(&array, context)? {
        return engines.call(this, args, context);
    }
    let (removed, rest) = elements[start..].split_at(removed);
    if removed.len() == inserted.len() {
        write(&array, start, inserted.iter().cloned());
    } else {
        write(&array, start, inserted.iter().chain(rest).cloned());
        for index in (length..elements.len()).rev() {
            array.delete_property_or_throw(index, context)?;
        }
        write_length(&array, length);
    }
    Ok(JsArray::from_iter(removed.iter().cloned(), context).into())
}

/// An array that has all of its elements, and these.
fn dense_array(value: &JsValue) -> Option<(JsObject, Vec<JsValue>)> {
    let array = value.as_object()?;
    let elements = dense(&array)?;
    Some((array, elements))
}

/// The length of an array that has no elements.
fn empty_length(array: &JsObject) -> Option<usize> {
    if !array.is_array() {
        return None;
    }
    let object = array.borrow();
    // Only what is stored densely stays so when it is filled from the beginning.
    let IndexPropertyValues::DenseI32(mut elements) = object.properties().index_property_values() else { return None };
    let length = own_value(array, &js_string!("length").into())?.as_number()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a length is a whole number below 2^32"
    )]
    elements.next().is_none().then_some(length as usize)
}

/// Where `splice` begins and how much it removes, if no argument has to be converted.
fn range(args: &[JsValue], length: usize) -> Option<(usize, usize)> {
    let whole = |value: &JsValue| match value.as_number() {
        Some(number) if number.is_nan() => Some(0.0),
        Some(number) => Some(number.trunc()),
        None => None,
    };
    #[expect(clippy::cast_precision_loss, reason = "an array has fewer than 2^32 elements")]
    let length = length as f64;
    let start = whole(args.first()?)?;
    let start = if start < 0.0 { (length + start).max(0.0) } else { start.min(length) };
    let removed = match args.get(1) {
        Some(count) => whole(count)?.clamp(0.0, length - start),
        None => length - start,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are between 0 and the length")]
    Some((start as usize, removed as usize))
}

/// Whether an array can be as long.
fn is_length(length: usize) -> bool {
    u32::try_from(length).is_ok_and(|length| length < u32::MAX)
}

/// Whether what a method makes of this array is an ordinary one, for good: the constructor is nobody's own, and what it says of
/// itself can no longer be changed.
fn makes_plain_arrays(array: &JsObject, context: &Context) -> bool {
    let constructor = context.intrinsics().constructors().array().constructor();
    let species = constructor.borrow().properties().get(&PropertyKey::from(JsSymbol::species()));
    let is_fixed = species.is_some_and(|species| species.configurable() == Some(false));
    is_fixed
        && matches!(find(array, &js_string!("constructor").into()), Found::Value(found) if found.as_object() == Some(constructor))
}
