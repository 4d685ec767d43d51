//! NXML.
mod binding;
mod diagnostic;
mod expression;
mod state_path;
pub mod limits;
mod source_map;
mod suggest;
mod text_map;
mod xml;
pub use expression::{Environment, Expression, ExpressionError, ExpressionErrorKind};
pub use state_path::{StatePath, Step};
