//! References in text. Only those that every XML document has, and characters by number; a document can define none.

use crate::text_map::TextMap;

/// The longest reference looked for: `&#x0010FFFF;`.
const LONGEST: usize = 12;

/// A reference that means nothing, at this offset of the document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown<'a> {
    pub(super) name: &'a str,
    pub(super) offset: usize,
}

/// What may be written.
pub(super) const NAMES: [&str; 5] = ["lt", "gt", "amp", "quot", "apos"];

/// Appends `raw`, which stands at `offset`, with its references resolved. An ampersand that begins none stands for
/// itself, so that `a && b` needs no escaping.
pub(super) fn decode<'a>(raw: &'a str, offset: usize, into: &mut TextMap, unknown: &mut Vec<Unknown<'a>>) {
    let mut done = 0;
    for (at, _) in raw.match_indices('&') {
        if at < done {
            continue;
        }
        let Some(name) = reference(&raw[at..]) else { continue };
        match resolve(name) {
            Some(character) => {
                into.push(&raw[done..at], offset + done);
                into.push(character.encode_utf8(&mut [0; 4]), offset + at);
                done = at + name.len() + 2;
            }
            None => unknown.push(Unknown { name, offset: offset + at }),
        }
    }
    into.push(&raw[done..], offset + done);
}

/// The name in `&name;`, if the text begins with one.
fn reference(text: &str) -> Option<&str> {
    let window = text.as_bytes().iter().take(LONGEST + 2);
    let end = window.skip(1).position(|byte| *byte == b';')? + 1;
    let name = text.get(1..end)?;
    let mut bytes = name.bytes();
    let first = bytes.next()?;
    let plain = (first == b'#' || first.is_ascii_alphabetic()) && bytes.all(|byte| byte.is_ascii_alphanumeric());
    plain.then_some(name)
}

fn resolve(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |digits| (digits, 16));
            let character = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
            (character >= ' ' || matches!(character, '\t' | '\n' | '\r')).then_some(character)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_and_other_ampersands_stand_for_themselves() {
        for (raw, decoded, unknown) in [
            ("a &lt; b &amp;&amp; c", "a < b && c", vec![]),
            ("a && b & c; d&", "a && b & c; d&", vec![]),
            ("&#65;&#x42;&#x1F600;", "AB😀", vec![]),
            ("&amp;lt;", "&lt;", vec![]),
            ("&nbsp;x&lol9;", "&nbsp;x&lol9;", vec!["nbsp", "lol9"]),
            ("&#0;&#xD800;&#1;", "&#0;&#xD800;&#1;", vec!["#0", "#xD800", "#1"]),
            ("&é;&averyveryverylongname;", "&é;&averyveryverylongname;", vec![]),
        ] {
            let (mut text, mut found) = (TextMap::default(), Vec::new());
            decode(raw, 0, &mut text, &mut found);
            assert_eq!(text.as_str(), decoded);
            assert_eq!(found.iter().map(|unknown| unknown.name).collect::<Vec<_>>(), unknown, "{raw}");
        }
    }
}
