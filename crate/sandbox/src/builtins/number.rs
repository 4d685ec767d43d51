//! Numbers as text, without a string for each.

use boa_engine::JsString;
use boa_engine::string::JsStr;

use super::text::Builder;

/// Adds what `Number::toString` gives.
pub fn push_number(result: &mut Builder, number: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "the comparison finds out")]
    let integer = number as i32;
    #[expect(clippy::float_cmp, reason = "exactly that is the question")]
    if f64::from(integer) != number {
        return result.push(JsString::from(number).as_str());
    }
    let mut digits = [0; 10];
    let mut start = digits.len();
    let mut rest = integer.unsigned_abs();
    loop {
        start -= 1;
        digits[start] = b"0123456789"[rest as usize % 10];
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if integer < 0 {
        result.push(JsStr::latin1(b"-"));
    }
    result.push(JsStr::latin1(&digits[start..]));
}
