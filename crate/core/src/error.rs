//! The one error shape, and its codes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::value::Value;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// What went wrong, as a stable word. Each has a page of its own in `docs/errors/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $name)] $variant),+
        }

        impl ErrorCode {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code as it stands on the wire: `PERMISSION_DENIED`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

error_codes! {
    /// Out of fuel or of wall-clock time.
    Timeout = "TIMEOUT",
    /// The handler's memory is full.
    MemoryLimit = "MEMORY_LIMIT",
    /// No capability covers what was asked.
    PermissionDenied = "PERMISSION_DENIED",
    /// The handler threw, or can never finish.
    ExecutionError = "EXECUTION_ERROR",
    /// The source is not JavaScript.
    CompilationError = "COMPILATION_ERROR",
    /// The source is not usable as a handler at all (empty of meaning, not a string).
    InvalidHandler = "INVALID_HANDLER",
    /// A defect of the kernel itself.
    InternalError = "INTERNAL_ERROR",
    /// A counted limit was passed; `context` says which.
    ResourceLimit = "RESOURCE_LIMIT",
    /// The WebAssembly module could not be loaded or started.
    WasmError = "WASM_ERROR",
    /// Something that is not data was to cross the wall.
    SerializationError = "SERIALIZATION_ERROR",
    /// An argument of an API or of a handler's global is unusable.
    InvalidArgument = "INVALID_ARGUMENT",
    /// No extension of that name is registered.
    ExtensionNotFound = "EXTENSION_NOT_FOUND",
    /// The extension, or the host, has no method of that name.
    MethodNotFound = "METHOD_NOT_FOUND",
    /// An extension's call failed.
    ExtensionError = "EXTENSION_ERROR",
    /// The run was aborted by its caller.
    Cancelled = "CANCELLED",
    /// A capability token is malformed or names a caveat that nobody declares.
    InvalidCapability = "INVALID_CAPABILITY",
    /// A document could not be read.
    ParseError = "PARSE_ERROR",
    /// A request came without a token that can be accepted.
    Unauthorized = "UNAUTHORIZED",
    /// Nothing stands at this address.
    NotFound = "NOT_FOUND",
    /// What stands at this address does not take that method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED",
    /// The protocol has no message of that type.
    UnknownMessage = "UNKNOWN_MESSAGE",
    /// There is no panel of that name, or no more.
    PanelNotFound = "PANEL_NOT_FOUND",
    /// There is a panel of that name already.
    PanelExists = "PANEL_EXISTS",
    /// The panel has no tool of that name.
    ToolNotFound = "TOOL_NOT_FOUND",
    /// NXML: not well-formed XML.
    InvalidXml = "INVALID_XML",
    /// NXML: a name is not an identifier.
    InvalidIdentifier = "INVALID_IDENTIFIER",
    /// NXML: no such type.
    InvalidType = "INVALID_TYPE",
    /// NXML: a required element or attribute is missing.
    MissingRequired = "MISSING_REQUIRED",
    /// NXML: two states, or a state and a computed value, share a name.
    DuplicateState = "DUPLICATE_STATE",
    /// NXML: two tools share a name.
    DuplicateTool = "DUPLICATE_TOOL",
    /// NXML: two arguments of a tool share a name.
    DuplicateArg = "DUPLICATE_ARG",
    /// NXML: two view elements share an id.
    DuplicateViewId = "DUPLICATE_VIEW_ID",
    /// NXML: two extensions share an alias.
    DuplicateExtensionAlias = "DUPLICATE_EXTENSION_ALIAS",
    /// NXML: a lifecycle handler stands twice.
    DuplicateLifecycle = "DUPLICATE_LIFECYCLE",
    /// NXML: a binding names a state that does not exist.
    UndefinedStateReference = "UNDEFINED_STATE_REFERENCE",
    /// NXML: a trigger names a tool that does not exist.
    UndefinedToolReference = "UNDEFINED_TOOL_REFERENCE",
    /// NXML: `$scope` where no scope is open.
    InvalidScopeReference = "INVALID_SCOPE_REFERENCE",
    /// NXML: a handler uses an extension that is not declared.
    UndeclaredExtension = "UNDECLARED_EXTENSION",
    /// NXML: a handler or an expression names a global that does not exist for it.
    ForbiddenGlobal = "FORBIDDEN_GLOBAL",
    /// NXML: computed values depend on one another in a circle.
    RecursionLimit = "RECURSION_LIMIT",
    /// NXML: the sandbox could not read a handler to its end.
    SandboxError = "SANDBOX_ERROR",
    /// A message, or an attribute of a document, does not have the shape of its schema.
    SchemaError = "SCHEMA_ERROR",
    /// A panel's state could not be changed.
    StateError = "STATE_ERROR",
    /// A panel's view could not be resolved.
    ViewError = "VIEW_ERROR",
    /// NXML, warning: a state is never used.
    UnusedState = "UNUSED_STATE",
    /// NXML, warning: a tool is never used.
    UnusedTool = "UNUSED_TOOL",
    /// NXML, warning: a handler may come to do what no capability of it covers.
    MissingCapability = "MISSING_CAPABILITY",
    /// NXML, warning: a handler declares a capability that it has no use for.
    UnusedCapability = "UNUSED_CAPABILITY",
    /// NXML, warning: extensions are declared but nothing starts them.
    NoMountWithExtensions = "NO_MOUNT_WITH_EXTENSIONS",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ErrorCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ErrorCode".into()
    }

    /// The words alone: what each means has a page of its own.
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<_> = Self::ALL.iter().map(|code| code.as_str()).collect();
        schemars::json_schema!({ "type": "string", "description": "What went wrong, as a stable word.", "enum": codes })
    }
}

/// A place in the author's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Location {
    /// Line, from 1.
    pub line: u32,
    /// Column in UTF-16 code units, from 1.
    pub column: u32,
}

/// The lines around a [`Location`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Snippet {
    /// Source text, a few lines.
    pub code: String,
    /// Which of these lines is meant, from 1.
    pub highlight_line: u32,
}

impl Snippet {
    /// Lines shown before and after the one that is meant.
    const MARGIN: u32 = 2;

    /// Cuts the lines around `location` out of `source`; `None` where the source has no such line.
    #[must_use]
    pub fn cut(source: &str, location: Location) -> Option<Self> {
        let first = location.line.saturating_sub(Self::MARGIN).max(1);
        let count = location.line - first + 1 + Self::MARGIN;
        let lines: Vec<&str> = source.lines().skip(first as usize - 1).take(count as usize).collect();
        (lines.len() > (location.line - first) as usize)
            .then(|| Self { code: lines.join("\n"), highlight_line: location.line - first + 1 })
    }
}

/// An error, as it crosses every boundary of the kernel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Error {
    /// What went wrong.
    pub code: ErrorCode,
    /// What went wrong, in a sentence.
    pub message: String,
    /// The handler's functions that were running, innermost first, a line each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// Where in the author's source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The lines around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet>,
    /// What a program can use: `{resource, limit, used}`, `{extension, method}`, `{path}`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Value>,
}

impl Error {
    /// An error with only a code and a message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), stack: None, location: None, snippet: None, context: None }
    }

    /// The error for a defect of the kernel itself.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InternalError, message)
    }

    /// The error for an unusable argument.
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidArgument, message)
    }

    /// The error for a limit that was passed; `resource` is the limit's word in `context`.
    #[must_use]
    pub fn resource_limit(resource: &str, limit: usize, used: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "counts and sizes stay far below 2^53")]
        let context = Value::object([
            ("resource", Value::from(resource)),
            ("limit", Value::Number(limit as f64)),
            ("used", Value::Number(used as f64)),
        ]);
        Self::new(ErrorCode::ResourceLimit, format!("limit of {resource} passed: {used} of {limit}"))
            .with_context(context)
    }

    /// The error for a capability that is missing: `token` would have allowed it.
    #[must_use]
    pub fn permission_denied(token: &str) -> Self {
        Self::new(ErrorCode::PermissionDenied, format!("this needs the capability {token}"))
            .with_context(Value::object([("capability", Value::from(token))]))
    }

    /// The error for an extension that is not registered.
    #[must_use]
    pub fn extension_not_found(name: &str) -> Self {
        Self::new(ErrorCode::ExtensionNotFound, format!("no extension {name:?} is registered"))
            .with_context(Value::object([("extension", Value::from(name))]))
    }

    /// The error for a method that an extension does not have.
    #[must_use]
    pub fn method_not_found(extension: &str, method: &str) -> Self {
        Self::new(ErrorCode::MethodNotFound, format!("the extension {extension:?} has no method {method:?}"))
            .with_context(Value::object([("extension", Value::from(extension)), ("method", Value::from(method))]))
    }

    /// Adds what a program can use.
    #[must_use]
    pub fn with_context(mut self, context: Value) -> Self {
        self.context = Some(context);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.code, self.message)?;
        if let Some(Location { line, column }) = self.location {
            write!(f, " ({line}:{column})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_word_in_text_and_on_the_wire() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn a_snippet_shows_the_line_with_its_neighbours() {
        let source = "a\nb\nc\nd\ne\nf";
        let cut = |line| Snippet::cut(source, Location { line, column: 1 });
        assert_eq!(cut(1).unwrap(), Snippet { code: "a\nb\nc".into(), highlight_line: 1 });
        assert_eq!(cut(4).unwrap(), Snippet { code: "b\nc\nd\ne\nf".into(), highlight_line: 3 });
        assert_eq!(cut(6).unwrap(), Snippet { code: "d\ne\nf".into(), highlight_line: 3 });
        assert_eq!(cut(7), None);
    }
}
