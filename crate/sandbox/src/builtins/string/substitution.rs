//! `GetSubstitution` for a match without captures: what `$` means in the second argument of `replace`.

use boa_engine::string::JsStr;

use crate::builtins::text::Builder;

/// Whether the template stands for itself.
pub fn is_plain(template: JsStr<'_>) -> bool {
    !template.contains(b'$')
}

/// Adds what `template` stands for, `length` code units of `text` having matched at `position`.
pub fn substitute(result: &mut Builder, template: JsStr<'_>, text: JsStr<'_>, position: usize, length: usize) {
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or(JsStr::EMPTY);
    let mut units = template.iter();
    while let Some(unit) = units.next() {
        if unit != u16::from(b'$') {
            result.push_unit(unit);
            continue;
        }
        // A digit or `<` means nothing without captures, so it stands for itself.
        let mut ahead = units.clone();
        match ahead.next().and_then(|unit| u8::try_from(unit).ok()) {
            Some(b'$') => result.push_unit(u16::from(b'$')),
            Some(b'&') => result.push(part(position, position + length)),
            Some(b'`') => result.push(part(0, position)),
            Some(b'\'') => result.push(part(position + length, text.len())),
            _ => {
                result.push_unit(unit);
                continue;
            }
        }
        units = ahead;
    }
}
