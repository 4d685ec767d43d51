//! `Array.prototype.sort` and `toSorted`.
//!
//! The engine's call of a comparator costs many times the comparison, so what a comparator does is found out where it
//! is simple enough, and strings are made once an element instead of twice a comparison. The engine's also rests on a
//! sort that panics when a comparator contradicts itself, as the one in `sort(() => Math.random() - 0.5)` does; this
//! one does not.

mod comparator;
mod merge;

use std::cmp::Ordering;

use boa_engine::object::builtins::{JsArray, JsFunction};
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::{Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue, js_string};

use super::array::{dense, element};
use super::convert::length_of;
use comparator::Difference;

/// The engine's `Function.prototype.toString`.
struct SourceText(JsFunction);

pub fn install(context: &mut Context) -> JsResult<()> {
    let function = context.intrinsics().constructors().function().prototype();
    let source_text = SourceText(super::original(&function, js_string!("toString"), context)?);
    context.insert_data(source_text);
    let array = context.intrinsics().constructors().array().prototype();
    super::replace(&array, "sort", sort, context)?;
    super::wrap(&array, js_string!("toSorted"), to_sorted, context)
}

fn sort(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let comparator = comparator(args)?;
    let object = this.to_object(context)?;
    let length = length_of(&object, context)?;
    let items = match dense(&object) {
        Some(items) => items,
        None => {
            let mut items = Vec::new();
            for index in 0..length {
                if object.has_property(index, context)? {
                    items.push(object.get(index, context)?);
                }
            }
            items
        }
    };
    let sorted = sorted(items, comparator.as_ref(), context)?;
    let count = sorted.len() as u64;
    for (index, item) in (0..).zip(sorted) {
        // An element that is there and an ordinary value: to set it is to replace it.
        if object.is_array() && element(&object, index).is_some() {
            let item = PropertyDescriptor::builder().value(item).writable(true).enumerable(true).configurable(true);
            object.insert_property(PropertyKey::from(index), item.build());
        } else {
            object.set(index, item, true, context)?;
        }
    }
    for index in count..length {
        object.delete_property_or_throw(index, context)?;
    }
    Ok(object.into())
}

fn to_sorted(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let comparator = comparator(args)?;
    match this.as_object().as_ref().and_then(dense) {
        Some(items) => Ok(JsArray::from_iter(sorted(items, comparator.as_ref(), context)?, context).into()),
        None => engines.call(this, args, context),
    }
}

fn comparator(args: &[JsValue]) -> JsResult<Option<JsObject>> {
    let comparator = args.get_or_undefined(0);
    if comparator.is_undefined() {
        return Ok(None);
    }
    comparator.as_callable().map(Some).ok_or_else(|| {
        JsNativeError::typ().with_message("The comparison function must be either a function or undefined").into()
    })
}

/// Fewer elements are compared before the comparator's text has been read.
const WORTH_READING: usize = 8;

/// Sorts as `SortIndexedProperties` and `CompareArrayElements` do.
fn sorted(mut items: Vec<JsValue>, comparator: Option<&JsObject>, context: &mut Context) -> JsResult<Vec<JsValue>> {
    let all = items.len();
    items.retain(|item| !item.is_undefined());
    let undefined = all - items.len();
    let mut items = match comparator {
        Some(comparator) => {
            let keys = if items.len() < WORTH_READING { None } else { difference_keys(&items, comparator, context)? };
            match keys {
                Some((keys, descending)) => by_keys(items, keys, |a, b| {
                    let (a, b) = if descending { (b, a) } else { (a, b) };
                    a.partial_cmp(b).unwrap_or(Ordering::Equal)
                }),
                None => merge::sort(items, |a, b| {
                    let order = comparator.call(&JsValue::undefined(), &[a.clone(), b.clone()], context)?;
                    Ok(order.to_number(context)? > 0.0)
                })?,
            }
        }
        None if items.iter().all(|item| item.is_string()) => {
            let keys = items.iter().filter_map(JsValue::as_string).collect();
            by_keys(items, keys, JsString::cmp)
        }
        None if items.iter().any(|item| item.is_object() || item.is_symbol()) => {
            merge::sort(items, |a, b| Ok(a.to_string(context)? > b.to_string(context)?))?
        }
        None => {
            let keys = items.iter().map(|item| item.to_string(context)).collect::<JsResult<_>>()?;
            by_keys(items, keys, JsString::cmp)
        }
    };
    items.resize(items.len() + undefined, JsValue::undefined());
    Ok(items)
}

fn by_keys<K>(items: Vec<JsValue>, keys: Vec<K>, compare: impl Fn(&K, &K) -> Ordering) -> Vec<JsValue> {
    let mut pairs: Vec<(K, JsValue)> = keys.into_iter().zip(items).collect();
    pairs.sort_by(|(a, _), (b, _)| compare(a, b));
    pairs.into_iter().map(|(_, item)| item).collect()
}

/// The numbers whose difference the comparator answers, and whether it takes the first from the second. `None` if that
/// is not what it does, or if it would run code or meet what is not a number: then the order of the calls can be seen.
fn difference_keys(
    items: &[JsValue],
    comparator: &JsObject,
    context: &mut Context,
) -> JsResult<Option<(Vec<f64>, bool)>> {
    let Some(SourceText(source_text)) = context.get_data::<SourceText>() else { return Ok(None) };
    let source_text = source_text.clone();
    let text = source_text.call(&comparator.clone().into(), &[], context)?;
    let Some(text) = text.as_string() else { return Ok(None) };
    let Some(difference) = Difference::read(text.as_str()) else { return Ok(None) };
    let keys: Option<Vec<f64>> = items.iter().map(|item| difference.key(item)).collect();
    Ok(keys.map(|keys| (keys, difference.descending)))
}
