//! `RegExp.prototype.exec`, through which all other methods of regular expressions go, and those of the others that
//! need not go through it where nobody could tell.
//!
//! The engine's `exec` copies the whole text for each match, and makes the indices that only the flag `d` asks for. Its
//! matcher takes exponential time for some patterns; ours, which knows the most usual ones, does not.

mod cache;
mod r#match;
mod matcher;
mod pattern;
mod pristine;
mod program;
mod replace;
mod set;
mod split;

use std::rc::Rc;

use boa_engine::object::builtins::{JsArray, JsFunction, JsRegExp};
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::{Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsSymbol, JsValue, js_string};

use cache::{Cache, Expression};
use matcher::{Capture, Search};
use pristine::Pristine;

pub fn install(context: &mut Context) -> JsResult<()> {
    let prototype = context.intrinsics().constructors().regexp().prototype();
    let cache = Cache::new(&prototype)?;
    context.insert_data(cache);
    super::wrap(&prototype, js_string!("exec"), exec, context)?;
    super::replace(&prototype, "test", test, context)?;
    super::wrap(&prototype, js_string!("compile"), compile, context)?;
    super::wrap(&prototype, JsSymbol::r#match(), r#match::r#match, context)?;
    super::wrap(&prototype, JsSymbol::replace(), replace::replace, context)?;
    super::wrap(&prototype, JsSymbol::split(), split::split, context)?;
    let pristine = Pristine::new(context)?;
    context.insert_data(pristine);
    Ok(())
}

/// `RegExp.prototype.compile` makes another expression of the same object.
fn compile(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let result = engines.call(this, args, context);
    if let Some(cache) = context.get_data::<Cache>() {
        cache.forget_objects();
    }
    result
}

fn exec(this: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let Some(regexp) = this.as_object().and_then(|this| JsRegExp::from_object(this).ok()) else {
        return Err(JsNativeError::typ().with_message("RegExp.prototype.exec called with invalid value").into());
    };
    let text = args.get_or_undefined(0).to_string(context)?;
    let Some(expression) = expression_for(&regexp, &text, context)? else {
        return exec_by_engine(this, text, engines, context);
    };
    let found = find(&expression, &regexp.into(), &text, context)?;
    Ok(found.map_or_else(JsValue::null, |found| match_array(&expression, &text, &found, context)))
}

/// `RegExp.prototype.test`: where `exec` is what it always was, without an array that nobody sees.
fn test(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let Some(object) = this.as_object() else {
        return Err(JsNativeError::typ()
            .with_message("RegExp.prototype.test method called on incompatible value")
            .into());
    };
    let text = args.get_or_undefined(0).to_string(context)?;
    let exec = object.get(js_string!("exec"), context)?;
    let regexp = JsRegExp::from_object(object.clone()).ok();
    let Some(exec) = exec.as_callable() else {
        let Some(pristine) = context.get_data::<Pristine>().filter(|_| regexp.is_some()) else {
            return Err(JsNativeError::typ().with_message("RegExpExec called with invalid value").into());
        };
        let ours = pristine.exec().clone();
        return Ok((!ours.call(this, &[text.into()], context)?.is_null()).into());
    };
    let is_ours = context.get_data::<Pristine>().is_some_and(|pristine| JsObject::equals(pristine.exec(), &exec));
    if let Some(regexp) = regexp.filter(|_| is_ours)
        && let Some(expression) = expression_for(&regexp, &text, context)?
    {
        return Ok(find(&expression, &object, &text, context)?.is_some().into());
    }
    let result = exec.call(this, &[text.into()], context)?;
    if !result.is_object() && !result.is_null() {
        return Err(JsNativeError::typ().with_message("regexp exec returned neither object nor null").into());
    }
    Ok(result.is_object().into())
}

/// The expression behind an object, where to match it, over and over, is to run no code but ours. `None` otherwise, and
/// for what our matcher does not know.
fn unchanged(object: &JsObject, text: &JsString, context: &mut Context) -> JsResult<Option<Rc<Expression>>> {
    if !context.get_data::<Pristine>().is_some_and(|pristine| pristine.is_unchanged(object)) {
        return Ok(None);
    }
    match JsRegExp::from_object(object.clone()) {
        Ok(regexp) => expression_for(&regexp, text, context),
        Err(_) => Ok(None),
    }
}

/// All matches of a global expression, from the beginning of the text.
fn for_each_match(expression: &Expression, text: &JsString, mut each: impl FnMut(&[Capture])) {
    let mut search = Search::new(&expression.program, text.as_str());
    let mut from = 0;
    while let Some(found) = search.find(from, expression.sticky) {
        let Some(Some((start, end))) = found.first() else { return };
        from = if start == end { end + 1 } else { *end };
        each(found);
    }
}

fn expression_for(regexp: &JsRegExp, text: &JsString, context: &mut Context) -> JsResult<Option<Rc<Expression>>> {
    let expression = Cache::expression(regexp, context)?;
    // By code points, only where those are code units.
    Ok(expression.filter(|expression| !expression.flags.unicode || text.as_str().is_latin1()))
}

/// `RegExpBuiltinExec` but for the array.
fn find(
    expression: &Expression,
    regexp: &JsObject,
    text: &JsString,
    context: &mut Context,
) -> JsResult<Option<Vec<Capture>>> {
    let last_index = js_string!("lastIndex");
    let from = regexp.get(last_index.clone(), context)?.to_length(context)?;
    let keeps_place = expression.global || expression.sticky;
    let from = if keeps_place { usize::try_from(from).unwrap_or(usize::MAX) } else { 0 };
    let found = Search::new(&expression.program, text.as_str()).find(from, expression.sticky).map(<[_]>::to_vec);
    if keeps_place {
        let end = found.as_ref().and_then(|found| found[0]).map_or(0, |(_, end)| end);
        regexp.set(last_index, end, true, context)?;
    }
    Ok(found)
}

/// Texts that are searched again and again are made wide once, as the engine would do each time.
fn exec_by_engine(this: &JsValue, text: JsString, engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let Some(wide) = Cache::widened(&text, context) else { return engines.call(this, &[text.into()], context) };
    let result = engines.call(this, &[wide.into()], context)?;
    if let Some(array) = result.as_object() {
        define(&array, js_string!("input"), text.into());
    }
    Ok(result)
}

/// The result of `exec`.
fn match_array(expression: &Expression, text: &JsString, found: &[Capture], context: &mut Context) -> JsValue {
    let part = |capture: Capture| match capture {
        Some((start, end)) => piece(text, start, end).into(),
        None => JsValue::undefined(),
    };
    let array: JsObject = JsArray::from_iter(found.iter().map(|capture| part(*capture)), context).into();
    let start = found[0].map_or(0, |(start, _)| start);
    define(&array, js_string!("index"), start.into());
    define(&array, js_string!("input"), text.clone().into());
    define(&array, js_string!("groups"), groups(expression, found, |capture, _| part(capture), context));
    if expression.has_indices {
        let pair = |capture: Capture, context: &mut Context| match capture {
            Some((start, end)) => JsArray::from_iter([start.into(), end.into()], context).into(),
            None => JsValue::undefined(),
        };
        let pairs: Vec<_> = found.iter().map(|capture| pair(*capture, context)).collect();
        let indices: JsObject = JsArray::from_iter(pairs, context).into();
        define(&indices, js_string!("groups"), groups(expression, found, pair, context));
        define(&array, js_string!("indices"), indices.into());
    }
    array.into()
}

fn groups(
    expression: &Expression,
    found: &[Capture],
    value: impl Fn(Capture, &mut Context) -> JsValue,
    context: &mut Context,
) -> JsValue {
    if expression.names.is_empty() {
        return JsValue::undefined();
    }
    let groups = JsObject::with_null_proto();
    for (name, number) in &expression.names {
        define(&groups, name.clone(), value(found[*number], context));
    }
    groups.into()
}

/// A short piece costs less by itself than a reference into the text does, which also keeps the whole text.
const SHORT: usize = 16;

fn piece(text: &JsString, start: usize, end: usize) -> JsString {
    match text.as_str().get(start..end) {
        Some(short) if short.len() <= SHORT => JsString::from(short),
        _ => text.slice(start, end),
    }
}

fn define(object: &JsObject, name: JsString, value: JsValue) {
    let property = PropertyDescriptor::builder().value(value).writable(true).enumerable(true).configurable(true);
    object.insert_property(PropertyKey::from(name), property.build());
}
