//! `String.prototype.repeat`. The engine's takes 16 bytes a copy on top of the result.

use boa_engine::value::IntegerOrInfinity;
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsString, JsValue, js_string};

use crate::builtins::text::{Builder, MAX_LENGTH};

pub fn repeat(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = this.require_object_coercible()?.to_string(context)?;
    let count = match args.get_or_undefined(0).to_integer_or_infinity(context)? {
        IntegerOrInfinity::Integer(count) if count >= 0 => count.unsigned_abs(),
        IntegerOrInfinity::PositiveInfinity => {
            return Err(range("String.prototype.repeat: count must be less than infinity"));
        }
        _ => return Err(range("String.prototype.repeat: count must be non-negative")),
    };
    if count == 0 || text.is_empty() {
        return Ok(js_string!().into());
    }
    let length = count.checked_mul(text.len() as u64).filter(|length| *length <= MAX_LENGTH);
    let Some(length) = length.and_then(|length| usize::try_from(length).ok()) else {
        return Err(range(
            "repeat count must be a positive finite number that doesn't overflow the maximum string length (2^32 - 1)",
        ));
    };
    if count == 1 {
        return Ok(text.into());
    }
    let mut result = Builder::with_capacity(length, text.as_str());
    fill(&mut result, &text, length);
    Ok(result.build().into())
}

/// Short texts are first repeated up to this length, so that not each copy of them is one step.
const BLOCK: usize = 512;

/// Adds `length` code units of endless copies of `text`.
pub fn fill(result: &mut Builder, text: &JsString, length: usize) {
    let copies = BLOCK / text.len();
    if copies > 1 && length > BLOCK {
        let mut block = Builder::with_capacity(copies * text.len(), text.as_str());
        for _ in 0..copies {
            block.push(text.as_str());
        }
        return fill(result, &block.build(), length);
    }
    for _ in 0..length / text.len() {
        result.push(text.as_str());
    }
    if let Some(rest) = text.as_str().get(..length % text.len()) {
        result.push(rest);
    }
}

fn range(message: &'static str) -> boa_engine::JsError {
    JsNativeError::range().with_message(message).into()
}
