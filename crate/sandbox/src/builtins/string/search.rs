//! `String.prototype.indexOf`, `lastIndexOf` and `includes`. The engine's walk to a position instead of going there,
//! and compare by making a string for each place.

use boa_engine::value::IntegerOrInfinity;
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsValue};

use crate::builtins::convert;
use crate::builtins::text::Searcher;

pub fn index_of(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = this.require_object_coercible()?.to_string(context)?;
    let pattern = args.get_or_undefined(0).to_string(context)?;
    let position = args.get_or_undefined(1).to_integer_or_infinity(context)?;
    let start = clamp(position, text.len());
    Ok(index(Searcher::new(text.as_str(), pattern.as_str()).find(start)))
}

pub fn last_index_of(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = this.require_object_coercible()?.to_string(context)?;
    let pattern = args.get_or_undefined(0).to_string(context)?;
    let position = args.get_or_undefined(1).to_number(context)?;
    let start = if position.is_nan() {
        text.len()
    } else {
        clamp(JsValue::new(position).to_integer_or_infinity(context)?, text.len())
    };
    Ok(index(Searcher::new(text.as_str(), pattern.as_str()).find_last(start)))
}

pub fn includes(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = this.require_object_coercible()?.to_string(context)?;
    let pattern = args.get_or_undefined(0);
    if convert::is_regexp(pattern, context)? {
        return Err(JsNativeError::typ()
            .with_message("First argument to String.prototype.includes must not be a regular expression")
            .into());
    }
    let pattern = pattern.to_string(context)?;
    let position = args.get_or_undefined(1).to_integer_or_infinity(context)?;
    let start = clamp(position, text.len());
    Ok(Searcher::new(text.as_str(), pattern.as_str()).find(start).is_some().into())
}

fn clamp(position: IntegerOrInfinity, length: usize) -> usize {
    match position {
        IntegerOrInfinity::NegativeInfinity => 0,
        IntegerOrInfinity::PositiveInfinity => length,
        IntegerOrInfinity::Integer(position) => usize::try_from(position.max(0)).unwrap_or(usize::MAX).min(length),
    }
}

fn index(found: Option<usize>) -> JsValue {
    found.map_or_else(|| JsValue::from(-1), JsValue::from)
}
