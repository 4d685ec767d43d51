//! A handler's source: wrapping it into a function that it cannot leave, and positions in the author's text.

use std::path::Path;

use boa_engine::Source;
use boa_engine::ast::expression::Expression;
use boa_engine::ast::function::AsyncFunctionExpression;
use boa_engine::ast::scope::Scope;
use boa_engine::ast::statement::Statement;
use boa_engine::ast::visitor::{VisitWith, Visitor};
use boa_engine::ast::{Position, Script, Spanned, StatementListItem};
use boa_engine::interner::Interner;
use boa_engine::parser::lexer::error::Error as LexError;
use boa_engine::parser::source::UTF8Input;
use boa_engine::parser::{Error as ParseError, Parser};
use nexus_core::{Error, ErrorCode, Limits, Location, Snippet};
use std::ops::ControlFlow;

/// What stands before the author's text, on its first line, so that only that line's columns are off.
const PREFIX: &str = "(async function handler(){\"use strict\";";
/// What stands after it: on a line of its own, so that a comment on the author's last line does not swallow it.
const SUFFIX: &str = "\n})";

/// The name under which the engine reports positions of the handler.
pub const FILE_NAME: &str = "handler.js";

/// A handler's source, known to be one function body.
pub struct HandlerSource {
    wrapped: String,
    script: Script,
    interner: Interner,
}

impl HandlerSource {
    /// Wraps and parses `text`, the body of an async function.
    ///
    /// The wrapped text must be exactly one expression statement that is the wrapper's function. Text that closes the
    /// wrapper and goes on outside parses as something else; it is refused as the syntax error that its closing brace is.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` (resource `sourceBytes`) for text over the limit, `COMPILATION_ERROR` with location and snippet.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, Error> {
        let limit = usize::try_from(limits.max_source_bytes).unwrap_or(usize::MAX);
        if text.len() > limit {
            return Err(Error::resource_limit("sourceBytes", limit, text.len()));
        }
        let wrapped = format!("{PREFIX}{text}{SUFFIX}");
        let mut interner = Interner::default();
        let script = Parser::new(Source::from_bytes(&wrapped))
            .parse_script(&Scope::new_global(), &mut interner)
            .map_err(|error| syntax_error(text, error))?;
        match wrapper_end(&script) {
            Ok(()) => Ok(Self { wrapped, script, interner }),
            Err(brace) => {
                let location = brace.map_or_else(|| end_of(text), |brace| to_author(text, brace));
                Err(compilation_error(text, "unexpected '}' outside of any block", location))
            }
        }
    }

    /// The text for the engine to compile.
    pub fn wrapped(&self) -> Source<'_, UTF8Input<&[u8]>> {
        Source::from_bytes(&self.wrapped).with_path(Path::new(FILE_NAME))
    }

    /// The wrapper's function, whose body is the author's text.
    ///
    /// # Panics
    /// Never: parsing made sure that it is there.
    pub fn function(&self) -> &AsyncFunctionExpression {
        only_function(&self.script).expect("checked by parse")
    }

    /// Names in the syntax tree.
    pub const fn interner(&self) -> &Interner {
        &self.interner
    }
}

fn only_function(script: &Script) -> Option<&AsyncFunctionExpression> {
    let [StatementListItem::Statement(statement)] = script.statements().statements() else { return None };
    let Statement::Expression(expression) = &**statement else { return None };
    let Expression::Parenthesized(inner) = expression else { return None };
    match inner.expression() {
        Expression::AsyncFunctionExpression(function) => Some(function),
        _ => None,
    }
}

/// Whether the script is the wrapper's function alone; if not, where the brace is that closed the function early.
fn wrapper_end(script: &Script) -> Result<(), Option<Position>> {
    struct First(Option<Position>);
    impl<'ast> Visitor<'ast> for First {
        type BreakTy = ();
        fn visit_async_function_expression(&mut self, node: &'ast AsyncFunctionExpression) -> ControlFlow<()> {
            self.0 = Some(node.body().span().end());
            ControlFlow::Break(())
        }
    }
    if only_function(script).is_some() {
        return Ok(());
    }
    let mut first = First(None);
    let _ = script.statements().visit_with(&mut first);
    // The span ends behind the brace.
    Err(first.0.map(|end| Position::new(end.line_number(), end.column_number().saturating_sub(1).max(1))))
}

/// The place in the author's text of a place in the wrapped text. Places in the suffix are the end of the text.
pub fn to_author(text: &str, position: Position) -> Location {
    locate(text, position.line_number(), position.column_number())
}

/// [`to_author`] for a line and column of the wrapped text.
pub fn locate(text: &str, line: u32, column: u32) -> Location {
    let end = end_of(text);
    let prefix = u32::try_from(PREFIX.len()).unwrap_or(0);
    let column = if line == 1 { column.saturating_sub(prefix).max(1) } else { column };
    if line > end.line { end } else { Location { line, column } }
}

/// Just behind the last character.
fn end_of(text: &str) -> Location {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let last = text.rsplit('\n').next().unwrap_or_default();
    Location { line: number(text.split('\n').count()), column: number(last.encode_utf16().count() + 1) }
}

fn compilation_error(text: &str, message: &str, location: Location) -> Error {
    let mut error = Error::new(ErrorCode::CompilationError, format!("SyntaxError: {message}"));
    error.snippet = Snippet::cut(text, location);
    error.location = Some(location);
    error
}

fn syntax_error(text: &str, error: ParseError) -> Error {
    let position = match &error {
        ParseError::Expected { span, .. } | ParseError::Unexpected { span, .. } => Some(span.start()),
        ParseError::Lex { err: LexError::Syntax(_, position) } | ParseError::General { position, .. } => {
            Some(*position)
        }
        _ => None,
    };
    let message = match error {
        ParseError::AbruptEnd => "unexpected end of the source".to_owned(),
        ParseError::General { message, .. } | ParseError::Lex { err: LexError::Syntax(message, _) } => message.into(),
        // The engine appends the position in the wrapped text, which would mislead.
        other => {
            let text = other.to_string();
            text.rfind(" at line ").map_or(text.clone(), |end| text[..end].to_owned())
        }
    };
    compilation_error(text, &message, position.map_or_else(|| end_of(text), |position| to_author(text, position)))
}
