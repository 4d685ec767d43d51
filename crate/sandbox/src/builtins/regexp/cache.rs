//! Expressions that have been compiled.
//!
//! The engine shows neither its own compiled expression nor the pattern as it was written, so that is found out from
//! what `source` gives, once.

use std::cell::RefCell;
use std::rc::Rc;

use boa_engine::object::builtins::{JsFunction, JsRegExp};
use boa_engine::property::PropertyKey;
use boa_engine::string::{JsStrVariant, Utf16JsStringBuilder};
use boa_engine::{Context, JsObject, JsResult, JsString, js_string};

use super::pattern::{self, Flags};
use super::program::Program;

/// A compiled expression.
pub struct Expression {
    source: String,
    pub flags: Flags,
    pub global: bool,
    pub sticky: bool,
    pub has_indices: bool,
    pub program: Program,
    /// The names of captures, with their numbers.
    pub names: Vec<(JsString, usize)>,
}

impl Expression {
    /// `None` for what our matcher does not know.
    fn compile(regexp: &JsRegExp, source: String, flags: Flags, context: &mut Context) -> JsResult<Option<Self>> {
        let program = as_written(&source)
            .and_then(|pattern| pattern::read(&pattern, flags))
            .and_then(|pattern| Program::compile(pattern, flags));
        let Some(program) = program else { return Ok(None) };
        let numbered = program.names.iter().enumerate();
        Ok(Some(Self {
            names: numbered.filter_map(|(index, name)| Some((JsString::from(name.as_deref()?), index + 1))).collect(),
            source,
            flags,
            global: regexp.global(context)?,
            sticky: regexp.sticky(context)?,
            has_indices: regexp.has_indices(context)?,
            program,
        }))
    }
}

/// Objects that are remembered at once, and kept.
const OBJECTS: usize = 4;

/// Expressions that are remembered at once.
const EXPRESSIONS: usize = 32;

/// Shorter texts are left to the engine as they are.
const WORTH_KEEPING: usize = 256;

pub struct Cache {
    /// The engine's getter of `unicodeSets`.
    unicode_sets: JsFunction,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// With nothing for those that are left to the engine.
    objects: Vec<(JsObject, Option<Rc<Expression>>)>,
    expressions: Vec<Rc<Expression>>,
    /// The text that the engine searched last, and the same with two bytes a code unit.
    wide: Option<(JsString, JsString)>,
}

impl Cache {
    pub fn new(prototype: &JsObject) -> JsResult<Self> {
        let key = PropertyKey::from(js_string!("unicodeSets"));
        let getter = prototype.borrow().properties().get(&key).and_then(|property| property.get().cloned());
        let getter = getter.and_then(|getter| getter.as_object()).and_then(JsFunction::from_object);
        let unicode_sets = getter.ok_or_else(|| crate::builtins::missing("unicodeSets"))?;
        Ok(Self { unicode_sets, state: RefCell::default() })
    }

    /// What is known by identity may have become another expression.
    pub fn forget_objects(&self) {
        self.state.borrow_mut().objects.clear();
    }

    /// The compiled expression of an object. `None` for what our matcher does not know.
    ///
    /// # Errors
    /// None that the engine is known to give.
    pub fn expression(regexp: &JsRegExp, context: &mut Context) -> JsResult<Option<Rc<Expression>>> {
        let object: JsObject = regexp.clone().into();
        let Some(cache) = context.get_data::<Self>() else { return Ok(None) };
        let known = |(known, _): &&(JsObject, _)| JsObject::equals(known, &object);
        if let Some((_, expression)) = cache.state.borrow().objects.iter().find(known) {
            return Ok(expression.clone());
        }
        let expression = Self::by_source(regexp, context)?;
        let Some(cache) = context.get_data::<Self>() else { return Ok(None) };
        let mut state = cache.state.borrow_mut();
        if let Some(expression) = &expression {
            // The one that was used last is the last to go.
            state.expressions.retain(|known| !Rc::ptr_eq(known, expression));
            if state.expressions.len() == EXPRESSIONS {
                state.expressions.remove(0);
            }
            state.expressions.push(expression.clone());
        }
        if state.objects.len() == OBJECTS {
            state.objects.remove(0);
        }
        state.objects.push((object, expression.clone()));
        Ok(expression)
    }

    fn by_source(regexp: &JsRegExp, context: &mut Context) -> JsResult<Option<Rc<Expression>>> {
        let Some(cache) = context.get_data::<Self>() else { return Ok(None) };
        let unicode_sets = cache.unicode_sets.clone();
        if unicode_sets.call(&JsObject::from(regexp.clone()).into(), &[], context)?.to_boolean() {
            return Ok(None);
        }
        let flags = Flags {
            ignore_case: regexp.ignore_case(context)?,
            multiline: regexp.multiline(context)?,
            dot_all: regexp.dot_all(context)?,
            unicode: regexp.unicode(context)?,
        };
        let (global, sticky, has_indices) =
            (regexp.global(context)?, regexp.sticky(context)?, regexp.has_indices(context)?);
        // Lone surrogates are not given.
        let Ok(source) = regexp.source(context) else { return Ok(None) };
        let Some(cache) = context.get_data::<Self>() else { return Ok(None) };
        let is_same = |known: &&Rc<Expression>| {
            known.source == source
                && known.flags == flags
                && (known.global, known.sticky, known.has_indices) == (global, sticky, has_indices)
        };
        if let Some(known) = cache.state.borrow().expressions.iter().find(is_same) {
            return Ok(Some(known.clone()));
        }
        Ok(Expression::compile(regexp, source, flags, context)?.map(Rc::new))
    }

    /// A long text with two bytes a code unit, which the engine need not copy to search. `None` if it has them already,
    /// or is short.
    pub fn widened(text: &JsString, context: &mut Context) -> Option<JsString> {
        let JsStrVariant::Latin1(units) = text.variant() else { return None };
        if units.len() < WORTH_KEEPING {
            return None;
        }
        let mut state = context.get_data::<Self>()?.state.borrow_mut();
        // The same text, and not one of the same content: to compare would take as long as to widen.
        if let Some((known, wide)) = &state.wide
            && known.as_str().as_latin1().is_some_and(|known| std::ptr::eq(known, units))
        {
            return Some(wide.clone());
        }
        // Before the next is made, so that there are never two.
        state.wide = None;
        let mut wide = Utf16JsStringBuilder::with_capacity(units.len());
        wide.extend(units.iter().map(|unit| u16::from(*unit)));
        let wide = wide.build();
        state.wide = Some((text.clone(), wide.clone()));
        Some(wide)
    }
}

/// The pattern behind its source, which has a backslash before each slash and escapes for line terminators. `None`
/// where that is not clear: after a backslash of its own, an escape was either written so or made.
fn as_written(source: &str) -> Option<String> {
    let mut pattern = String::with_capacity(source.len());
    for unit in source.chars() {
        if unit == '/' {
            pattern.pop();
        }
        pattern.push(unit);
    }
    let is_unclear = ["\\\\n", "\\\\r", "\\\\u2028", "\\\\u2029"].iter().any(|escape| pattern.contains(escape));
    (!is_unclear).then_some(pattern)
}
