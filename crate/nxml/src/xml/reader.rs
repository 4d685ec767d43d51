//! From text to elements. Whatever is wrong is noted and gone on from, as far as that means anything.

use std::collections::HashMap;

use nexus_core::ErrorCode;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::handler_text::HandlerTexts;
use super::tag::{self, Mistake};
use super::{Element, ElementId, HANDLER, Target, Tree};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::limits;
use crate::suggest;
use crate::text_map::TextMap;

/// How often reading starts again inside of what was taken for one tag. Each may have gone to the end of the document.
const RESTARTS: usize = 64;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a document. What a [`Tree`] holds is as much of it as could be understood.
pub(crate) fn read<'a>(text: &'a str, diagnostics: &mut Diagnostics) -> Tree<'a> {
    let mut reading = Reading {
        text,
        tree: Tree::new(text),
        diagnostics,
        open: Vec::new(),
        handlers: HandlerTexts::new(text),
        restarts: 0,
        last_closing: None,
    };
    if text.len() > limits::DOCUMENT_BYTES {
        let message = format!("the document has {} bytes of at most {}", text.len(), limits::DOCUMENT_BYTES);
        reading.report(ErrorCode::ResourceLimit, 0, message, None);
        return reading.tree;
    }
    reading.control_characters();
    let mut at = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    // Reading stops where it has to start again elsewhere.
    while let Go::From(offset) = reading.read_from(at) {
        at = offset;
    }
    reading.tree
}

/// How reading goes on.
enum Go {
    On,
    From(usize),
    Nowhere,
}

struct Reading<'a, 'd> {
    text: &'a str,
    tree: Tree<'a>,
    diagnostics: &'d mut Diagnostics,
    /// Elements that are not closed yet, innermost last.
    open: Vec<ElementId>,
    handlers: HandlerTexts<'a>,
    restarts: usize,
    /// Where elements of each name are closed for the last time, once that was asked for.
    last_closing: Option<HashMap<&'a str, usize>>,
}

impl<'a> Reading<'a, '_> {
    fn read_from(&mut self, base: usize) -> Go {
        let text = self.text;
        let mut base = base;
        // The reader would take it for a byte order mark and leave it out of its positions.
        while text[base..].starts_with(BYTE_ORDER_MARK) {
            let after = base + BYTE_ORDER_MARK.len_utf8();
            self.characters(base, after);
            base = after;
        }
        let mut reader = Reader::from_str(&text[base..]);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let position = |count: u64| base + usize::try_from(count).unwrap_or(usize::MAX);
        loop {
            let before = position(reader.buffer_position());
            let event = reader.read_event();
            let after = position(reader.buffer_position());
            let go = match event {
                Ok(Event::Eof) => {
                    self.end();
                    Go::Nowhere
                }
                Ok(Event::Start(tag)) => self.start(&tag, before, after, false),
                Ok(Event::Empty(tag)) => self.start(&tag, before, after, true),
                Ok(Event::End(_)) => {
                    self.close(before, after);
                    Go::On
                }
                Ok(Event::Text(_) | Event::CData(_) | Event::GeneralRef(_)) => {
                    self.characters(before, after);
                    Go::On
                }
                Ok(Event::DocType(_)) => {
                    let hint = Some("documents define no entities and need no DOCTYPE".to_owned());
                    self.report(ErrorCode::InvalidXml, before, "a document type is not allowed", hint);
                    Go::On
                }
                Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_)) => Go::On,
                Err(error) => self.broken(before, &error.to_string()),
            };
            match go {
                Go::On => {}
                Go::From(_) if self.restarts >= RESTARTS => {
                    self.report(ErrorCode::InvalidXml, after, "too much of the markup is broken: gave up here", None);
                    return Go::Nowhere;
                }
                Go::From(offset) => return Go::From(offset),
                Go::Nowhere => return Go::Nowhere,
            }
            if self.diagnostics.is_full() {
                return Go::Nowhere;
            }
        }
    }

    fn report(&mut self, code: ErrorCode, offset: usize, message: impl Into<String>, hint: Option<String>) {
        let path = self.open.last().map_or_else(|| "/".to_owned(), |open| self.tree.path(*open));
        let location = self.tree.map.locate(offset);
        let message = message.into();
        self.diagnostics.add(Diagnostic { code, severity: Severity::Error, message, path, location, hint });
    }

    fn report_mistake(&mut self, mistake: Mistake) {
        self.report(ErrorCode::InvalidXml, mistake.offset, mistake.message, mistake.hint);
    }

    /// Characters that no XML document holds.
    fn control_characters(&mut self) {
        let control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        if let Some(at) = self.text.as_bytes().iter().position(control) {
            let byte = self.text.as_bytes()[at];
            self.report(ErrorCode::InvalidXml, at, format!("the control character U+{byte:04X} is not allowed"), None);
        }
    }

    /// A tag that opens an element, from `<` at `offset` to `after`.
    fn start(&mut self, tag: &BytesStart<'a>, offset: usize, after: usize, is_empty: bool) -> Go {
        // As it stands in the document: `tag` may be a copy.
        let inner = &self.text[offset + 1..after - 1];
        let content = if is_empty { inner.strip_suffix('/').unwrap_or(inner) } else { inner };
        let name_length = tag.name().0.len();
        let name = &content[..name_length];
        if !tag::is_name(name) {
            let hint = (self.open.is_empty() || name.is_empty() || !name.starts_with(char::is_alphabetic))
                .then(|| "write &lt; where a less-than sign is meant".to_owned());
            self.report(ErrorCode::InvalidXml, offset, "this begins no tag", hint);
            // What follows may be a tag after all.
            self.restarts += 1;
            return Go::From(offset + 1);
        }
        let read = tag::read(content, name_length, offset + 1);
        match self.open_element(name, read, offset) {
            Go::On => {}
            go => return go,
        }
        if is_empty {
            self.open.pop();
        } else if name == HANDLER {
            return self.handler(self.open[self.open.len() - 1], after);
        }
        Go::On
    }

    /// An element begins; answers from where to go on if its tag was broken.
    fn open_element(&mut self, name: &'a str, read: tag::Tag<'a>, offset: usize) -> Go {
        if self.open.len() >= limits::ELEMENT_DEPTH {
            let message = format!("elements nest deeper than {}", limits::ELEMENT_DEPTH);
            self.report(ErrorCode::ResourceLimit, offset, message, None);
            return Go::Nowhere;
        }
        if self.tree.elements.len() >= limits::ELEMENTS {
            let message = format!("the document has more than {} elements", limits::ELEMENTS);
            self.report(ErrorCode::ResourceLimit, offset, message, None);
            return Go::Nowhere;
        }
        let parent = self.open.last().copied();
        if parent.is_none() && self.tree.root.is_some() {
            self.report(ErrorCode::InvalidXml, offset, format!("<{name}> stands behind the end of the document"), None);
        }
        let id = ElementId(self.tree.elements.len());
        let element = Element {
            name,
            offset,
            parent,
            attributes: read.attributes,
            is_broken: read.resume.is_some(),
            children: Vec::new(),
            text: None,
            code: TextMap::default(),
        };
        self.tree.elements.push(element);
        match parent {
            Some(parent) => self.tree.elements[parent.0].children.push(id),
            None => {
                self.tree.root.get_or_insert(id);
            }
        }
        self.open.push(id);
        read.mistakes.into_iter().for_each(|mistake| self.report_mistake(mistake));
        if read.too_many {
            let message = format!("<{name}> has more than {} attributes", limits::ATTRIBUTES);
            self.report(ErrorCode::ResourceLimit, offset, message, None);
            return Go::Nowhere;
        }
        if let Some(resume) = read.resume {
            if read.is_empty || !self.is_closed_behind(name, resume) {
                self.open.pop();
            }
            self.restarts += 1;
            return Go::From(resume);
        }
        Go::On
    }

    /// Whether an element of this name is closed somewhere behind `offset`.
    fn is_closed_behind(&mut self, name: &'a str, offset: usize) -> bool {
        let text = self.text;
        let last_closing = self.last_closing.get_or_insert_with(|| {
            let tags = text.match_indices("</").map(|(at, _)| {
                let rest = &text[at + 2..];
                let mut characters = rest.char_indices().take(limits::NAME_BYTES + 1);
                let end = characters.find(|(_, c)| c.is_whitespace() || *c == '>');
                (&rest[..end.map_or(0, |(end, _)| end)], at)
            });
            tags.filter(|(name, _)| tag::is_name(name)).collect()
        });
        last_closing.get(name).is_some_and(|last| *last >= offset)
    }

    fn handler(&mut self, id: ElementId, after: usize) -> Go {
        let text = self.handlers.read(after);
        if let Some(offset) = text.unclosed_cdata {
            self.report(
                ErrorCode::InvalidXml,
                offset,
                "the CDATA section has no end",
                Some("it ends with ]]>".to_owned()),
            );
        }
        if !text.closed && text.unclosed_cdata.is_none() {
            let offset = self.tree.element(id).offset;
            self.report(ErrorCode::InvalidXml, offset, "<Handler> is not closed", Some("add </Handler>".to_owned()));
        }
        for unknown in text.unknown.into_iter().take(limits::DIAGNOSTICS) {
            self.report_mistake(tag::unknown_reference(unknown));
        }
        self.tree.elements[id.0].code = text.code;
        self.open.pop();
        Go::From(text.end)
    }

    /// A closing tag.
    fn close(&mut self, before: usize, after: usize) {
        let offset = before;
        let inner = &self.text[before..after];
        let name = inner.strip_prefix("</").and_then(|rest| rest.strip_suffix('>')).unwrap_or(inner).trim_end();
        let Some(depth) = self.open.iter().rposition(|open| self.tree.element(*open).name == name) else {
            let innermost = self.open.last().map(|open| self.tree.element(*open).name);
            // Misspelt, or the closing tag of something else in the place of this one.
            let meant = innermost
                .filter(|open| suggest::nearest(name, [*open]).is_some() || !self.is_closed_behind(open, after));
            let hint = meant.map(|open| format!("did you mean </{open}>?"));
            let message = format!("</{}> closes no element", tag::shown(name));
            self.report(ErrorCode::InvalidXml, offset, message, hint);
            if meant.is_some() {
                self.open.pop();
            }
            return;
        };
        for open in self.open.split_off(depth).into_iter().skip(1) {
            self.unclosed(open);
        }
    }

    fn unclosed(&mut self, id: ElementId) {
        let name = self.tree.element(id).name;
        let target = Target::Element(id);
        let message = format!("<{name}> is not closed");
        let diagnostic = self.tree.diagnostic(Severity::Error, ErrorCode::InvalidXml, target, message);
        self.diagnostics.add(diagnostic.with_hint(format!("add </{name}>, or end the tag with />")));
    }

    fn end(&mut self) {
        for open in std::mem::take(&mut self.open) {
            self.unclosed(open);
        }
    }

    fn characters(&mut self, before: usize, after: usize) {
        let raw = &self.text[before..after];
        let Some(first) = raw.find(|c: char| !c.is_whitespace()) else { return };
        match self.open.last() {
            Some(open) => {
                self.tree.elements[open.0].text.get_or_insert(before + first);
            }
            None => self.report(ErrorCode::InvalidXml, before + first, "text stands outside of the document", None),
        }
    }

    /// Markup that has no end: what quick-xml gives up at.
    fn broken(&mut self, before: usize, message: &str) -> Go {
        let rest = &self.text[before..];
        self.restarts += 1;
        let is_tag =
            rest.strip_prefix('<').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '/'));
        if !is_tag {
            self.report(ErrorCode::InvalidXml, before, message, None);
            return Go::Nowhere;
        }
        let content = &rest[1..];
        let name_length = content.find(|c: char| c.is_whitespace()).unwrap_or(content.len());
        if tag::is_name(&content[..name_length]) && tag::unclosed_quote(content).is_some() {
            let read = tag::read(content, name_length, before + 1);
            return self.open_element(&content[..name_length], read, before);
        }
        let (offset, message) = match tag::unclosed_quote(content) {
            Some((quote, _)) => (before + 1 + quote, "the value that begins here has no closing quote"),
            None => match open_quote(rest) {
                Some(quote) => (before + quote, "the value that begins here has no closing quote"),
                None => (before, "the tag has no end"),
            },
        };
        self.report(ErrorCode::InvalidXml, offset, message, None);
        match rest[1..].find('<') {
            Some(next) => Go::From(before + 1 + next),
            None => Go::Nowhere,
        }
    }
}

/// The quote without a partner in the tag that the text begins with.
fn open_quote(text: &str) -> Option<usize> {
    let mut open = None;
    for (at, byte) in text.bytes().enumerate() {
        match (byte, open) {
            (b'"' | b'\'', None) => open = Some((at, byte)),
            (byte, Some((_, quote))) if byte == quote => open = None,
            (b'>', None) => return None,
            _ => {}
        }
    }
    open.map(|(at, _)| at)
}
