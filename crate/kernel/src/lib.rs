//! Outside the wall: runs, extensions and what they share. Pure Rust over small traits.

pub mod engine;
