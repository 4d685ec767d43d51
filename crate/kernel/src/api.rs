//! Panels for people and programs elsewhere: the HTTP API and the WebSocket protocol.

pub mod socket;
