//! The passes, judged by what the rewritten modules do.

mod host;
mod inspect;
mod meter;
mod strip;
