//! Headers that a handler may set.

use indexmap::IndexMap;
use nexus_core::{Error, Value};

use super::failure;

/// Headers by name in lower case.
pub(super) type Headers = IndexMap<String, String>;

/// Belong to the connection, or say for whom a request is, which the URL alone decides.
const RESERVED: [&str; 14] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "via",
];

/// Are meant for one origin only and not taken along to another.
const CREDENTIALS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// Whether `text` can be the value of a header: Latin-1 without control characters, as `fetch` has it.
pub(super) fn is_value(text: &str) -> bool {
    text.chars().all(|c| c == '\t' || (' '..='~').contains(&c) || ('\u{80}'..='\u{ff}').contains(&c))
}

/// A token of RFC 9110, section 5.6.2.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Reads the headers that a handler gave.
///
/// # Errors
/// A failure naming the header.
pub(super) fn read(value: &Value) -> Result<Headers, Error> {
    let refuse = |why: String| failure("invalid request", why);
    let fields = value.as_object().ok_or_else(|| refuse(format!("headers are an object, not {}", value.kind())))?;
    let mut headers = Headers::new();
    for (name, value) in fields {
        let lower = name.to_ascii_lowercase();
        if !is_name(&lower) {
            return Err(refuse(format!("{name:?} is no name of a header")));
        }
        if RESERVED.contains(&lower.as_str()) {
            return Err(refuse(format!("the header {name} cannot be set")));
        }
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(bool) => bool.to_string(),
            other => return Err(refuse(format!("the header {name} is text, not {}", other.kind()))),
        };
        if !is_value(&text) {
            return Err(refuse(format!("the header {name} holds characters that no header can")));
        }
        if headers.insert(lower, text).is_some() {
            return Err(refuse(format!("the header {name} stands twice")));
        }
    }
    Ok(headers)
}

/// Drops what another origin must not see.
pub(super) fn drop_credentials(headers: &mut Headers) {
    headers.retain(|name, _| !CREDENTIALS.contains(&name.as_str()));
}

/// Drops what describes a body.
pub(super) fn drop_content(headers: &mut Headers) {
    headers.retain(|name, _| !name.starts_with("content-"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_and_values_are_text() {
        let value = Value::object([("X-A", Value::from(" b ")), ("n", 1.into()), ("t", true.into())]);
        let headers = read(&value).unwrap();
        assert_eq!(
            headers.into_iter().collect::<Vec<_>>(),
            [("x-a".to_owned(), "b".to_owned()), ("n".to_owned(), "1".to_owned()), ("t".to_owned(), "true".to_owned())]
        );
    }

    #[test]
    fn a_header_cannot_smuggle_another_or_turn_the_request_elsewhere() {
        for (name, value) in [
            ("a", Value::from("b\r\nc: d")),
            ("a", "b\0".into()),
            ("a", "€".into()),
            ("a:b", "c".into()),
            ("a b", "c".into()),
            ("", "c".into()),
            ("Host", "internal".into()),
            ("transfer-encoding", "chunked".into()),
            ("Content-Length", 0.into()),
            ("a", Value::Null),
            ("a", vec!["b"].into()),
        ] {
            assert!(read(&Value::object([(name, value)])).is_err(), "{name}");
        }
        assert!(read(&Value::object([("A", "1"), ("a", "2")].map(|(k, v)| (k, Value::from(v))))).is_err());
    }
}
