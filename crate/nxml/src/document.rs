//! A document: its panel, and everything that is wrong with it.

use nexus_core::{Error, HandlerFacts};

use crate::build::{self, Used};
use crate::check;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::panel::Panel;
use crate::xml::{self, Tree};

/// A document that was read.
pub struct Document<'a> {
    tree: Tree<'a>,
    panel: Panel,
    used: Used,
    diagnostics: Vec<Diagnostic>,
    /// Whether the last one only says that there are more.
    has_more: bool,
}

/// Reads a document. Never fails: what is wrong is in its [diagnostics](Document::diagnostics), and its panel holds
/// whatever could be understood.
///
/// ```
/// let document = nexus_nxml::parse(r#"<NexusPanel title="Counter">
///   <Data><State name="count" type="numbr" default="0"/></Data>
/// </NexusPanel>"#);
/// let [diagnostic] = document.diagnostics() else { panic!("one mistake") };
/// assert_eq!(
///     diagnostic.to_string(),
///     r#"2:29: error INVALID_TYPE: there is no type "numbr" (did you mean "number"?)"#
/// );
/// ```
#[must_use]
pub fn parse(text: &str) -> Document<'_> {
    let mut diagnostics = Diagnostics::default();
    let tree = xml::read(text, &mut diagnostics);
    let (panel, used) = build::build(&tree, &mut diagnostics);
    let (diagnostics, has_more) = diagnostics.sorted();
    Document { tree, panel, used, diagnostics, has_more }
}

impl Document<'_> {
    /// The panel, as far as it could be understood.
    #[must_use]
    pub const fn panel(&self) -> &Panel {
        &self.panel
    }

    /// The panel, to be changed by whoever wrote the document for something else to be read: by a program, out of what has
    /// places of its own.
    #[must_use]
    pub const fn panel_mut(&mut self) -> &mut Panel {
        &mut self.panel
    }

    /// The [diagnostics](Self::diagnostics), likewise.
    #[must_use]
    pub fn diagnostics_mut(&mut self) -> &mut [Diagnostic] {
        &mut self.diagnostics
    }

    /// The panel alone.
    #[must_use]
    pub fn into_panel(self) -> Panel {
        self.panel
    }

    /// What is wrong, in the order of the document; of the code of handlers only what [`check_handlers`] found.
    ///
    /// [`check_handlers`]: Self::check_handlers
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Whether there is no error; there may be warnings.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
    }

    /// Checks the code of the handlers, and adds what is wrong to the [diagnostics](Self::diagnostics).
    ///
    /// `facts` are what the syntax tree of each handler tells, or why it has none, in the order of
    /// [`Panel::handlers`]: what the sandbox answers to `InferRequest` for the handler's code.
    pub fn check_handlers(&mut self, facts: &[Result<HandlerFacts, Error>]) {
        let mut found = Diagnostics::again(std::mem::take(&mut self.diagnostics), self.has_more);
        check::handlers(&self.tree, &self.panel, &self.used, facts, &mut found);
        (self.diagnostics, self.has_more) = found.sorted();
    }

    /// The error that an invalid document is refused with: that of its first mistake, with all diagnostics in `context`
    /// as `{diagnostics: […]}`. `None` for a valid one.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        let snippet = |first: &Diagnostic| nexus_core::Snippet::cut(self.tree.map.text(), first.location);
        Diagnostic::refusal(&self.diagnostics, snippet)
    }
}
