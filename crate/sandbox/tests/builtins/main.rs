//! Our builtins beside the engine's: every program here runs in an interpreter with each, and has to come to the same.

mod array;
mod join;
mod json;
mod pair;
mod regexp;
mod sort;
mod string;
mod surface;
mod values;
