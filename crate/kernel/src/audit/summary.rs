//! Values as they stand in an audit log: what they are, and not what they say.
//!
//! A log is read by more people, and kept longer, than the data that it is about. So a string is told by its length, bytes, arrays and
//! objects by their size. Null, true, false and numbers of at most six characters are told as they are: too short for a secret
//! that is worth one, and most often just what one wants to know.

use std::fmt::Write;

use nexus_core::Value;

/// Characters of a number that is told as it is.
const MOST_NUMBER_CHARACTERS: usize = 6;
/// Arguments that are told one by one.
const MOST_ARGUMENTS: usize = 16;

/// The arguments of a call: `string(12), 3, object(2)`.
#[must_use]
pub fn arguments(values: &[Value]) -> String {
    let mut text = String::new();
    for value in values.iter().take(MOST_ARGUMENTS) {
        if !text.is_empty() {
            text.push_str(", ");
        }
        describe(&mut text, value);
    }
    if let Some(more) = values.len().checked_sub(MOST_ARGUMENTS).filter(|more| *more > 0) {
        let _ = write!(text, ", and {more} more");
    }
    text
}

/// One value.
#[must_use]
pub fn value(value: &Value) -> String {
    let mut text = String::new();
    describe(&mut text, value);
    text
}

fn describe(text: &mut String, value: &Value) {
    let size = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let beginning = text.len();
            let _ = match value {
                Value::Bool(flag) => write!(text, "{flag}"),
                Value::Number(number) => write!(text, "{number}"),
                _ => write!(text, "null"),
            };
            if matches!(value, Value::Number(_)) && text.len() - beginning > MOST_NUMBER_CHARACTERS {
                text.truncate(beginning);
                text.push_str(value.kind());
            }
            return;
        }
        Value::String(own) => own.chars().count(),
        Value::Bytes(own) => own.len(),
        Value::Array(own) => own.len(),
        Value::Object(own) => own.len(),
    };
    let _ = write!(text, "{}({size})", value.kind());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_could_be_a_secret_is_told() {
        let told = |own: Value| value(&own);
        assert_eq!(told("hunter2".into()), "string(7)");
        assert_eq!(told("é€😀".into()), "string(3)");
        assert_eq!(told(Value::Bytes(vec![1, 2])), "bytes(2)");
        assert_eq!(told(Value::object([("password", Value::from("x"))])), "object(1)");
        assert_eq!(told(vec![Value::from("x")].into()), "array(1)");
        assert_eq!(told(Value::Number(4_242_424_242_424_242.0)), "number");
        assert_eq!(told(Value::Number(0.1 + 0.2)), "number");
        assert_eq!(told(Value::Number(1e300)), "number");
    }

    #[test]
    fn short_scalars_are_told_as_they_are() {
        let all = [Value::Null, true.into(), Value::Number(-1.5), Value::Number(123_456.0), Value::Number(f64::NAN)];
        assert_eq!(arguments(&all), "null, true, -1.5, 123456, NaN");
        assert_eq!(arguments(&[]), "");
    }

    #[test]
    fn many_arguments_are_counted() {
        assert!(arguments(&vec![Value::Null; 10_000]).ends_with("null, and 9984 more"));
    }
}
