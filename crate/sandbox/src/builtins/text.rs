//! Strings of either width: searched in linear time, built without a second copy.

use std::borrow::Cow;

use boa_engine::JsString;
use boa_engine::string::{JsStr, JsStrVariant, Latin1JsStringBuilder, Utf16JsStringBuilder};

/// Longest string the engine makes, in code units.
pub const MAX_LENGTH: u64 = u32::MAX as u64;

/// Finds a string in another, again and again.
pub struct Searcher<'a> {
    text: JsStr<'a>,
    pattern: Pattern<'a>,
}

/// What is looked for, in the width of what it is looked for in.
enum Pattern<'a> {
    /// It has code units that the text cannot have.
    Nowhere,
    Latin1(Cow<'a, [u8]>),
    Utf16(Cow<'a, [u16]>),
}

impl<'a> Searcher<'a> {
    pub fn new(text: JsStr<'a>, pattern: JsStr<'a>) -> Self {
        let pattern = match (text.variant(), pattern.variant()) {
            (JsStrVariant::Latin1(_), JsStrVariant::Latin1(pattern)) => Pattern::Latin1(pattern.into()),
            (JsStrVariant::Utf16(_), JsStrVariant::Utf16(pattern)) => Pattern::Utf16(pattern.into()),
            (JsStrVariant::Utf16(_), JsStrVariant::Latin1(pattern)) => {
                Pattern::Utf16(pattern.iter().map(|unit| u16::from(*unit)).collect())
            }
            (JsStrVariant::Latin1(_), JsStrVariant::Utf16(pattern)) => {
                let narrow = pattern.iter().map(|unit| u8::try_from(*unit));
                narrow.collect::<Result<Vec<_>, _>>().map_or(Pattern::Nowhere, |units| Pattern::Latin1(units.into()))
            }
        };
        Self { text, pattern }
    }

    /// The first occurrence that begins at `from` or later. As `StringIndexOf`.
    pub fn find(&self, from: usize) -> Option<usize> {
        match (self.text.variant(), &self.pattern) {
            (JsStrVariant::Latin1(text), Pattern::Latin1(pattern)) => find(text, pattern, from),
            (JsStrVariant::Utf16(text), Pattern::Utf16(pattern)) => find(text, pattern, from),
            _ => None,
        }
    }

    /// The last occurrence that begins at `from` or earlier.
    pub fn find_last(&self, from: usize) -> Option<usize> {
        match (self.text.variant(), &self.pattern) {
            (JsStrVariant::Latin1(text), Pattern::Latin1(pattern)) => find_last(text, pattern, from),
            (JsStrVariant::Utf16(text), Pattern::Utf16(pattern)) => find_last(text, pattern, from),
            _ => None,
        }
    }
}

/// Comparisons that came to nothing before the search by failure table begins, which needs memory.
const PATIENCE: usize = 256;

fn find<T: Copy + Eq>(text: &[T], pattern: &[T], from: usize) -> Option<usize> {
    let Some((first, rest)) = pattern.split_first() else { return (from <= text.len()).then_some(from) };
    let last_start = text.len().checked_sub(pattern.len())?;
    let mut at = from;
    let mut wasted = 0;
    while at <= last_start {
        at += text[at..=last_start].iter().position(|unit| unit == first)?;
        let matched = text[at + 1..].iter().zip(rest).take_while(|(a, b)| a == b).count();
        if matched == rest.len() {
            return Some(at);
        }
        wasted += matched;
        at += 1;
        if wasted > PATIENCE + 4 * (at - from) {
            return find_by_table(text.get(at..)?.iter(), pattern.iter()).map(|found| at + found);
        }
    }
    None
}

fn find_last<T: Copy + Eq>(text: &[T], pattern: &[T], from: usize) -> Option<usize> {
    let Some((first, rest)) = pattern.split_first() else { return Some(from.min(text.len())) };
    let last_start = text.len().checked_sub(pattern.len())?.min(from);
    let mut end = last_start + 1;
    let mut wasted = 0;
    while end > 0 {
        let at = text[..end].iter().rposition(|unit| unit == first)?;
        let matched = text[at + 1..].iter().zip(rest).take_while(|(a, b)| a == b).count();
        if matched == rest.len() {
            return Some(at);
        }
        wasted += matched;
        end = at;
        if wasted > PATIENCE + 4 * (last_start - at) {
            let backwards = text[..end + rest.len()].iter().rev();
            return find_by_table(backwards, pattern.iter().rev()).map(|found| end - 1 - found);
        }
    }
    None
}

/// Knuth, Morris and Pratt's search: linear whatever the text.
fn find_by_table<'a, T: Copy + Eq + 'a>(
    text: impl Iterator<Item = &'a T>,
    pattern: impl Iterator<Item = &'a T>,
) -> Option<usize> {
    let pattern: Vec<T> = pattern.copied().collect();
    let mut table = vec![0_usize; pattern.len()];
    let mut matched = 0;
    for index in 1..pattern.len() {
        while matched > 0 && pattern[index] != pattern[matched] {
            matched = table[matched - 1];
        }
        matched += usize::from(pattern[index] == pattern[matched]);
        table[index] = matched;
    }
    matched = 0;
    for (index, unit) in text.enumerate() {
        while matched > 0 && *unit != pattern[matched] {
            matched = table[matched - 1];
        }
        matched += usize::from(*unit == pattern[matched]);
        if matched == pattern.len() {
            return Some(index + 1 - matched);
        }
    }
    None
}

/// A string in the making: a byte a unit as long as that is enough.
pub enum Builder {
    Latin1(Latin1JsStringBuilder),
    Utf16(Utf16JsStringBuilder),
}

impl Builder {
    /// With room for `units`, of the width of `like`.
    pub fn with_capacity(units: usize, like: JsStr<'_>) -> Self {
        if like.is_latin1() {
            Self::Latin1(Latin1JsStringBuilder::with_capacity(units))
        } else {
            Self::Utf16(Utf16JsStringBuilder::with_capacity(units))
        }
    }

    pub fn push(&mut self, text: JsStr<'_>) {
        match (self, text.variant()) {
            (Self::Latin1(builder), JsStrVariant::Latin1(units)) => builder.extend_from_slice(units),
            (Self::Utf16(builder), JsStrVariant::Utf16(units)) => builder.extend_from_slice(units),
            (Self::Utf16(builder), JsStrVariant::Latin1(units)) => {
                builder.extend(units.iter().map(|unit| u16::from(*unit)));
            }
            (narrow @ Self::Latin1(_), JsStrVariant::Utf16(units)) => {
                narrow.widen(units.len()).extend_from_slice(units);
            }
        }
    }

    pub fn push_unit(&mut self, unit: u16) {
        match (self, u8::try_from(unit)) {
            (Self::Latin1(builder), Ok(unit)) => builder.push(unit),
            (Self::Utf16(builder), _) => builder.push(unit),
            (narrow @ Self::Latin1(_), Err(_)) => narrow.widen(1).push(unit),
        }
    }

    fn widen(&mut self, more: usize) -> &mut Utf16JsStringBuilder {
        if let Self::Latin1(narrow) = self {
            let mut wide = Utf16JsStringBuilder::with_capacity(narrow.capacity().max(narrow.len() + more));
            wide.extend(narrow.as_slice().iter().map(|unit| u16::from(*unit)));
            *self = Self::Utf16(wide);
        }
        match self {
            Self::Utf16(wide) => wide,
            Self::Latin1(_) => unreachable!("it has just been widened"),
        }
    }

    pub fn build(self) -> JsString {
        match self {
            // SAFETY: whatever its bytes, they are code units below 256, and Latin-1 is just that.
            Self::Latin1(builder) => unsafe { builder.build_as_latin1() },
            Self::Utf16(builder) => builder.build(),
        }
    }
}
