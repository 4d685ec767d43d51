//! What clients send.

use nexus_core::value::MAX_SAFE_INTEGER;
use nexus_core::{Error, ErrorCode, Value};
use nexus_nxml::{StatePath, Step};
use serde::{Deserialize, Serialize};

use super::topic::Topic;
use crate::json::Json;

/// Most characters of a [`RequestId`].
pub const REQUEST_ID_LENGTH: usize = 128;

/// A client's own name for a request; comes back with everything that answers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(!try_from))]
#[serde(untagged, try_from = "Json")]
pub enum RequestId {
    /// A text of at most [`REQUEST_ID_LENGTH`] characters.
    Text(#[cfg_attr(feature = "schema", schemars(length(max = REQUEST_ID_LENGTH)))] String),
    /// A whole number.
    Number(#[cfg_attr(feature = "schema", schemars(range(min = -MAX_SAFE_INTEGER, max = MAX_SAFE_INTEGER)))] i64),
}

impl TryFrom<Json> for RequestId {
    type Error = String;

    fn try_from(Json(given): Json) -> Result<Self, String> {
        match given {
            Value::String(text) if text.chars().count() <= REQUEST_ID_LENGTH => Ok(Self::Text(text)),
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "whole, and small enough")]
            Value::Number(number) if number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER as f64 => {
                Ok(Self::Number(number as i64))
            }
            _ => {
                Err(format!("requestId has to be a text of at most {REQUEST_ID_LENGTH} characters, or a whole number"))
            }
        }
    }
}

impl RequestId {
    /// That of a message, as far as it can be read.
    pub(super) fn of_message(text: &str) -> Option<Self> {
        let envelope: Envelope = serde_json::from_str(text).ok()?;
        Self::try_from(envelope.request_id).ok()
    }
}

/// `TRIGGER`: runs a tool.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trigger {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "schema", schemars(extend("const" = "TRIGGER")))]
    kind: String,
    /// Which tool.
    pub tool: String,
    /// Its arguments, by name or by position; none without.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("type" = ["object", "array", "null"])))]
    pub args: Json,
    /// The handler's `$scope`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("type" = ["object", "null"])))]
    pub scope: Json,
    /// The client's name for it.
    #[serde(default)]
    pub request_id: Option<RequestId>,
}

/// `SET`: changes the state as a two-way binding of the view does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Set {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "schema", schemars(extend("const" = "SET")))]
    kind: String,
    /// The place: that of a `bind` in the view.
    pub path: MessagePath,
    /// What shall stand there.
    pub value: Json,
    /// The client's name for it.
    #[serde(default)]
    pub request_id: Option<RequestId>,
}

/// A place in the state.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum MessagePath {
    /// A whole state.
    Key(String),
    /// The name of a state, then keys and indices.
    Steps(#[cfg_attr(feature = "schema", schemars(with = "StatePath"))] Vec<PathStep>),
}

/// A step of a [`MessagePath`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum PathStep {
    /// A member of an object.
    Key(String),
    /// An item of a list.
    Index(u32),
}

/// `SUBSCRIBE`: hears these topics too.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subscribe {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "schema", schemars(extend("const" = "SUBSCRIBE")))]
    kind: String,
    /// Which.
    pub topics: Vec<Topic>,
    /// The last version that the client has seen: what was told of these topics since, and not to this client, is told first.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(max = MAX_SAFE_INTEGER)))]
    pub since: Option<u64>,
    /// The client's name for it.
    #[serde(default)]
    pub request_id: Option<RequestId>,
}

/// `UNSUBSCRIBE`: no longer hears these topics.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unsubscribe {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "schema", schemars(extend("const" = "UNSUBSCRIBE")))]
    kind: String,
    /// Which.
    pub topics: Vec<Topic>,
    /// The client's name for it.
    #[serde(default)]
    pub request_id: Option<RequestId>,
}

/// `PING`: answered by `PONG`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ping {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "schema", schemars(extend("const" = "PING")))]
    kind: String,
    /// The client's name for it; stands in the `PONG`.
    #[serde(default)]
    pub request_id: Option<RequestId>,
}

/// A message of a client.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(untagged))]
pub enum ClientMessage {
    /// Runs a tool.
    Trigger(Trigger),
    /// Changes the state.
    Set(Set),
    /// Hears topics.
    Subscribe(Subscribe),
    /// Hears topics no longer.
    Unsubscribe(Unsubscribe),
    /// Asks for a `PONG`.
    Ping(Ping),
}

/// Why a message is not one of the protocol's.
#[derive(Debug, Clone, PartialEq)]
pub struct BadMessage {
    /// Of which request it was, as far as that can be read.
    pub request_id: Option<RequestId>,
    /// `PARSE_ERROR`, `UNKNOWN_MESSAGE` or `INVALID_ARGUMENT`.
    pub error: Error,
}

/// What is read first.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type", default)]
    kind: Json,
    #[serde(rename = "requestId", default)]
    request_id: Json,
}

impl ClientMessage {
    /// The names of all messages.
    pub const NAMES: [&str; 5] = ["TRIGGER", "SET", "SUBSCRIBE", "UNSUBSCRIBE", "PING"];

    /// Reads a message.
    ///
    /// # Errors
    /// `PARSE_ERROR` if it is not JSON, `UNKNOWN_MESSAGE` for a type that the protocol does not have, `INVALID_ARGUMENT` if its members
    /// are not those of its type.
    pub fn parse(text: &str) -> Result<Self, BadMessage> {
        let nameless = |code, message| BadMessage { request_id: None, error: Error::new(code, message) };
        let Envelope { kind, request_id } = serde_json::from_str(text).map_err(|error| {
            if error.is_data() {
                nameless(ErrorCode::InvalidArgument, format!("a message has to be one JSON object: {error}"))
            } else {
                nameless(ErrorCode::ParseError, format!("a message has to be JSON: {error}"))
            }
        })?;
        let request_id = match request_id {
            Json(Value::Null) => None,
            given => Some(RequestId::try_from(given).map_err(|why| nameless(ErrorCode::InvalidArgument, why))?),
        };
        let bad =
            |code, message: String| BadMessage { request_id: request_id.clone(), error: Error::new(code, message) };
        let Value::String(kind) = kind.0 else {
            let why = format!("type has to be one of {}", Self::NAMES.join(", "));
            return Err(bad(ErrorCode::InvalidArgument, why));
        };
        let message = match &*kind {
            "TRIGGER" => serde_json::from_str(text).map(Self::Trigger),
            "SET" => serde_json::from_str(text).map(Self::Set),
            "SUBSCRIBE" => serde_json::from_str(text).map(Self::Subscribe),
            "UNSUBSCRIBE" => serde_json::from_str(text).map(Self::Unsubscribe),
            "PING" => serde_json::from_str(text).map(Self::Ping),
            _ => {
                let shown: String = kind.chars().take(64).collect();
                let why = format!("there is no message {shown:?}; there are {}", Self::NAMES.join(", "));
                return Err(bad(ErrorCode::UnknownMessage, why));
            }
        };
        message.map_err(|error| bad(ErrorCode::InvalidArgument, format!("{kind}: {error}")))
    }
}

impl TryFrom<MessagePath> for StatePath {
    type Error = Error;

    fn try_from(path: MessagePath) -> Result<Self, Error> {
        let wrong = || Error::invalid_argument("SET: a path begins with the name of a state");
        let mut steps = match path {
            MessagePath::Key(key) => return Ok(Self { key, steps: Vec::new() }),
            MessagePath::Steps(steps) => steps.into_iter(),
        };
        let Some(PathStep::Key(key)) = steps.next() else { return Err(wrong()) };
        let steps = steps.map(|step| match step {
            PathStep::Key(key) => Step::Key(key),
            PathStep::Index(index) => Step::Index(index as usize),
        });
        Ok(Self { key, steps: steps.collect() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> ErrorCode {
        ClientMessage::parse(text).unwrap_err().error.code
    }

    #[test]
    fn each_message_is_read() {
        let text = r#"{"type":"TRIGGER","tool":"add","args":{"n":1},"requestId":"a"}"#;
        let ClientMessage::Trigger(trigger) = ClientMessage::parse(text).unwrap() else { panic!() };
        assert_eq!((&*trigger.tool, trigger.request_id), ("add", Some(RequestId::Text("a".to_owned()))));
        assert_eq!(trigger.args.0, Value::object([("n", Value::from(1))]));
        let text = r#"{"type":"SUBSCRIBE","topics":["state","view"],"since":7}"#;
        let ClientMessage::Subscribe(subscribe) = ClientMessage::parse(text).unwrap() else { panic!() };
        assert_eq!((subscribe.topics, subscribe.since), (vec![Topic::State, Topic::View], Some(7)));
        let text = r#"{"type":"SET","path":["todos",0,"done"],"value":true,"requestId":3}"#;
        let ClientMessage::Set(set) = ClientMessage::parse(text).unwrap() else { panic!() };
        let path = StatePath::try_from(set.path).unwrap();
        assert_eq!((path.to_string(), set.request_id), ("$state.todos[0].done".to_owned(), Some(RequestId::Number(3))));
        assert!(matches!(ClientMessage::parse(r#"{"type":"PING"}"#), Ok(ClientMessage::Ping(_))));
        assert!(ClientMessage::parse(r#"{"type":"UNSUBSCRIBE","topics":[]}"#).is_ok());
    }

    #[test]
    fn what_is_not_the_protocols_says_what_it_is_not() {
        for text in ["", "{", "nope", "{\"type\":\"PING\"} x", "{\"type\":\"PING\"}{}", &"[".repeat(100_000)] {
            assert_eq!(code(text), ErrorCode::ParseError, "{text:.40}");
        }
        for text in [
            "1",
            "null",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"PING","more":1}"#,
            r#"{"type":"TRIGGER"}"#,
            r#"{"type":"TRIGGER","tool":1}"#,
            r#"{"type":"TRIGGER","tool":"a","requestId":{}}"#,
            r#"{"type":"SUBSCRIBE","topics":"state"}"#,
            r#"{"type":"SUBSCRIBE","topics":["nothing"]}"#,
            r#"{"type":"SUBSCRIBE","topics":["state"],"since":-1}"#,
            r#"{"type":"SUBSCRIBE","topics":["state"],"since":1.5}"#,
            r#"{"type":"SET","path":[],"value":1}"#,
            r#"{"type":"SET","path":"a"}"#,
        ] {
            match ClientMessage::parse(text) {
                Ok(ClientMessage::Set(set)) => assert!(StatePath::try_from(set.path).is_err(), "{text}"),
                other => assert_eq!(other.unwrap_err().error.code, ErrorCode::InvalidArgument, "{text}"),
            }
        }
        assert_eq!(code(r#"{"type":"HELLO"}"#), ErrorCode::UnknownMessage);
        assert_eq!(code(r#"{"type":"trigger","tool":"a"}"#), ErrorCode::UnknownMessage);
    }

    #[test]
    fn a_bad_message_keeps_its_request() {
        for text in [r#"{"type":"HELLO","requestId":"r"}"#, r#"{"type":"TRIGGER","requestId":"r"}"#] {
            let bad = ClientMessage::parse(text).unwrap_err();
            assert_eq!(bad.request_id, Some(RequestId::Text("r".to_owned())), "{text}");
        }
        let long = format!(r#"{{"type":"TRIGGER","tool":"a","requestId":"{}"}}"#, "x".repeat(129));
        assert_eq!(code(&long), ErrorCode::InvalidArgument);
        assert!(ClientMessage::parse(&long.replace(&"x".repeat(129), &"x".repeat(128))).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd_to_be_answered(text in "\\PC{0,200}") {
            let _ = ClientMessage::parse(&text);
        }

        #[test]
        fn no_json_is_too_odd_to_be_answered(
            kind in prop::sample::select(ClientMessage::NAMES.to_vec()),
            member in prop::sample::select(vec!["tool", "args", "scope", "topics", "since", "path", "value", "requestId"]),
            value in prop::sample::select(vec!["null", "[]", "{}", "1e999", "-1", "\"\"", "[[[]]]", "18446744073709551616", "\"\\ud800\""]),
        ) {
            let _ = ClientMessage::parse(&format!(r#"{{"type":"{kind}","{member}":{value}}}"#));
        }
    }
}
