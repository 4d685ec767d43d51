//! Strings as JSON has them.

use boa_engine::string::{JsStr, JsStrVariant};

use super::text::Builder;

/// Adds a text in quotation marks. As `QuoteJSONString`.
pub fn quote(result: &mut Builder, text: JsStr<'_>) {
    result.push_unit(u16::from(b'"'));
    match text.variant() {
        JsStrVariant::Latin1(units) => quote_units(result, units, |_, _| false, JsStr::latin1),
        JsStrVariant::Utf16(units) => quote_units(result, units, is_lone_surrogate, JsStr::utf16),
    }
    result.push_unit(u16::from(b'"'));
}

fn quote_units<'a, T: Copy + Into<u16>>(
    result: &mut Builder,
    units: &'a [T],
    is_lone: fn(&[T], usize) -> bool,
    text: fn(&'a [T]) -> JsStr<'a>,
) {
    let mut kept = 0;
    for (index, unit) in units.iter().enumerate() {
        let unit: u16 = (*unit).into();
        let is_special =
            unit < 0x20 || unit == 0x22 || unit == 0x5C || unit & 0xF800 == 0xD800 && is_lone(units, index);
        if is_special {
            result.push(text(&units[kept..index]));
            escape(result, unit);
            kept = index + 1;
        }
    }
    result.push(text(&units[kept..]));
}

fn is_lone_surrogate(units: &[u16], index: usize) -> bool {
    let is = |index: Option<usize>, kind: u16| {
        index.and_then(|index| units.get(index)).is_some_and(|unit| unit & 0xFC00 == kind)
    };
    // In a run of surrogates, each high one takes the low one that follows.
    if units[index] & 0xFC00 == 0xD800 { !is(index.checked_add(1), 0xDC00) } else { !is(index.checked_sub(1), 0xD800) }
}

fn escape(result: &mut Builder, unit: u16) {
    let short = match unit {
        0x08 => b'b',
        0x09 => b't',
        0x0A => b'n',
        0x0C => b'f',
        0x0D => b'r',
        0x22 => b'"',
        0x5C => b'\\',
        _ => {
            let digit = |shift: u16| b"0123456789abcdef"[usize::from(unit >> shift & 0xF)];
            return result.push(JsStr::latin1(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]));
        }
    };
    result.push(JsStr::latin1(&[b'\\', short]));
}
