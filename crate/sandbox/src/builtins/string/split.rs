//! `String.prototype.split`. The engine's searches from the beginning of the string for each piece.

use boa_engine::object::builtins::JsArray;
use boa_engine::string::{JsStr, JsStrVariant};
use boa_engine::{Context, JsArgs, JsResult, JsString, JsSymbol, JsValue};

use crate::builtins::convert;
use crate::builtins::text::Searcher;

pub fn split(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let this = this.require_object_coercible()?;
    let (separator, limit) = (args.get_or_undefined(0), args.get_or_undefined(1));
    if let Some(object) = separator.as_object()
        && let Some(splitter) = convert::method(&object, JsSymbol::split(), context)?
    {
        return splitter.call(separator, &[this.clone(), limit.clone()], context);
    }
    let text = this.to_string(context)?;
    let limit = if limit.is_undefined() { u32::MAX } else { limit.to_u32(context)? };
    let pattern = separator.to_string(context)?;
    if limit == 0 {
        return Ok(JsArray::from_iter([], context).into());
    }
    if separator.is_undefined() || text.is_empty() && !pattern.is_empty() {
        return Ok(JsArray::from_iter([text.into()], context).into());
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if pattern.is_empty() {
        let array = match text.variant() {
            JsStrVariant::Latin1(units) => {
                let units = units.iter().take(limit);
                JsArray::from_iter(units.map(|unit| JsString::from(JsStr::latin1(&[*unit])).into()), context)
            }
            JsStrVariant::Utf16(units) => {
                let units = units.iter().take(limit);
                JsArray::from_iter(units.map(|unit| JsString::from(JsStr::utf16(&[*unit])).into()), context)
            }
        };
        return Ok(array.into());
    }
    let searcher = Searcher::new(text.as_str(), pattern.as_str());
    let mut start = Some(0);
    let pieces = std::iter::from_fn(|| {
        let from = start?;
        let end = searcher.find(from);
        start = end.map(|end| end + pattern.len());
        Some(JsValue::from(text.slice(from, end.unwrap_or(text.len()))))
    });
    Ok(JsArray::from_iter(pieces.take(limit), context).into())
}
