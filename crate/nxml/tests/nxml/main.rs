//! The language as a whole: what parses, what does not, and what a panel then computes and shows.

mod arguments;
mod computed;
mod constructs;
mod docs;
mod faulty;
mod hostile;
mod law;
mod laws;
mod panels;
mod view;

use nexus_core::message::InferRequest;
use nexus_core::{Error, HandlerFacts, Limits};
use nexus_nxml::{Diagnostic, Document, Panel, parse};
use nexus_sandbox::Instance;

/// What the sandbox tells of each handler.
fn facts(panel: &Panel) -> Vec<Result<HandlerFacts, Error>> {
    let infer = |source: &str| {
        let request = InferRequest { source: source.to_owned(), limits: Limits::default() };
        Instance::boot().infer(request).outcome
    };
    panel.handlers().map(|handler| infer(handler.code.as_str())).collect()
}

/// The document with its handlers checked.
fn checked(text: &str) -> Document<'_> {
    let mut document = parse(text);
    let facts = facts(document.panel());
    document.check_handlers(&facts);
    document
}

/// The panel of a document that nothing is wrong with, not even a warning.
#[track_caller]
fn panel(text: &str) -> Panel {
    let document = checked(text);
    assert_eq!(document.diagnostics(), [], "\n{text}\n");
    document.into_panel()
}

/// The diagnostic in a line: `CODE severity line:column`, and the hint behind a dash.
fn line(diagnostic: &Diagnostic) -> String {
    let Diagnostic { code, severity, location, hint, .. } = diagnostic;
    let hint = hint.as_ref().map(|hint| format!(" - {hint}")).unwrap_or_default();
    format!("{code} {severity} {}:{}{hint}", location.line, location.column)
}
