//! Values of the options of extensions, as JavaScript gives them.

use nexus_core::{Error, Value};

/// The error for an option that is not what it has to be.
pub(crate) fn expected(name: &str, what: &str, value: &Value) -> Error {
    let given = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("{text:?}"),
        other => other.kind().to_owned(),
    };
    Error::invalid_argument(format!("{name} has to be {what}, not {given}"))
}

/// A whole number from `least` on, up to what fits 31 bits: timers and buffers take no more.
fn whole(name: &str, value: &Value, least: u32) -> Result<u32, Error> {
    let most = i32::MAX.unsigned_abs();
    let number = value
        .as_number()
        .filter(|number| number.fract() == 0.0 && (f64::from(least)..=f64::from(most)).contains(number));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    number.map(|number| number as u32).ok_or_else(|| expected(name, &format!("a whole number from {least} on"), value))
}

/// A count from `least` on.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the field.
pub(crate) fn count(name: &str, value: &Value, least: u32) -> Result<usize, Error> {
    whole(name, value, least).map(|number| number as usize)
}

/// A number of milliseconds from 1 on.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the field.
pub(crate) fn milliseconds(name: &str, value: &Value) -> Result<u64, Error> {
    whole(name, value, 1).map(u64::from)
}

/// Text that is not empty.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the field.
pub(crate) fn text(name: &str, value: &Value) -> Result<String, Error> {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| expected(name, "text that is not empty", value))
}

/// True or false.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the field.
pub(crate) fn flag(name: &str, value: &Value) -> Result<bool, Error> {
    value.as_bool().ok_or_else(|| expected(name, "true or false", value))
}
