//! Panels for people and programs elsewhere: the HTTP API and the WebSocket protocol.

pub mod cors;
pub mod credentials;
pub mod loopback;
pub mod permission;
pub mod socket;
pub mod token;
