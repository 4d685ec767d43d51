//! What an entry tells, and how it is spelled.
//!
//! A line is JSON as `JSON.stringify` would write it, members in the order of the fields here, `hash` last. The hash is SHA-256 over
//! the line without that member, which holds the hash of the line before.

use std::fmt::Write;

use nexus_core::{Error, ErrorCode};
use sha2::{Digest, Sha256};

use crate::json_text;
use crate::origin::Origin;

/// What the first entry of a log goes on from.
pub const FIRST_PREVIOUS_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Where the hash begins in what a line ends with.
pub(crate) const BEFORE_HASH: &str = ",\"hash\":\"";

/// Most bytes of a text, as it stands in the line. The same for all: a name is as easily made long as a message.
const MOST_TEXT_BYTES: usize = 256;

/// What entries are about. The kernel's own words; panels and embedders may have others.
pub mod action {
    /// Reads of the state, told together: `target` is the host function, `count` how many.
    pub const STATE_READ: &str = "stateRead";
    /// A change of the state; `target` is the key.
    pub const STATE_WRITE: &str = "stateWrite";
    /// An event; `target` is its name.
    pub const EVENT_EMIT: &str = "eventEmit";
    /// A view command; `target` is the component, empty for the view itself.
    pub const VIEW_UPDATE: &str = "viewUpdate";
    /// A call of one of the embedder's host functions; `target` is its name.
    pub const HOST_CALL: &str = "hostCall";
    /// A handler asked for a call of an extension: whether it may; `target` is `extension.method`.
    pub const EXTENSION_REQUEST: &str = "extensionRequest";
    /// A call of an extension ended.
    pub const EXTENSION_CALL: &str = "extensionCall";
    /// The sandbox reported what it has to refuse: it no longer works as it should, and the run was stopped.
    pub const SANDBOX_VIOLATION: &str = "sandboxViolation";
    /// A panel was created; `target` is its id, as in the following.
    pub const PANEL_CREATE: &str = "panelCreate";
    /// A panel was destroyed.
    pub const PANEL_DESTROY: &str = "panelDestroy";
    /// Somebody called a tool of a panel; `target` is the tool.
    pub const PANEL_TRIGGER: &str = "panelTrigger";
    /// A trigger of a panel fired; `target` is the tool.
    pub const TRIGGER_FIRED: &str = "triggerFired";
    /// A run of a panel's handler ended; `target` is the tool, or `mount` or `unmount`.
    pub const PANEL_RUN: &str = "panelRun";
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It happened.
    Allowed,
    /// It was refused for want of a capability.
    Denied {
        /// What was missing.
        reason: &'a str,
    },
    /// It failed.
    Error {
        /// As what.
        code: ErrorCode,
        /// Why.
        message: &'a str,
    },
}

impl<'a> Outcome<'a> {
    /// The outcome of what answers with a result.
    pub fn of<T>(result: &'a Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self::Allowed,
            Err(error) => Self::failed(error),
        }
    }

    /// The outcome of what failed.
    #[must_use]
    pub fn failed(error: &'a Error) -> Self {
        match error.code {
            ErrorCode::PermissionDenied => Self::Denied { reason: &error.message },
            code => Self::Error { code, message: &error.message },
        }
    }
}

/// Something that happened. Texts are cut to 256 bytes.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// What it is: one of [`action`], or the embedder's own word.
    pub action: &'a str,
    /// What it was done to.
    pub target: &'a str,
    /// What came of it.
    pub outcome: Outcome<'a>,
    /// What it was done with, as [`summary`](super::summary) tells it.
    pub arguments: Option<&'a str>,
    /// How often, where entries are told together.
    pub count: Option<u64>,
    /// Milliseconds that it took.
    pub duration_ms: Option<u64>,
}

impl<'a> Record<'a> {
    /// Something that was allowed and of which there is no more to tell.
    #[must_use]
    pub const fn allowed(action: &'a str, target: &'a str) -> Self {
        Self { action, target, outcome: Outcome::Allowed, arguments: None, count: None, duration_ms: None }
    }
}

/// Whose doing it is, as it stands in a line.
#[derive(Debug, Clone, Default)]
pub struct Subject(String);

impl Subject {
    /// A panel, handler and actor, and their run where there is one.
    #[must_use]
    pub fn new(origin: &Origin, run: Option<&str>) -> Self {
        let mut text = String::new();
        let members = [
            ("panel", origin.panel.as_deref()),
            ("handler", origin.handler.as_deref()),
            ("run", run),
            ("actor", origin.actor.as_deref()),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                member(&mut text, name, value);
            }
        }
        Self(text)
    }
}

/// Milliseconds since the epoch that a `Date` can hold; whole, so that every language spells them the same.
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
fn whole_milliseconds(now: f64) -> i64 {
    const MOST: f64 = 8.64e15;
    now.clamp(-MOST, MOST) as i64
}

/// The line of an entry, and its hash.
pub(crate) fn write_line(
    sequence: u64,
    now: f64,
    subject: &Subject,
    record: &Record<'_>,
    previous_hash: &str,
) -> (String, String) {
    let mut line = String::with_capacity(448);
    let _ = write!(line, "{{\"sequence\":{sequence},\"time\":{}", whole_milliseconds(now));
    line.push_str(&subject.0);
    member(&mut line, "action", record.action);
    member(&mut line, "target", record.target);
    match record.outcome {
        Outcome::Allowed => line.push_str(",\"outcome\":{\"status\":\"allowed\"}"),
        Outcome::Denied { reason } => {
            line.push_str(",\"outcome\":{\"status\":\"denied\"");
            member(&mut line, "reason", reason);
            line.push('}');
        }
        Outcome::Error { code, message } => {
            line.push_str(",\"outcome\":{\"status\":\"error\"");
            member(&mut line, "code", code.as_str());
            member(&mut line, "message", message);
            line.push('}');
        }
    }
    if let Some(arguments) = record.arguments {
        member(&mut line, "arguments", arguments);
    }
    for (name, number) in [("count", record.count), ("durationMs", record.duration_ms)] {
        if let Some(number) = number {
            let _ = write!(line, ",\"{name}\":{number}");
        }
    }
    member(&mut line, "previousHash", previous_hash);
    let hash = hash_of(&line);
    line.push_str(BEFORE_HASH);
    line.push_str(&hash);
    line.push_str("\"}");
    (line, hash)
}

/// The hash of a line that goes up to where its own stands.
pub(crate) fn hash_of(content: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha256::new().chain_update(content).chain_update("}").finalize();
    let mut hash = String::with_capacity(2 * digest.len());
    for byte in digest {
        hash.push(char::from(DIGITS[usize::from(byte >> 4)]));
        hash.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    hash
}

/// Appends `,"name":"text"`.
fn member(line: &mut String, name: &str, text: &str) {
    json_text::member(line, name, text, MOST_TEXT_BYTES);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_whole_milliseconds_whatever_the_clock_says() {
        for (now, told) in [(1.9, 1), (-1.5, -1), (f64::NAN, 0), (f64::INFINITY, 8_640_000_000_000_000)] {
            assert_eq!(whole_milliseconds(now), told);
        }
    }
}
