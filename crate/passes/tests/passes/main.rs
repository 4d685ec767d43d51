//! The passes, judged by what the rewritten modules do.

mod arrange;
mod audit;
mod boot;
mod differential;
mod direct;
mod dispatch;
mod generated;
mod host;
mod image;
mod inspect;
mod law;
mod locations;
mod merge;
mod meter;
mod prune;
mod stamp;
mod strip;
