//! `RegExp.prototype[Symbol.replace]`: the result as one string that grows, without an array for each match.

use boa_engine::object::builtins::JsFunction;
use boa_engine::string::JsStr;
use boa_engine::{Context, JsArgs, JsResult, JsString, JsValue, js_string};

use super::cache::Expression;
use super::matcher::{Capture, Search};
use super::{for_each_match, groups, piece, unchanged};
use crate::builtins::plain;
use crate::builtins::string::replace::Replacement;
use crate::builtins::string::substitution::{Match, is_plain, substitute};
use crate::builtins::text::Builder;

pub fn replace(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let Some(object) = this.as_object() else { return engines.call(this, args, context) };
    let text = args.get_or_undefined(0).to_string(context)?;
    let replacement = Replacement::new(args.get_or_undefined(1), context)?;
    let expression = unchanged(&object, &text, context)?;
    // Where matching begins is not asked for, unless by an expression that is sticky and not global.
    let is_simple = |expression: &Expression| {
        let last_index = || plain::own_value(&object, &js_string!("lastIndex").into());
        expression.global || !expression.sticky && last_index().is_some_and(|index| index.is_number())
    };
    let Some(expression) = expression.filter(|expression| is_simple(expression)) else {
        let replacement = match replacement {
            Replacement::Template(template) => template.into(),
            Replacement::Function(function) => function.into(),
        };
        return engines.call(this, &[text.into(), replacement], context);
    };

    // All of them before the first replacement, which may do anything.
    let mut captures: Vec<Capture> = Vec::new();
    if expression.global {
        for_each_match(&expression, &text, |found| captures.extend_from_slice(found));
        object.set(js_string!("lastIndex"), 0, true, context)?;
    } else if let Some(found) = Search::new(&expression.program, text.as_str()).find(0, false) {
        captures.extend_from_slice(found);
    }
    if captures.is_empty() {
        return Ok(text.into());
    }

    let units = text.as_str();
    let mut result = Builder::with_capacity(text.len(), units);
    let mut kept = 0;
    for found in captures.chunks(expression.program.names.len() + 1) {
        let Some((start, end)) = found[0] else { continue };
        result.push(units.get(kept..start).unwrap_or(JsStr::EMPTY));
        kept = end;
        match &replacement {
            Replacement::Template(template) if is_plain(template.as_str()) => result.push(template.as_str()),
            Replacement::Template(template) => {
                let found = Match { text: units, whole: (start, end), captures: &found[1..], names: &expression.names };
                substitute(&mut result, template.as_str(), &found);
            }
            Replacement::Function(function) => {
                let args = arguments(&expression, &text, found, context);
                let value = function.call(&JsValue::undefined(), &args, context)?;
                result.push(value.to_string(context)?.as_str());
            }
        }
    }
    result.push(units.get(kept..).unwrap_or(JsStr::EMPTY));
    Ok(result.build().into())
}

/// What a function is told of a match.
fn arguments(expression: &Expression, text: &JsString, found: &[Capture], context: &mut Context) -> Vec<JsValue> {
    let part = |capture: Capture| match capture {
        Some((start, end)) => piece(text, start, end).into(),
        None => JsValue::undefined(),
    };
    let position = found[0].map_or(0, |(start, _)| start);
    let mut args: Vec<JsValue> = found.iter().map(|capture| part(*capture)).collect();
    args.extend([position.into(), text.clone().into()]);
    if !expression.names.is_empty() {
        args.push(groups(expression, found, |capture, _| part(capture), context));
    }
    args
}
