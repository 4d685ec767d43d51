//! The elements of a document, whatever is wrong with it.
//!
//! | file | what it does |
//! |---|---|
//! | `reader` | the document to a [`Tree`], recovering from mistakes |
//! | `tag` | the attributes of one tag |
//! | `entity` | references such as `&lt;`; never any that a document defines |
//! | `handler_text` | where the code of a handler ends |

mod entity;
mod handler_text;
mod reader;
mod tag;

use nexus_core::{ErrorCode, Location};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source_map::SourceMap;
use crate::text_map::TextMap;

pub(crate) use reader::read;

/// The element in which code stands instead of elements.
pub(crate) const HANDLER: &str = "Handler";

/// An element's number in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ElementId(usize);

/// An attribute.
#[derive(Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: &'a str,
    /// Where its name stands.
    pub(crate) offset: usize,
    pub(crate) value: TextMap,
}

/// An element.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    pub(crate) name: &'a str,
    /// Where its tag begins.
    pub(crate) offset: usize,
    pub(crate) parent: Option<ElementId>,
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// Whether its tag had no end: it may have had other attributes.
    pub(crate) is_broken: bool,
    pub(crate) children: Vec<ElementId>,
    /// Where the first text between its children begins.
    pub(crate) text: Option<usize>,
    /// What a handler holds instead of children.
    pub(crate) code: TextMap,
}

impl<'a> Element<'a> {
    /// The attribute of this name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// What a diagnostic is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    Element(ElementId),
    Attribute(ElementId, &'a str),
}

/// The elements of a document.
pub(crate) struct Tree<'a> {
    pub(crate) map: SourceMap<'a>,
    elements: Vec<Element<'a>>,
    pub(crate) root: Option<ElementId>,
}

impl<'a> Tree<'a> {
    fn new(text: &'a str) -> Self {
        Self { map: SourceMap::new(text), elements: Vec::new(), root: None }
    }

    pub(crate) fn element(&self, id: ElementId) -> &Element<'a> {
        &self.elements[id.0]
    }

    /// The children of an element.
    pub(crate) fn children(&self, id: ElementId) -> impl Iterator<Item = (ElementId, &Element<'a>)> {
        self.element(id).children.iter().map(|child| (*child, self.element(*child)))
    }

    /// Where the element begins.
    pub(crate) fn location(&self, id: ElementId) -> Location {
        self.map.locate(self.element(id).offset)
    }

    /// A diagnostic about `target`, at its beginning.
    pub(crate) fn diagnostic(
        &self,
        severity: Severity,
        code: ErrorCode,
        target: Target<'_>,
        message: impl Into<String>,
    ) -> Diagnostic {
        let (path, offset) = match target {
            Target::Element(id) => (self.path(id), self.element(id).offset),
            Target::Attribute(id, name) => {
                let element = self.element(id);
                let offset = element.attribute(name).map_or(element.offset, |attribute| attribute.offset);
                (format!("{}/@{name}", self.path(id)), offset)
            }
        };
        let location = self.map.locate(offset);
        Diagnostic { code, severity, message: message.into(), path, location, hint: None }
    }

    /// The element as XPath writes it.
    pub(crate) fn path(&self, id: ElementId) -> String {
        let element = self.element(id);
        let Some(parent) = element.parent else { return format!("/{}", element.name) };
        let mut same = self.children(parent).filter(|(_, sibling)| sibling.name == element.name);
        let before = same.by_ref().take_while(|(sibling, _)| *sibling != id).count();
        let alone = before == 0 && same.next().is_none();
        let index = if alone { String::new() } else { format!("[{}]", before + 1) };
        format!("{}/{}{index}", self.path(parent), element.name)
    }
}
