//! `String.prototype.padStart` and `padEnd`. The engine's go through three copies of the filler, two bytes a unit.

use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsValue, js_string};

use super::repeat::fill;
use crate::builtins::text::{Builder, MAX_LENGTH};

pub fn pad_start(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    pad(this, args, true, context)
}

pub fn pad_end(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    pad(this, args, false, context)
}

fn pad(this: &JsValue, args: &[JsValue], at_start: bool, context: &mut Context) -> JsResult<JsValue> {
    let text = this.require_object_coercible()?.to_string(context)?;
    let wanted = args.get_or_undefined(0).to_length(context)?;
    if wanted <= text.len() as u64 {
        return Ok(text.into());
    }
    let filler = args.get_or_undefined(1);
    let filler = if filler.is_undefined() { js_string!(" ") } else { filler.to_string(context)? };
    if filler.is_empty() {
        return Ok(text.into());
    }
    let Some(length) = usize::try_from(wanted).ok().filter(|_| wanted <= MAX_LENGTH) else {
        let message = format!("cannot create a string longer than the maximum allowed length ({MAX_LENGTH})");
        return Err(JsNativeError::range().with_message(message).into());
    };
    let like = if text.as_str().is_latin1() { filler.as_str() } else { text.as_str() };
    let mut result = Builder::with_capacity(length, like);
    if !at_start {
        result.push(text.as_str());
    }
    fill(&mut result, &filler, length - text.len());
    if at_start {
        result.push(text.as_str());
    }
    Ok(result.build().into())
}
