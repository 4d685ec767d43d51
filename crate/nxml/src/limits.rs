//! What a document and its expressions may take, each bound with its reason.

/// Bytes of a document. Several of the largest handlers fit in; parsing it takes a fraction of a second.
pub const DOCUMENT_BYTES: usize = 4 << 20;
/// Elements in one another. Views nest a dozen levels at most; the code that walks them recurses.
pub const ELEMENT_DEPTH: usize = 64;
/// Elements of a document: each takes some hundred bytes, so that this bounds the memory of a panel. Views that show
/// more repeat an element with `Iterate`.
pub const ELEMENTS: usize = 50_000;
/// Attributes of an element; the component with the most has ten.
pub const ATTRIBUTES: usize = 64;
/// Bytes of the name of an element or an attribute, `bind:` and `on:` included.
pub const NAME_BYTES: usize = 128;
/// Diagnostics of a document that are kept. Nobody reads more, and a hostile document has one at every byte.
pub const DIAGNOSTICS: usize = 1_000;
/// Characters of an identifier (the schema of the systems this language comes from).
pub const IDENTIFIER_LENGTH: usize = 64;
/// Characters of an extension's name (as [`IDENTIFIER_LENGTH`]).
pub const EXTENSION_NAME_LENGTH: usize = 128;
/// Characters of a panel's title (as [`IDENTIFIER_LENGTH`]).
pub const TITLE_LENGTH: usize = 128;
/// Characters of a panel's description (as [`IDENTIFIER_LENGTH`]).
pub const DESCRIPTION_LENGTH: usize = 1_024;
/// Bytes of an expression. Who writes more wants a tool that computes it.
pub const EXPRESSION_BYTES: usize = 16 << 10;
/// Operators, brackets and calls in one another. Parsing and evaluating recurse.
pub const EXPRESSION_DEPTH: usize = 64;
/// Steps of one evaluation: one for each node visited, each value copied, each 64 bytes of text made. Reached in some
/// 10 ms; a list of a thousand items is filtered in ten thousand.
pub const EXPRESSION_STEPS: u64 = 200_000;
/// Bytes of the computed values of a panel together: each handler is given them with the state, so as much as that may have.
pub const COMPUTED_BYTES: usize = nexus_core::limits::PANEL_STATE_BYTES;
/// Steps of resolving a view, all its expressions together.
pub const VIEW_STEPS: u64 = 2_000_000;
/// Elements of a resolved view, repeated ones counted each time: what a page can show.
pub const VIEW_ELEMENTS: usize = 10_000;
/// Least milliseconds between two runs of an interval: timers of platforms are no finer than some four, and a run takes one.
pub const MIN_INTERVAL_MS: u64 = 10;
