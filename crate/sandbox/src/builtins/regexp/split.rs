//! `RegExp.prototype[Symbol.split]`: by search, where the engine's asks at each code unit whether there is a match.

use boa_engine::object::builtins::{JsArray, JsFunction};
use boa_engine::{Context, JsArgs, JsResult, JsValue};

use super::matcher::Search;
use super::pristine::Pristine;
use super::{piece, unchanged};

pub fn split(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let (Some(object), limit) = (this.as_object(), args.get_or_undefined(1)) else {
        return engines.call(this, args, context);
    };
    let text = args.get_or_undefined(0).to_string(context)?;
    let makes_its_like = context.get_data::<Pristine>().is_some_and(Pristine::makes_its_like);
    let is_simple = makes_its_like && (limit.is_undefined() || limit.is_number());
    let Some(expression) = unchanged(&object, &text, context)?.filter(|_| is_simple) else {
        return engines.call(this, &[text.into(), limit.clone()], context);
    };
    let limit = if limit.is_undefined() { u32::MAX } else { limit.to_u32(context)? };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);

    let mut search = Search::new(&expression.program, text.as_str());
    let mut pieces: Vec<JsValue> = Vec::new();
    // Where the piece begins, and where its end is looked for.
    let (mut kept, mut from) = (0, 0);
    if text.is_empty() && search.find(0, true).is_some() {
        return Ok(JsArray::from_iter([], context).into());
    }
    while pieces.len() < limit
        && let Some(found) = search.find(from, false)
        && let Some((start, end)) = found[0]
        && start < text.len()
    {
        if end == kept {
            from = start + 1;
            continue;
        }
        pieces.push(piece(&text, kept, start).into());
        pieces.extend(found[1..].iter().map(|capture| match capture {
            Some((start, end)) => piece(&text, *start, *end).into(),
            None => JsValue::undefined(),
        }));
        (kept, from) = (end, end);
    }
    pieces.push(piece(&text, kept, text.len()).into());
    pieces.truncate(limit);
    Ok(JsArray::from_iter(pieces, context).into())
}
