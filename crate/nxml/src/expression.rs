//! Expressions: a part of JavaScript that only computes, without JavaScript.
//!
//! What is accepted means what it means in JavaScript, but for this: there is no `undefined`, a member that is not there
//! is `null`, and so is a member of `null`; arithmetic and comparison of unlike things is an error and not `NaN`; objects
//! and arrays are equal if what they hold is.
//!
//! | file | what it does |
//! |---|---|
//! | `lexer` | text to tokens |
//! | `parser` | tokens to a tree |
//! | `budget` | how many steps that may take |
//! | `scope` | `$scope` |
//! | `evaluate` | the tree over state and scope to a value, bounded in steps |
//! | `call` | which functions and methods there are |
//! | `function`, `method` | what each does |
//! | `reference` | which states and scopes it reads |
//! | `text` | values as text |

mod budget;
mod call;
mod evaluate;
mod function;
mod lexer;
mod method;
mod parser;
mod reference;
mod scope;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use std::fmt;

use nexus_core::{Location, Map, Value};

use crate::source_map::SourceMap;
use crate::text_map::TextMap;

use evaluate::Over;

pub(crate) use budget::Budget;
pub(crate) use evaluate::{is_truthy, position};
pub(crate) use function::number_of;
pub(crate) use reference::{Reference, Root};
pub(crate) use scope::{Item, Scope};
pub(crate) use text::text_of;
pub(crate) use tree::{Expr, Node};

/// What kind of mistake an expression is or makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpressionErrorKind {
    /// The text is no expression.
    Syntax,
    /// It names something that does not exist.
    UnknownName,
    /// It calls a method that does not exist.
    UnknownMethod,
    /// An operator, function or method was given what it cannot take.
    Type,
    /// It is too long, too deep or takes too many steps.
    Limit,
}

/// Why an expression cannot be parsed or evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// What kind of mistake it is.
    pub kind: ExpressionErrorKind,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Where, in the document or in the text that was parsed.
    pub location: Location,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
    /// The name that does not exist.
    pub(crate) name: Option<String>,
}

impl ExpressionError {
    pub(crate) fn new(kind: ExpressionErrorKind, location: Location, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), location, hint: None, name: None }
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.location.line, self.location.column, self.message)
    }
}

impl std::error::Error for ExpressionError {}

/// What an expression is evaluated over.
#[derive(Debug, Clone, Copy)]
pub struct Environment<'a> {
    /// The panel's state.
    pub state: &'a Map,
    /// Its computed values; they are members of `$state` too.
    pub computed: &'a Map,
    /// `$scope`.
    pub scope: &'a Map,
}

/// An expression, parsed once.
///
/// ```
/// use nexus_nxml::{Environment, Expression};
/// use nexus_core::{Map, Value};
///
/// let expression = Expression::parse("$state.items.filter(item => item.price > 10).length").unwrap();
/// let item = |price: f64| Value::object([("price", Value::from(price))]);
/// let state = Map::from_iter([("items".to_owned(), Value::from(vec![item(5.0), item(15.0)]))]);
/// let (computed, scope) = (Map::new(), Map::new());
/// let environment = Environment { state: &state, computed: &computed, scope: &scope };
/// assert_eq!(expression.evaluate(environment), Ok(Value::Number(1.0)));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    tree: Expr,
}

impl Expression {
    /// Parses a text that is one expression. Locations are places in that text.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        Self::parse_mapped(&TextMap::verbatim(text, 0), &SourceMap::new(text))
    }

    /// The same for a text out of a document.
    pub(crate) fn parse_mapped(text: &TextMap, map: &SourceMap<'_>) -> Result<Self, ExpressionError> {
        let mut parser = parser::Parser::new(text, 0, text.as_str().len(), map)?;
        let tree = parser.expression()?;
        parser.end()?;
        Ok(Self { tree })
    }

    /// Parses an expression that begins at `start` and ends before the brace that closes it; answers where that is.
    pub(crate) fn parse_braced(
        text: &TextMap,
        start: usize,
        map: &SourceMap<'_>,
    ) -> Result<(Self, usize), ExpressionError> {
        let mut parser = parser::Parser::new(text, start, text.as_str().len(), map)?;
        let tree = parser.expression()?;
        let end = parser.closing_brace()?;
        Ok((Self { tree }, end))
    }

    /// A part of another expression, which stands in no arrow function of that.
    pub(crate) const fn of(tree: Expr) -> Self {
        Self { tree }
    }

    /// Evaluates it.
    ///
    /// # Errors
    /// The first operation that cannot be done, or `Limit` after too many steps.
    pub fn evaluate(&self, environment: Environment<'_>) -> Result<Value, ExpressionError> {
        let Environment { state, computed, scope } = environment;
        self.evaluate_in(state, computed, Scope::Root(scope), &mut Budget::expression())
    }

    /// Evaluates it as a computed value: others are read by name alone. `$state` as a whole holds the states, so that
    /// what it is does not depend on which others were computed before.
    pub(crate) fn compute(&self, state: &Map, computed: &Map) -> Result<Value, ExpressionError> {
        let scope = Map::new();
        let over = Over { state, computed, listed: &Map::new(), scope: Scope::Root(&scope) };
        evaluate::evaluate(&self.tree, over, &mut Budget::expression())
    }

    pub(crate) fn evaluate_in(
        &self,
        state: &Map,
        computed: &Map,
        scope: Scope<'_>,
        budget: &mut Budget,
    ) -> Result<Value, ExpressionError> {
        evaluate::evaluate(&self.tree, Over { state, computed, listed: computed, scope }, budget)
    }

    /// What it reads of state and scope, in the order of the text.
    pub(crate) fn references(&self) -> Vec<Reference<'_>> {
        reference::references(&self.tree)
    }

    /// The states and computed values that it reads by name, each once; and whether it may read any, because a name is
    /// computed or `$state` is used as a whole.
    #[must_use]
    pub fn dependencies(&self) -> (Vec<&str>, bool) {
        reference::dependencies(&self.tree)
    }

    pub(crate) const fn tree(&self) -> &Expr {
        &self.tree
    }

    /// Where it begins.
    #[must_use]
    pub const fn location(&self) -> Location {
        self.tree.location
    }
}
