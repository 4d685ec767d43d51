//! The attributes of one tag, with what is wrong with them.

use quick_xml::events::attributes::{AttrError, Attributes};

use super::Attribute;
use super::entity::{self, Unknown};
use crate::limits;
use crate::text_map::TextMap;

/// Something wrong in a tag, at an offset of the document.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) offset: usize,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Mistake {
    fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into(), hint: None }
    }
}

/// A tag as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Tag<'a> {
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) mistakes: Vec<Mistake>,
    /// Where the next tag begins, if this one turned out not to end before that.
    pub(super) resume: Option<usize>,
    /// Whether it then ended as an element without content does.
    pub(super) is_empty: bool,
    /// Whether it has more attributes than can be.
    pub(super) too_many: bool,
}

/// Whether `name` can be the name of an element or an attribute.
pub(super) fn is_name(name: &str) -> bool {
    name.len() <= limits::NAME_BYTES
        && name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':'))
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.' | '$'))
}

/// Whether an attribute tells of XML itself and not of the panel: `xmlns`, `xmlns:x`, `xml:lang`.
fn is_about_xml(name: &str) -> bool {
    name == "xmlns" || name.starts_with("xmlns:") || name.starts_with("xml:")
}

/// A name as it is shown in a message.
pub(super) fn shown(name: &str) -> &str {
    name.char_indices().nth(40).map_or(name, |(end, _)| &name[..end])
}

/// Reads what stands between `<` and `>` (or `/>`); `offset` is where it stands in the document.
pub(super) fn read(content: &str, name_length: usize, offset: usize) -> Tag<'_> {
    let mut tag = Tag::default();
    let whole = content;
    let mut content = content;
    if let Some((quote, next)) = unclosed_quote(content) {
        tag.mistakes.push(Mistake::new(offset + quote, "the value that begins here has no closing quote"));
        tag.resume = Some(offset + next);
        tag.is_empty = content[quote..next].trim_end().ends_with("/>");
        // What stands before the attribute whose value it is.
        content = &content[..quote];
        content = content.trim_end().strip_suffix('=').unwrap_or(content).trim_end();
        let start = content.rfind(char::is_whitespace).unwrap_or(content.len());
        content = &content[..start.max(name_length)];
    }
    let mut unknown = Vec::new();
    // `None` of what the reader did not take out of the tag: the value of an attribute that has none.
    let place = |part: &str| {
        let at = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
        (at + part.len() <= whole.len()).then_some(at)
    };
    let mut attributes = Attributes::html(content, name_length);
    for attribute in attributes.with_checks(false) {
        if tag.mistakes.len() >= limits::DIAGNOSTICS {
            break;
        }
        let attribute = match attribute {
            Ok(attribute) => attribute,
            Err(error) => {
                let (place, message) = match error {
                    AttrError::ExpectedValue(at) => (at, "a value has to follow the equals sign"),
                    AttrError::ExpectedEq(at) | AttrError::UnquotedValue(at) => (at, "a value has to stand in quotes"),
                    AttrError::ExpectedQuote(at, _) => (at, "the value has no closing quote"),
                    AttrError::Duplicated(at, _) => (at, "the attribute stands twice"),
                };
                tag.mistakes.push(Mistake::new(offset + place, message));
                continue;
            }
        };
        if tag.attributes.len() == limits::ATTRIBUTES {
            tag.too_many = true;
            break;
        }
        let name = attribute.key.0;
        let (Some(start), value) = (place(name), attribute.value.as_ref()) else { continue };
        if let Some(bracket) = name.find('<') {
            let element = &content[..name_length];
            let mistake =
                Mistake::new(offset + start + bracket, format!("the tag <{element}> is not closed before this"));
            tag.mistakes.push(Mistake { hint: Some("a tag ends with > or />".to_owned()), ..mistake });
            tag.resume = Some(offset + start + bracket);
            break;
        }
        if !is_name(name) {
            tag.mistakes
                .push(Mistake::new(offset + start, format!("{:?} cannot be the name of an attribute", shown(name))));
            continue;
        }
        if !content[..start].ends_with(char::is_whitespace) {
            tag.mistakes.push(Mistake::new(offset + start, "white space has to stand before an attribute"));
        }
        if is_about_xml(name) {
            continue;
        }
        if tag.attributes.iter().any(|other| other.name == name) {
            tag.mistakes.push(Mistake::new(offset + start, format!("the attribute {name} stands twice")));
            continue;
        }
        tag.attributes.push(Attribute { name, offset: offset + start, value: TextMap::default() });
        let attribute = tag.attributes.last_mut().expect("just pushed");
        let Some(value_at) = place(value) else {
            // An attribute without a value is true.
            attribute.value = TextMap::verbatim("true", offset + start);
            continue;
        };
        if !content[..value_at].ends_with(['"', '\'']) {
            tag.mistakes.push(Mistake::new(offset + value_at, format!("the value of {name} has to stand in quotes")));
        }
        entity::decode(
            &content[value_at..value_at + value.len()],
            offset + value_at,
            &mut attribute.value,
            &mut unknown,
        );
    }
    tag.mistakes.extend(unknown.into_iter().take(limits::DIAGNOSTICS).map(unknown_reference));
    tag
}

/// What is wrong with a reference that nothing defines.
pub(super) fn unknown_reference(Unknown { name, offset }: Unknown<'_>) -> Mistake {
    let known = entity::NAMES.map(|name| format!("&{name};")).join(", ");
    let hint = crate::suggest::nearest(name, entity::NAMES)
        .map_or(format!("there are {known} and characters by number"), |near| format!("did you mean &{near};?"));
    let what = if name.starts_with('#') { "character" } else { "entity" };
    Mistake { hint: Some(hint), ..Mistake::new(offset, format!("there is no {what} &{name};")) }
}

/// The quote that begins a value with another tag on a line of its own in it, and where that tag begins: a closing
/// quote will have been forgotten.
pub(super) fn unclosed_quote(content: &str) -> Option<(usize, usize)> {
    let bytes = content.as_bytes();
    let mut at = 0;
    let mut before = None;
    while let Some(found) = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\'')) {
        let open = at + found;
        let length = bytes[open + 1..].iter().position(|byte| *byte == bytes[open]);
        let end = length.map_or(bytes.len(), |length| open + 1 + length);
        let value = &content[open + 1..end];
        for (line_end, _) in value.match_indices('\n') {
            let line = &value[line_end + 1..];
            let tag = line.trim_start_matches([' ', '\t', '\r']);
            let begins = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
            if tag.strip_prefix('<').is_some_and(begins) {
                let next = open + 1 + line_end + 1 + (line.len() - tag.len());
                // A value begins behind an equals sign; this quote was to end the one before.
                let is_value = content[..open].trim_end().ends_with('=');
                return Some((before.filter(|_| !is_value).unwrap_or(open), next));
            }
        }
        before = Some(open);
        at = end + 1;
        if at >= bytes.len() {
            break;
        }
    }
    None
}
