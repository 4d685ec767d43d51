//! The syntax tree of an expression.

use nexus_core::{Location, Value};

use super::call::{Function, Method};

/// An expression and where it begins; for an operator or a member, where that stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) node: Node,
    pub(crate) location: Location,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Literal(Value),
    /// `$state`
    State,
    /// `$scope`
    Scope,
    /// A parameter of an arrow function, counted from the outermost.
    Local(usize),
    Member(Box<Expr>, String),
    Index(Box<Expr>, Box<Expr>),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    Logical(Logical, Box<Expr>, Box<Expr>),
    /// `condition ? then : otherwise`
    Conditional(Box<[Expr; 3]>),
    Array(Vec<Expr>),
    Object(Vec<(String, Expr)>),
    Function(Function, Vec<Expr>),
    Method(Box<Expr>, Method, Vec<Argument>),
}

/// An argument of a method.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Argument {
    Value(Expr),
    /// `(item, index) => …`
    Arrow {
        parameters: usize,
        body: Expr,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    Minus,
    Plus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `==`
    LooselyEqual,
    /// `!=`
    LooselyUnequal,
    /// `===`
    Equal,
    /// `!==`
    Unequal,
}

impl Binary {
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Power => "**",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::LooselyEqual => "==",
            Self::LooselyUnequal => "!=",
            Self::Equal => "===",
            Self::Unequal => "!==",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logical {
    And,
    Or,
    /// `??`
    Coalesce,
}
