//! `RegExp.prototype[Symbol.match]` of global expressions: the matches without what else `exec` tells of each.

use boa_engine::object::builtins::{JsArray, JsFunction};
use boa_engine::{Context, JsArgs, JsResult, JsValue, js_string};

use super::{for_each_match, piece, unchanged};

pub fn r#match(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let Some(object) = this.as_object() else { return engines.call(this, args, context) };
    let text = args.get_or_undefined(0).to_string(context)?;
    let Some(expression) = unchanged(&object, &text, context)?.filter(|expression| expression.global) else {
        return engines.call(this, &[text.into()], context);
    };
    let mut matches = Vec::new();
    for_each_match(&expression, &text, |found| {
        if let Some((start, end)) = found[0] {
            matches.push(piece(&text, start, end).into());
        }
    });
    object.set(js_string!("lastIndex"), 0, true, context)?;
    if matches.is_empty() {
        return Ok(JsValue::null());
    }
    Ok(JsArray::from_iter(matches, context).into())
}
