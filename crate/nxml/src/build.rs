//! From elements to the syntax tree of a panel.
//!
//! | file | what it reads |
//! |---|---|
//! | `attribute` | one attribute: a name, a word, an expression … |
//! | `data` | states and computed values |
//! | `logic` | extensions, tools, their arguments and triggers, lifecycles |
//! | `handler` | handlers and what they declare |
//! | `view` | the view |
//! | `reference` | whether what expressions refer to is there |
//! | `cycle` | computed values that depend on themselves |

mod attribute;
mod cycle;
mod data;
mod handler;
mod logic;
mod reference;
mod view;

use std::collections::{HashMap, HashSet};

use indexmap::IndexSet;
use nexus_core::{ErrorCode, Location};

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::expression::{ExpressionError, ExpressionErrorKind};
use crate::limits;
use crate::panel::{Meta, Panel};
use crate::suggest;
use crate::xml::{ElementId, Target, Tree};

/// The root element.
const ROOT: &str = "NexusPanel";
const SECTIONS: [&str; 3] = ["Data", "Logic", "View"];

/// What the document itself uses of what it declares.
#[derive(Debug, Default)]
pub(crate) struct Used {
    /// States and computed values that view, computed values and triggers read or bind.
    pub(crate) states: HashSet<String>,
    /// Whether they may read any.
    pub(crate) any_state: bool,
    /// Tools that the view runs.
    pub(crate) tools: HashSet<String>,
}

/// Builds the panel that a document's elements describe.
pub(crate) fn build(tree: &Tree<'_>, diagnostics: &mut Diagnostics) -> (Panel, Used) {
    let mut builder =
        Builder { tree, diagnostics, states: IndexSet::new(), computed: IndexSet::new(), used: Used::default() };
    let mut panel = Panel::default();
    match tree.root {
        Some(root) => builder.panel(root, &mut panel),
        None => builder.no_root(),
    }
    (panel, builder.used)
}

struct Builder<'t, 'a> {
    tree: &'t Tree<'a>,
    diagnostics: &'t mut Diagnostics,
    /// Names of states, and of computed values, in the order of the document: of two hints that are as good, always the
    /// first.
    states: IndexSet<String>,
    computed: IndexSet<String>,
    used: Used,
}

impl<'t> Builder<'t, '_> {
    fn no_root(&mut self) {
        if self.diagnostics.is_empty() {
            self.diagnostics.add(Diagnostic {
                code: ErrorCode::InvalidXml,
                severity: Severity::Error,
                message: "there is no element in the document".to_owned(),
                path: "/".to_owned(),
                location: Location { line: 1, column: 1 },
                hint: Some(format!("a document begins with <{ROOT}>")),
            });
        }
    }

    fn report(
        &mut self,
        severity: Severity,
        code: ErrorCode,
        target: Target<'_>,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        if !self.diagnostics.is_full() {
            let diagnostic = self.tree.diagnostic(severity, code, target, message);
            self.diagnostics.add(Diagnostic { hint, ..diagnostic });
        }
    }

    fn error(&mut self, code: ErrorCode, target: Target<'_>, message: impl Into<String>) {
        self.report(Severity::Error, code, target, message, None);
    }

    fn error_with(&mut self, code: ErrorCode, target: Target<'_>, message: impl Into<String>, hint: Option<String>) {
        self.report(Severity::Error, code, target, message, hint);
    }

    /// A mistake in the expression of an attribute, at its place in that.
    fn expression_error(&mut self, target: Target<'_>, error: ExpressionError) {
        let code = match error.kind {
            ExpressionErrorKind::UnknownName => ErrorCode::ForbiddenGlobal,
            ExpressionErrorKind::Limit => ErrorCode::ResourceLimit,
            _ => ErrorCode::ParseError,
        };
        // What it would have used is not known.
        self.used.any_state = true;
        let is_state = |name: &&String| self.states.contains(*name) || self.computed.contains(*name);
        let state = error.name.as_ref().filter(is_state).map(|name| format!("did you mean $state.{name}?"));
        let diagnostic = self.tree.diagnostic(Severity::Error, code, target, error.message);
        self.diagnostics.add(Diagnostic { location: error.location, hint: state.or(error.hint), ..diagnostic });
    }

    /// Reports attributes other than those `allowed`.
    fn attributes(&mut self, id: ElementId, allowed: &[&str]) {
        let tree = self.tree;
        let element = tree.element(id);
        for attribute in element.attributes.iter().filter(|attribute| !allowed.contains(&attribute.name)) {
            let hint = suggest::did_you_mean(attribute.name, allowed.iter().copied()).or_else(|| match allowed {
                [] => None,
                allowed => Some(format!("it has {}", suggest::all_of(allowed))),
            });
            let message = format!("<{}> has no attribute {}", element.name, attribute.name);
            self.error_with(ErrorCode::SchemaError, Target::Attribute(id, attribute.name), message, hint);
        }
    }

    /// The children whose names are `allowed`; others are reported, and text too.
    fn children(&mut self, id: ElementId, allowed: &[&'static str]) -> Vec<(ElementId, &'static str)> {
        self.stray_text(id, None);
        let tree = self.tree;
        let mut children = Vec::new();
        for (child, element) in tree.children(id) {
            // What is only misspelt is still read, so that what is in it is checked too.
            let name = match allowed.iter().find(|name| **name == element.name) {
                Some(name) => Some(*name),
                None => {
                    let near = suggest::nearest(element.name, allowed.iter().copied());
                    let hint = near.map(|near| format!("did you mean <{near}>?")).or_else(|| match allowed {
                        [] => None,
                        allowed => Some(format!("here stands <{}>", allowed.join(">, <"))),
                    });
                    let message = format!("<{}> does not belong into <{}>", element.name, tree.element(id).name);
                    self.error_with(ErrorCode::ParseError, Target::Element(child), message, hint);
                    near
                }
            };
            children.extend(name.map(|name| (child, name)));
        }
        children
    }

    /// The children of all sections of one name.
    fn section_children(&mut self, sections: &[ElementId], allowed: &[&'static str]) -> Vec<(ElementId, &'static str)> {
        let mut children = Vec::new();
        for section in sections {
            self.attributes(*section, &[]);
            children.extend(self.children(*section, allowed));
        }
        children
    }

    /// Reports text that stands between elements.
    fn stray_text(&mut self, id: ElementId, hint: Option<String>) {
        let tree = self.tree;
        let element = tree.element(id);
        if let Some(offset) = element.text {
            let message = format!("text in <{}> means nothing", element.name);
            let diagnostic = tree.diagnostic(Severity::Warning, ErrorCode::ParseError, Target::Element(id), message);
            self.diagnostics.add(Diagnostic { location: tree.map.locate(offset), hint, ..diagnostic });
        }
    }

    /// Reports a name that was declared before; answers whether it is new.
    fn is_new(
        &mut self,
        code: ErrorCode,
        target: Target<'_>,
        what: &str,
        name: &str,
        before: &mut HashMap<String, Location>,
    ) -> bool {
        if let Some(first) = before.get(name) {
            let hint = Some(format!("the first is in line {}", first.line));
            self.error_with(code, target, format!("there is {what} {name} already"), hint);
            return false;
        }
        let (Target::Element(id) | Target::Attribute(id, _)) = target;
        before.insert(name.to_owned(), self.tree.location(id));
        true
    }

    fn panel(&mut self, root: ElementId, panel: &mut Panel) {
        let tree = self.tree;
        let name = tree.element(root).name;
        if name != ROOT {
            let hint = Some(format!("the document begins with <{ROOT}>"));
            self.error_with(ErrorCode::ParseError, Target::Element(root), format!("<{name}> is no panel"), hint);
            if !tree.children(root).any(|(_, child)| SECTIONS.contains(&child.name)) {
                return;
            }
        }
        panel.meta = self.meta(root);
        let children = self.children(root, &SECTIONS);
        let mut sections = |name: &str| {
            let same: Vec<ElementId> = children.iter().filter(|(_, own)| *own == name).map(|(id, _)| *id).collect();
            for second in same.iter().skip(1) {
                let message = format!("there is a section <{name}> already");
                self.error(ErrorCode::ParseError, Target::Element(*second), message);
            }
            same
        };
        let (data, logic, view) = (sections("Data"), sections("Logic"), sections("View"));
        // What stands in a second one is declared too: what uses it has no mistake of its own.
        self.data(&data, panel);
        self.logic(&logic, panel);
        for view in view {
            self.view(view, panel);
        }
    }

    fn meta(&mut self, root: ElementId) -> Meta {
        self.attributes(root, &["title", "description", "id", "version", "author", "tags"]);
        let text = |builder: &mut Self, name: &'static str, least: usize, most: usize| {
            let value = builder.text(root, name)?;
            let length = value.chars().count();
            if !(least..=most).contains(&length) {
                let message = format!("{name} has {length} characters; it can have {least} to {most}");
                builder.error(ErrorCode::SchemaError, Target::Attribute(root, name), message);
            }
            Some(value.to_owned())
        };
        let id = text(self, "id", 0, usize::MAX);
        let is_id = |id: &str| {
            (1..=limits::IDENTIFIER_LENGTH).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        };
        if let Some(id) = id.as_deref().filter(|id| !is_id(id)) {
            let hint = Some(format!("letters, digits, dots and dashes, {} at most", limits::IDENTIFIER_LENGTH));
            let message = format!("{id:?} cannot be the id of a panel");
            self.error_with(ErrorCode::InvalidIdentifier, Target::Attribute(root, "id"), message, hint);
        }
        let tags = self.text(root, "tags").unwrap_or_default();
        Meta {
            title: text(self, "title", 1, limits::TITLE_LENGTH).unwrap_or_else(|| Meta::default().title),
            description: text(self, "description", 0, limits::DESCRIPTION_LENGTH),
            id,
            version: self.text(root, "version").map(str::to_owned),
            author: self.text(root, "author").map(str::to_owned),
            tags: tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        }
    }
}
