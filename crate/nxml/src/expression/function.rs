//! What each function does.

use nexus_core::{Location, Map, Value};

use super::budget::BYTES_PER_STEP;
use super::call::Function;
use super::evaluate::{Evaluated, Evaluation, article, is_truthy};
use super::text::{json, text_of};

/// A text as a number, as `Number` reads it; NaN if it is none.
pub(crate) fn number_of(text: &str) -> f64 {
    let text = text.trim();
    let radix = |prefix: [&str; 2], radix| {
        let digits = prefix.iter().find_map(|prefix| text.strip_prefix(prefix))?;
        #[expect(clippy::cast_precision_loss, reason = "as JavaScript rounds")]
        Some(u64::from_str_radix(digits, radix).map_or(f64::NAN, |number| number as f64))
    };
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => radix(["0x", "0X"], 16)
            .or_else(|| radix(["0o", "0O"], 8))
            .or_else(|| radix(["0b", "0B"], 2))
            .unwrap_or_else(|| {
                // Rust reads names of numbers too.
                let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
                if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
            }),
    }
}

impl<'a> Evaluation<'a, '_> {
    pub(super) fn function(
        &mut self,
        function: Function,
        arguments: &[&'a Value],
        location: Location,
    ) -> Evaluated<'a> {
        let first = arguments.first().copied();
        let name = function.name();
        let value = match (function, first) {
            (Function::Boolean, Some(value)) => Value::Bool(is_truthy(value)),
            (Function::Number, Some(value)) => Value::Number(match value {
                Value::Null => 0.0,
                Value::Bool(bool) => f64::from(*bool),
                Value::Number(number) => *number,
                Value::String(text) => number_of(text),
                Value::Bytes(_) | Value::Array(_) | Value::Object(_) => f64::NAN,
            }),
            (Function::String, Some(value)) => {
                let text = if *value == Value::Null { Some("null".to_owned()) } else { text_of(value) };
                return match text {
                    Some(text) => self.keep_text(text, location),
                    None => Self::type_error(location, format!("{name} cannot take {}", article(value))),
                };
            }
            (Function::IsFinite, Some(value)) => Value::Bool(value.as_number().is_some_and(f64::is_finite)),
            (Function::IsInteger, Some(value)) => {
                Value::Bool(value.as_number().is_some_and(|number| number.is_finite() && number.fract() == 0.0))
            }
            (Function::IsArray, Some(value)) => Value::Bool(value.as_array().is_some()),
            (Function::Stringify, Some(value)) => {
                self.copy(value, location)?;
                return self.keep_text(json(value), location);
            }
            (Function::Keys | Function::Values | Function::Entries, Some(value)) => {
                let Value::Object(members) = value else {
                    return Self::type_error(location, format!("{name} takes an object, not {}", article(value)));
                };
                return self.members(function, members, location);
            }
            _ => {
                let mut numbers = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    match argument {
                        Value::Number(number) => numbers.push(*number),
                        other => {
                            return Self::type_error(location, format!("{name} takes numbers, not {}", article(other)));
                        }
                    }
                }
                Value::Number(mathematics(function, &numbers))
            }
        };
        Ok(self.keep(value))
    }

    fn members(&mut self, function: Function, members: &Map, location: Location) -> Evaluated<'a> {
        let mut items = Vec::with_capacity(members.len());
        for (key, member) in members {
            self.step(1 + key.len() / BYTES_PER_STEP, location)?;
            items.push(match function {
                Function::Keys => Value::from(key.as_str()),
                Function::Values => self.copy(member, location)?,
                _ => Value::Array(vec![Value::from(key.as_str()), self.copy(member, location)?]),
            });
        }
        Ok(self.keep(Value::Array(items)))
    }
}

fn mathematics(function: Function, numbers: &[f64]) -> f64 {
    let first = numbers.first().copied().unwrap_or(f64::NAN);
    let pick = |start: f64, better: fn(f64, f64) -> bool| {
        numbers.iter().fold(start, |best, number| {
            if best.is_nan() || number.is_nan() {
                f64::NAN
            } else if better(*number, best) {
                *number
            } else {
                best
            }
        })
    };
    match function {
        Function::Abs => first.abs(),
        Function::Ceil => first.ceil(),
        Function::Floor => first.floor(),
        Function::Max => pick(f64::NEG_INFINITY, |a, b| a > b),
        Function::Min => pick(f64::INFINITY, |a, b| a < b),
        Function::Pow => first.powf(numbers.get(1).copied().unwrap_or(f64::NAN)),
        // Halves go up.
        Function::Round if first.fract().abs() == 0.5 => first.ceil(),
        Function::Round => first.round(),
        Function::Sign if first == 0.0 || first.is_nan() => first,
        Function::Sign => first.signum(),
        Function::Sqrt => first.sqrt(),
        _ => first.trunc(),
    }
}
