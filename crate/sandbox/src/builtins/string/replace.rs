//! `String.prototype.replace` and `replaceAll` of strings. The engine's `replaceAll` searches from the beginning of the
//! string for each match.

use boa_engine::string::JsStr;
use boa_engine::{Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsSymbol, JsValue, js_string};

use super::substitution::{Match, is_plain, substitute};
use crate::builtins::convert;
use crate::builtins::text::{Builder, Searcher};

pub fn replace(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let this = this.require_object_coercible()?;
    if let Some(object) = args.get_or_undefined(0).as_object()
        && let Some(replacer) = convert::method(&object, JsSymbol::replace(), context)?
    {
        return replacer.call(&object.into(), &[this.clone(), args.get_or_undefined(1).clone()], context);
    }
    replace_string(this, args, Extent::First, context)
}

pub fn replace_all(this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let this = this.require_object_coercible()?;
    let pattern = args.get_or_undefined(0);
    if let Some(object) = pattern.as_object() {
        if convert::is_regexp(pattern, context)? {
            let flags = object.get(js_string!("flags"), context)?;
            if !flags.require_object_coercible()?.to_string(context)?.contains(b'g') {
                return Err(JsNativeError::typ()
                    .with_message("String.prototype.replaceAll called with a non-global RegExp argument")
                    .into());
            }
        }
        if let Some(replacer) = convert::method(&object, JsSymbol::replace(), context)? {
            return replacer.call(pattern, &[this.clone(), args.get_or_undefined(1).clone()], context);
        }
    }
    replace_string(this, args, Extent::All, context)
}

#[derive(PartialEq, Eq)]
enum Extent {
    First,
    All,
}

/// What is put in the place of a match.
pub enum Replacement {
    Template(JsString),
    Function(JsObject),
}

impl Replacement {
    /// # Errors
    /// What the conversion to a string throws.
    pub fn new(value: &JsValue, context: &mut Context) -> JsResult<Self> {
        Ok(match value.as_callable() {
            Some(function) => Self::Function(function),
            None => Self::Template(value.to_string(context)?),
        })
    }
}

fn replace_string(this: &JsValue, args: &[JsValue], extent: Extent, context: &mut Context) -> JsResult<JsValue> {
    let string = this.to_string(context)?;
    let pattern = args.get_or_undefined(0).to_string(context)?;
    let replacement = Replacement::new(args.get_or_undefined(1), context)?;
    let text = string.as_str();
    let searcher = Searcher::new(text, pattern.as_str());
    let Some(first) = searcher.find(0) else { return Ok(string.into()) };

    let mut result = Builder::with_capacity(string.len(), text);
    let mut position = Some(first);
    let mut kept = 0;
    while let Some(at) = position {
        result.push(text.get(kept..at).unwrap_or(JsStr::EMPTY));
        match &replacement {
            Replacement::Template(template) if is_plain(template.as_str()) => result.push(template.as_str()),
            Replacement::Template(template) => {
                let found = Match { text, whole: (at, at + pattern.len()), captures: &[], names: &[] };
                substitute(&mut result, template.as_str(), &found);
            }
            Replacement::Function(function) => {
                let args = [pattern.clone().into(), at.into(), string.clone().into()];
                let value = function.call(&JsValue::undefined(), &args, context)?;
                result.push(value.to_string(context)?.as_str());
            }
        }
        kept = at + pattern.len();
        // The function cannot change the string, so to search as it goes finds what searching at first would.
        position = if extent == Extent::All { searcher.find(at + pattern.len().max(1)) } else { None };
    }
    result.push(text.get(kept..).unwrap_or(JsStr::EMPTY));
    Ok(result.build().into())
}
