//! The passes, judged by what the rewritten modules do.

mod host;
mod image;
mod inspect;
mod meter;
mod strip;
