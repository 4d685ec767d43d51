//! Inside the wall.
pub mod source;
