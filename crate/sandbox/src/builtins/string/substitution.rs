//! `GetSubstitution`: what `$` means in the second argument of `replace`.

use boa_engine::JsString;
use boa_engine::string::JsStr;

use crate::builtins::text::Builder;

/// From where to where.
type Extent = (usize, usize);

/// What has matched in a text.
pub struct Match<'a> {
    pub text: JsStr<'a>,
    pub whole: Extent,
    /// Those that took part.
    pub captures: &'a [Option<Extent>],
    /// The names of captures, with their numbers.
    pub names: &'a [(JsString, usize)],
}

/// Whether the template stands for itself.
pub fn is_plain(template: JsStr<'_>) -> bool {
    !template.contains(b'$')
}

/// Adds what `template` stands for.
pub fn substitute(result: &mut Builder, template: JsStr<'_>, found: &Match<'_>) {
    let mut at = 0;
    while let Some(unit) = template.get(at) {
        let part = (unit == u16::from(b'$')).then(|| reference(template, at + 1, found)).flatten();
        match part {
            Some((text, length)) => {
                result.push(text);
                at += 1 + length;
            }
            None => {
                result.push_unit(unit);
                at += 1;
            }
        }
    }
}

/// What stands behind a `$` at `at`: its meaning, and how many code units it has. `None` if it means nothing.
fn reference<'a>(template: JsStr<'_>, at: usize, found: &Match<'a>) -> Option<(JsStr<'a>, usize)> {
    let part = |(from, to): Extent| found.text.get(from..to).unwrap_or(JsStr::EMPTY);
    let capture = |number: usize| found.captures[number - 1].map_or(JsStr::EMPTY, part);
    let digit = |at: usize| {
        let unit = u8::try_from(template.get(at)?).ok()?;
        unit.is_ascii_digit().then(|| usize::from(unit - b'0'))
    };
    let (start, end) = found.whole;
    match u8::try_from(template.get(at)?).ok()? {
        b'$' => Some((JsStr::latin1(b"$"), 1)),
        b'&' => Some((part(found.whole), 1)),
        b'`' => Some((part((0, start)), 1)),
        b'\'' => Some((part((end, found.text.len())), 1)),
        b'<' if !found.names.is_empty() => {
            let length = template.iter().skip(at + 1).position(|unit| unit == u16::from(b'>'))?;
            let name = template.get(at + 1..at + 1 + length)?;
            let known = found.names.iter().find(|(known, _)| known.as_str() == name);
            Some((known.map_or(JsStr::EMPTY, |(_, number)| capture(*number)), length + 2))
        }
        _ => {
            let one = digit(at)?;
            let two = digit(at + 1).map(|second| 10 * one + second);
            let is_capture = |number: &usize| (1..=found.captures.len()).contains(number);
            match two.filter(is_capture) {
                Some(number) => Some((capture(number), 2)),
                None => Some(one).filter(is_capture).map(|number| (capture(number), 1)),
            }
        }
    }
}
