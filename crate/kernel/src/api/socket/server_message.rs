//! What clients are told.

use nexus_core::{Error, ErrorCode, Event, Map, Segment, StateMutation, Suspension, Value};
use serde::Serialize;

use super::client_message::RequestId;
use crate::panel::event::PanelStatus;

/// A message to a client.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "UPPERCASE", rename_all_fields = "camelCase")]
pub enum ServerMessage<'a> {
    /// The first message.
    Connected {
        /// The panel.
        panel_id: &'a str,
        /// Names the connection in the log.
        client_id: &'a str,
        /// The panel's title.
        title: &'a str,
        /// How the panel is.
        status: PanelStatus,
        /// Told back as `instance` when the client comes again: another panel of the same name has another.
        instance: &'a str,
        /// The panel's version.
        version: u64,
        /// Whether everything after the `since` of the client follows; otherwise `state` is where it begins anew.
        resumed: bool,
        /// The state, unless it was resumed.
        #[serde(skip_serializing_if = "Option::is_none")]
        state: Option<Map>,
        /// Computed values, unless it was resumed.
        #[serde(skip_serializing_if = "Option::is_none")]
        computed: Option<Map>,
        /// Milliseconds after which a client that has nothing to say sends a `PING`.
        heartbeat_ms: u64,
    },
    /// The state changed: topic `state`.
    Patch {
        /// The panel's version after it: one more than that of the patch or event before.
        version: u64,
        /// What was set and deleted, in order.
        mutations: &'a [StateMutation],
        /// Computed values that became others.
        computed: &'a Map,
    },
    /// A handler emitted an event: topic `events`.
    Event {
        /// The panel's version after it: one more than that of the patch or event before.
        version: u64,
        /// The event.
        event: &'a Event,
    },
    /// What the panel shows: topic `view`. A snapshot: of several only the newest is told.
    View {
        /// The panel's version that it shows.
        version: u64,
        /// The tree.
        view: &'a Value,
    },
    /// A run waits for the outside.
    Progress {
        /// The client's name for the `TRIGGER`.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a RequestId>,
        /// Which run.
        run_id: &'a str,
        /// It waits.
        #[cfg_attr(feature = "schema", schemars(extend("const" = "suspended")))]
        status: &'static str,
        /// The first of the calls that it waits for.
        #[serde(skip_serializing_if = "Option::is_none")]
        suspension_id: Option<&'a str>,
        /// All that this segment made.
        suspensions: Vec<Waiting<'a>>,
    },
    /// A run has ended, or a state was set.
    Result {
        /// The client's name for the `TRIGGER` or `SET`.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a RequestId>,
        /// What the run came to.
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<&'a Segment>,
        /// Of a `SET`: the panel's version then.
        #[serde(skip_serializing_if = "Option::is_none")]
        version: Option<u64>,
    },
    /// A message was refused.
    Error {
        /// What went wrong.
        code: ErrorCode,
        /// A sentence.
        message: &'a str,
        /// Of which request, where it had a name.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a RequestId>,
        /// More about it, by the code.
        #[serde(skip_serializing_if = "Option::is_none")]
        details: Option<&'a Value>,
    },
    /// Answers a `PING`.
    Pong {
        /// The client's name for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a RequestId>,
    },
}

/// A call that a run waits for. Its arguments are not told: they may be secrets of the panel's.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Waiting<'a> {
    /// Names the call.
    suspension_id: &'a str,
    /// Which extension.
    extension_name: &'a str,
    /// Which of its methods.
    method: &'a str,
}

impl<'a> From<&'a Suspension> for Waiting<'a> {
    fn from(suspension: &'a Suspension) -> Self {
        let Suspension { suspension_id, extension_name, method, .. } = suspension;
        Self { suspension_id, extension_name, method }
    }
}

impl<'a> ServerMessage<'a> {
    /// What is wrong with a request.
    #[must_use]
    pub const fn error(error: &'a Error, request_id: Option<&'a RequestId>) -> Self {
        let Error { code, message, context, .. } = error;
        Self::Error { code: *code, message: message.as_str(), request_id, details: context.as_ref() }
    }

    /// What a run waits for, after one of its segments.
    #[must_use]
    pub fn progress(segment: &'a Segment, request_id: Option<&'a RequestId>) -> Self {
        let suspensions: Vec<_> = segment.suspensions.iter().map(Waiting::from).collect();
        let suspension_id = suspensions.first().map(|first| first.suspension_id);
        Self::Progress { request_id, run_id: &segment.run_id, status: "suspended", suspension_id, suspensions }
    }

    /// The message as it is sent.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Values have no keys but texts, and numbers that JSON does not have become null.
        serde_json::to_string(self).unwrap_or_default()
    }
}
