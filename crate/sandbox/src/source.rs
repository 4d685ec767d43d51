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

use crate::early_error;
use crate::lines::Lines;
use crate::stray_jump;

/// What stands before the author's text, on its first line, so that only that line's columns are off.
pub const PREFIX: &str = "(async function handler(){\"use strict\";";
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
        let wrapped = wrap(text);
        let mut interner = Interner::default();
        let script = parse_script(&wrapped, &mut interner)
            .map_err(|error| stray_brace(text).unwrap_or_else(|| syntax_error(text, error)))?;
        if let Err(brace) = wrapper_end(&script) {
            return Err(unexpected_brace(text, brace));
        }
        if let Some(name) = early_error::redeclaration(&script) {
            let location = to_author(text, name.span().start());
            let message = format!("'{}' is declared already", interner.resolve_expect(name.sym()));
            return Err(compilation_error(text, &message, location));
        }
        if let Some(name) = early_error::using(&script) {
            let location = to_author(text, name.span().start());
            return Err(compilation_error(text, "'using' is not supported: nothing would be disposed of", location));
        }
        Ok(Self { wrapped, script, interner })
    }

    /// The text for the engine to compile.
    pub fn wrapped(&self) -> Source<'_, UTF8Input<&[u8]>> {
        Source::from_bytes(&self.wrapped).with_path(Path::new(FILE_NAME))
    }

    /// That text.
    pub fn text(&self) -> &str {
        &self.wrapped
    }

    /// The author's part of that.
    pub fn author_text(&self) -> &str {
        &self.wrapped[PREFIX.len()..self.wrapped.len() - SUFFIX.len()]
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

/// The author's text inside the function that the engine compiles.
fn wrap(text: &str) -> String {
    format!("{PREFIX}{text}{SUFFIX}")
}

fn parse_script(wrapped: &str, interner: &mut Interner) -> Result<Script, ParseError> {
    Parser::new(Source::from_bytes(wrapped)).parse_script(&Scope::new_global(), interner)
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
    if only_function(script).is_some() { Ok(()) } else { Err(first_body_end(script)) }
}

/// Where the first function's closing brace is.
fn first_body_end(script: &Script) -> Option<Position> {
    struct First;
    impl<'ast> Visitor<'ast> for First {
        type BreakTy = Position;
        fn visit_async_function_expression(&mut self, node: &'ast AsyncFunctionExpression) -> ControlFlow<Position> {
            ControlFlow::Break(node.body().span().end())
        }
    }
    // The span ends behind the brace.
    let end = script.statements().visit_with(&mut First).break_value()?;
    Some(Position::new(end.line_number(), end.column_number().saturating_sub(1).max(1)))
}

/// The error of text that ends with the brace that closes the wrapper: with what the wrapper has behind its own brace
/// it is whole.
fn stray_brace(text: &str) -> Option<Error> {
    let after_brace = SUFFIX.replace('}', "");
    let wrapped = format!("{PREFIX}{text}{after_brace}");
    let script = parse_script(&wrapped, &mut Interner::default());
    Some(unexpected_brace(text, Some(first_body_end(&script.ok()?)?)))
}

fn unexpected_brace(text: &str, brace: Option<Position>) -> Error {
    let location = brace.map_or_else(|| end_of(text), |brace| to_author(text, brace));
    compilation_error(text, "unexpected '}' outside of any block", location)
}

/// The place in the author's text of a place in the wrapped text. Places in the suffix are the end of the text.
pub fn to_author(text: &str, position: Position) -> Location {
    let lines = Lines::new(text);
    let index = position.line_number() as usize - 1;
    if index >= lines.count() {
        return end_of(text);
    }
    // The engine counts code points.
    let prefix = if index == 0 { PREFIX.len() } else { 0 };
    let before = (position.column_number() as usize - 1).saturating_sub(prefix);
    let column = lines.line(index).chars().take(before).map(char::len_utf16).sum::<usize>();
    location(index, column)
}

/// Just behind the last character.
fn end_of(text: &str) -> Location {
    let lines = Lines::new(text);
    let last = lines.count() - 1;
    location(last, lines.line(last).encode_utf16().count())
}

/// The location of a line and column that are counted from 0.
fn location(line: usize, column: usize) -> Location {
    let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    Location { line: number(line), column: number(column) }
}

fn compilation_error(text: &str, message: &str, location: Location) -> Error {
    let mut error = Error::new(ErrorCode::CompilationError, format!("SyntaxError: {message}"));
    error.snippet = Snippet::cut(text, location);
    error.location = Some(location);
    error
}

/// Whether the wrapped text is refused for a jump that leads nowhere.
fn has_stray_jump(text: &str) -> bool {
    parse_script(&wrap(text), &mut Interner::default()).is_err_and(|error| is_stray_jump(&error))
}

fn is_stray_jump(error: &ParseError) -> bool {
    const MESSAGES: [&str; 4] = [
        "illegal break statement",
        "illegal continue statement",
        "undefined break target",
        "undefined continue target",
    ];
    match error {
        ParseError::General { message, .. } | ParseError::Lex { err: LexError::Syntax(message, _) } => {
            MESSAGES.iter().any(|known| message.starts_with(known))
        }
        _ => false,
    }
}

fn syntax_error(text: &str, error: ParseError) -> Error {
    let stray_jump = if is_stray_jump(&error) { stray_jump::find(text, has_stray_jump) } else { None };
    let position = match &error {
        ParseError::Expected { span, .. } | ParseError::Unexpected { span, .. } => Some(span.start()),
        ParseError::Lex { err: LexError::Syntax(_, position) } | ParseError::General { position, .. } => {
            Some(*position)
        }
        _ => None,
    };
    let at_jump = |at: usize| Lines::new(&wrap(text)).position(PREFIX.len() + at);
    let position = stray_jump.map(at_jump).or(position);
    let lines = Lines::new(text).count();
    let in_suffix = position.is_some_and(|position| position.line_number() as usize > lines);
    let message = match error {
        ParseError::AbruptEnd => "unexpected end of the source".to_owned(),
        // What the engine did not expect is the wrapper's, which the author does not know of.
        ParseError::Expected { .. } | ParseError::Unexpected { .. } if in_suffix => {
            "unexpected end of the source".to_owned()
        }
        ParseError::General { message, .. } | ParseError::Lex { err: LexError::Syntax(message, _) } => message.into(),
        // The engine appends the position in the wrapped text, which would mislead.
        other => {
            let text = other.to_string();
            text.rfind(" at line ").map_or(text.clone(), |end| text[..end].to_owned())
        }
    };
    compilation_error(text, &message, position.map_or_else(|| end_of(text), |position| to_author(text, position)))
}
