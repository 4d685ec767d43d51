//! What is wrong with a document, and where.

use std::fmt;

use nexus_core::{Error, ErrorCode, Location, Snippet, Value};
use serde::Serialize;

use crate::limits;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No panel can be made of the document.
    Error,
    /// The document works, but not as its author will have meant.
    Warning,
}

impl Severity {
    /// The severity as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One mistake in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diagnostic {
    /// What is wrong.
    pub code: ErrorCode,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The element or attribute, as XPath writes it: `/NexusPanel/Logic/Tool[2]/Arg[1]/@type`.
    pub path: String,
    /// The place in the document.
    pub location: Location,
    /// What to do about it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Diagnostic {
    /// The error that something with these mistakes is refused with: that of the first, with all in `context` as
    /// `{diagnostics: […]}`. `None` if there are only warnings.
    #[must_use]
    pub fn refusal(all: &[Self], snippet: impl FnOnce(&Self) -> Option<Snippet>) -> Option<Error> {
        let first = all.iter().find(|diagnostic| diagnostic.severity == Severity::Error)?;
        let mut error = Error::new(first.code, first.message.clone());
        error.location = Some(first.location);
        error.snippet = snippet(first);
        let all = all.iter().map(Self::to_value).collect();
        Some(error.with_context(Value::object([("diagnostics", Value::Array(all))])))
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The diagnostic as data: `{code, severity, message, path, location: {line, column}, hint?}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let location = [("line", Value::from(self.location.line)), ("column", Value::from(self.location.column))];
        let mut members = vec![
            ("code", Value::from(self.code.as_str())),
            ("severity", Value::from(self.severity.as_str())),
            ("message", Value::from(self.message.as_str())),
            ("path", Value::from(self.path.as_str())),
            ("location", Value::object(location)),
        ];
        members.extend(self.hint.as_deref().map(|hint| ("hint", Value::from(hint))));
        Value::object(members)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location { line, column } = self.location;
        write!(f, "{line}:{column}: {} {}: {}", self.severity, self.code, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// The diagnostics of a document, bounded.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    found: Vec<Diagnostic>,
    /// Whether there were more than are kept.
    had_more: bool,
}

impl Diagnostics {
    /// Goes on from what [`sorted`](Self::sorted) answered, and whether that ended with the note that there are more.
    pub(crate) const fn again(found: Vec<Diagnostic>, had_more: bool) -> Self {
        Self { found, had_more }
    }

    /// Adds one, unless there are too many.
    pub(crate) fn add(&mut self, diagnostic: Diagnostic) {
        if !self.is_full() {
            self.found.push(diagnostic);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether there is one of that kind.
    pub(crate) fn any(&self, is_one: impl FnMut(&Diagnostic) -> bool) -> bool {
        self.found.iter().any(is_one)
    }

    /// Whether further ones are dropped.
    pub(crate) fn is_full(&self) -> bool {
        self.had_more || self.found.len() >= limits::DIAGNOSTICS
    }

    /// All of them by position, and whether there were more than are kept: the last then says so.
    pub(crate) fn sorted(mut self) -> (Vec<Diagnostic>, bool) {
        if self.had_more {
            return (self.found, true);
        }
        sort(&mut self.found);
        let has_more = self.is_full();
        if has_more && let Some(last) = self.found.last_mut() {
            last.code = ErrorCode::ResourceLimit;
            last.severity = Severity::Error;
            last.message = format!("there are more diagnostics; {} are shown", limits::DIAGNOSTICS);
            last.hint = None;
        }
        (self.found, has_more)
    }
}

/// Puts diagnostics into the order of the document.
pub(crate) fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.location.line, diagnostic.location.column, diagnostic.severity));
}
