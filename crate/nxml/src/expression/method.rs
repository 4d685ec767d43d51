//! What each method does.

use nexus_core::{Location, Value};

use super::budget::BYTES_PER_STEP;
use super::call::Method;
use super::evaluate::{Evaluated, Evaluation, article, is_truthy, number, position};
use super::text::{number_text, text_of};
use super::tree::Argument;
use super::{ExpressionError, ExpressionErrorKind};

/// A number with so many digits behind the point, ties away from zero as `toFixed` has them.
fn fixed(number: f64, digits: usize) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "at most 100")]
    let scale = 10f64.powi(digits as i32);
    let scaled = number.abs() * scale;
    #[expect(clippy::float_cmp, reason = "only an exact tie is one")]
    let is_tie = scaled.fract() == 0.5 && scaled / scale == number.abs() && scaled < 4_503_599_627_370_496.0;
    let size = if is_tie { (scaled + 0.5).floor() / scale } else { number.abs() };
    let text = format!("{size:.digits$}");
    let is_zero = !text.contains(|c: char| ('1'..='9').contains(&c));
    if number < 0.0 && !is_zero { format!("-{text}") } else { text }
}

/// A place counted from the start or, if negative, from the end, within 0 and `length`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn relative(number: f64, length: usize) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
    let most = length as f64;
    let from = number.trunc();
    let from = if from < 0.0 { from + most } else { from };
    if from.is_nan() { 0 } else { from.clamp(0.0, most) as usize }
}

impl<'a> Evaluation<'a, '_> {
    pub(super) fn method(
        &mut self,
        object: &'a Value,
        method: Method,
        arguments: &'a [Argument],
        location: Location,
    ) -> Evaluated<'a> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            if let Argument::Value(argument) = argument {
                values.push(self.value(argument)?);
            }
        }
        match object {
            Value::Array(items) => self.of_array(items, method, arguments, &values, location),
            Value::String(text) => self.of_text(text, method, &values, location),
            Value::Number(number) => self.of_number(*number, method, &values, location),
            Value::Bool(bool) if method == Method::ToString => self.keep_text(bool.to_string(), location),
            _ => Self::no_method(object, method, location),
        }
    }

    fn no_method<T>(object: &Value, method: Method, location: Location) -> Result<T, ExpressionError> {
        let hint = (*object == Value::Null).then(|| "give it a value first: (… ?? [])".to_owned());
        let message = format!("{} has no method {}", article(object), method.name());
        Err(ExpressionError { hint, ..ExpressionError::new(ExpressionErrorKind::Type, location, message) })
    }

    /// The argument at `index`, which has to be a number if it is there.
    fn number_argument(
        values: &[&Value],
        index: usize,
        method: Method,
        location: Location,
    ) -> Result<Option<f64>, ExpressionError> {
        match values.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => Ok(Some(*number)),
            Some(other) => {
                Self::type_error(location, format!("{} takes a number, not {}", method.name(), article(other)))
            }
        }
    }

    fn text_argument<'v>(
        values: &[&'v Value],
        index: usize,
        method: Method,
        location: Location,
    ) -> Result<&'v str, ExpressionError> {
        match values.get(index) {
            Some(Value::String(text)) => Ok(text),
            other => {
                let other = other.map_or_else(|| "nothing".to_owned(), |other| article(other));
                Self::type_error(location, format!("{} takes a text, not {other}", method.name()))
            }
        }
    }

    fn of_array(
        &mut self,
        items: &'a [Value],
        method: Method,
        arguments: &'a [Argument],
        values: &[&'a Value],
        location: Location,
    ) -> Evaluated<'a> {
        let made = match method {
            Method::Filter | Method::Map | Method::Find | Method::FindIndex | Method::Some | Method::Every => {
                return self.each(items, method, &arguments[0], location);
            }
            Method::Reduce => {
                let mut value = values[0];
                for (index, item) in items.iter().enumerate() {
                    let index = self.keep(number(index));
                    value = self.call(&arguments[0], &[value, item, index])?;
                }
                return Ok(value);
            }
            Method::At => {
                let at = Self::number_argument(values, 0, method, location)?.unwrap_or(0.0).trunc();
                #[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
                let at = if at < 0.0 { at + items.len() as f64 } else { at };
                return Ok(position(at).and_then(|at| items.get(at)).unwrap_or(&Value::Null));
            }
            Method::Includes | Method::IndexOf => {
                let mut found = None;
                for (index, item) in items.iter().enumerate() {
                    // As JavaScript: `includes` finds NaN.
                    let both_nan = method == Method::Includes
                        && [item, values[0]].iter().all(|value| value.as_number().is_some_and(f64::is_nan));
                    if both_nan || self.equal(item, values[0], location)? {
                        found = Some(index);
                        break;
                    }
                }
                match (method, found) {
                    (Method::Includes, found) => Value::Bool(found.is_some()),
                    (_, Some(index)) => number(index),
                    (_, None) => Value::Number(-1.0),
                }
            }
            Method::Join => {
                let separator = if values.is_empty() { "," } else { Self::text_argument(values, 0, method, location)? };
                let mut text = String::new();
                for (index, item) in items.iter().enumerate() {
                    let item = text_of(item).unwrap_or_default();
                    self.step(1 + (item.len() + separator.len()) / BYTES_PER_STEP, location)?;
                    text.push_str(if index > 0 { separator } else { "" });
                    text.push_str(&item);
                }
                return self.keep_text(text, location);
            }
            Method::Slice => {
                let start = Self::number_argument(values, 0, method, location)?.unwrap_or(0.0);
                let end = Self::number_argument(values, 1, method, location)?.unwrap_or(f64::INFINITY);
                let (start, end) = (relative(start, items.len()), relative(end, items.len()));
                Value::Array(self.copies(items.get(start..end).unwrap_or_default(), location)?)
            }
            Method::Concat => {
                let mut array = self.copies(items, location)?;
                match values[0] {
                    Value::Array(more) => array.extend(self.copies(more, location)?),
                    one => array.push(self.copy(one, location)?),
                }
                return Ok(self.keep(Value::Array(array)));
            }
            Method::Flat => {
                let mut array = Vec::new();
                for item in items {
                    match item {
                        Value::Array(inner) => array.extend(self.copies(inner, location)?),
                        one => array.push(self.copy(one, location)?),
                    }
                }
                return Ok(self.keep(Value::Array(array)));
            }
            Method::ToReversed => {
                let mut array = self.copies(items, location)?;
                array.reverse();
                return Ok(self.keep(Value::Array(array)));
            }
            _ => return Self::no_method(&Value::Array(Vec::new()), method, location),
        };
        Ok(self.keep(made))
    }

    fn copies(&mut self, items: &[Value], location: Location) -> Result<Vec<Value>, ExpressionError> {
        items.iter().map(|item| self.copy(item, location)).collect()
    }

    /// Methods that ask an arrow function about each item.
    fn each(&mut self, items: &'a [Value], method: Method, arrow: &'a Argument, location: Location) -> Evaluated<'a> {
        let mut array = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let counted = self.keep(number(index));
            let answer = self.call(arrow, &[item, counted])?;
            match method {
                Method::Map => array.push(self.copy(answer, location)?),
                Method::Filter if is_truthy(answer) => array.push(self.copy(item, location)?),
                Method::Find if is_truthy(answer) => return Ok(item),
                Method::FindIndex if is_truthy(answer) => return Ok(counted),
                Method::Some if is_truthy(answer) => return Ok(self.keep(Value::Bool(true))),
                Method::Every if !is_truthy(answer) => return Ok(self.keep(Value::Bool(false))),
                _ => {}
            }
        }
        Ok(self.keep(match method {
            Method::Find => Value::Null,
            Method::FindIndex => Value::Number(-1.0),
            Method::Some => Value::Bool(false),
            Method::Every => Value::Bool(true),
            _ => Value::Array(array),
        }))
    }

    fn of_text(&mut self, text: &str, method: Method, values: &[&Value], location: Location) -> Evaluated<'a> {
        self.step(text.len() / BYTES_PER_STEP, location)?;
        let argument = |index| Self::text_argument(values, index, method, location);
        let value = match method {
            Method::Includes => Value::Bool(text.contains(argument(0)?)),
            Method::StartsWith => Value::Bool(text.starts_with(argument(0)?)),
            Method::EndsWith => Value::Bool(text.ends_with(argument(0)?)),
            Method::IndexOf => match text.find(argument(0)?) {
                Some(at) => number(text[..at].encode_utf16().count()),
                None => Value::Number(-1.0),
            },
            Method::ToLowerCase => return self.keep_text(text.to_lowercase(), location),
            Method::ToUpperCase => return self.keep_text(text.to_uppercase(), location),
            Method::Trim => return self.keep_text(text.trim().to_owned(), location),
            Method::ToString => return self.keep_text(text.to_owned(), location),
            Method::Concat => {
                let more = argument(0)?;
                return self.keep_text([text, more].concat(), location);
            }
            Method::ReplaceAll => {
                let (from, to) = (argument(0)?, argument(1)?);
                let count = text.matches(from).count();
                self.step(count.saturating_mul(to.len()) / BYTES_PER_STEP, location)?;
                return self.keep_text(text.replace(from, to), location);
            }
            Method::Slice | Method::At => {
                let units: Vec<u16> = text.encode_utf16().collect();
                let start = Self::number_argument(values, 0, method, location)?.unwrap_or(0.0);
                let end = match method {
                    #[expect(clippy::float_cmp, reason = "a whole number")]
                    Method::At if start.trunc() == -1.0 => f64::INFINITY,
                    Method::At => start.trunc() + 1.0,
                    _ => Self::number_argument(values, 1, method, location)?.unwrap_or(f64::INFINITY),
                };
                let (start, end) = (relative(start, units.len()), relative(end, units.len()));
                let part = String::from_utf16_lossy(units.get(start..end).unwrap_or_default());
                return self.keep_text(part, location);
            }
            Method::Split => {
                let separator = argument(0)?;
                let parts: Vec<Value> = if separator.is_empty() {
                    text.chars().map(|character| Value::String(character.to_string())).collect()
                } else {
                    text.split(separator).map(Value::from).collect()
                };
                self.step(parts.len(), location)?;
                Value::Array(parts)
            }
            _ => return Self::no_method(&Value::String(String::new()), method, location),
        };
        Ok(self.keep(value))
    }

    fn of_number(&mut self, own: f64, method: Method, values: &[&Value], location: Location) -> Evaluated<'a> {
        match method {
            Method::ToString => self.keep_text(number_text(own), location),
            Method::ToFixed => {
                let digits = Self::number_argument(values, 0, method, location)?.unwrap_or(0.0);
                let Some(digits) = position(digits).filter(|digits| *digits <= 100) else {
                    return Self::type_error(location, "toFixed takes 0 to 100 digits");
                };
                let text = if own.abs() < 1e21 { fixed(own, digits) } else { number_text(own) };
                self.keep_text(text, location)
            }
            _ => Self::no_method(&Value::Number(own), method, location),
        }
    }
}
