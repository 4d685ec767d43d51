//! A response as a handler sees it: `{ status, statusText, headers, data, ok }`.

use nexus_core::{Error, Map, Value};

use super::failure;
use crate::http_client::{BodyFailure, HttpResponse, read_body};
use crate::json;

/// Reads the body and puts the response together. `method` is that of the last request.
///
/// # Errors
/// A failure if the body breaks off, is larger than `max_bytes`, or is not the JSON it says it is.
pub(super) async fn read(response: HttpResponse, method: &str, max_bytes: usize) -> Result<Value, Error> {
    let data = if method == "HEAD" || matches!(response.status, 204 | 304) {
        Value::Null
    } else {
        let is_json = response.header("content-type").is_some_and(is_json);
        if response.claims_more_than(max_bytes) {
            return Err(too_large(max_bytes));
        }
        let mut body = response.body;
        let read = read_body(&mut *body, max_bytes).await;
        let bytes = read.map_err(|why| match why {
            BodyFailure::TooLarge => too_large(max_bytes),
            BodyFailure::Broken(error) => failure("network error", error.message),
        })?;
        data(bytes, is_json)?
    };
    let mut headers = Map::new();
    for (name, value) in response.headers {
        match headers.entry(name.to_ascii_lowercase()).or_insert(Value::Null) {
            Value::String(values) => *values = format!("{values}, {value}"),
            first => *first = Value::String(value),
        }
    }
    Ok(Value::object([
        ("status", Value::from(u32::from(response.status))),
        ("statusText", Value::from(response.status_text)),
        ("headers", Value::Object(headers)),
        ("data", data),
        ("ok", Value::from((200..300).contains(&response.status))),
    ]))
}

fn too_large(max_bytes: usize) -> Error {
    failure("response too large", format!("more than {max_bytes} bytes"))
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// JSON is parsed, an empty body of it is null; everything else is text, or bytes if it is not UTF-8.
fn data(bytes: Vec<u8>, is_json: bool) -> Result<Value, Error> {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) if is_json => return Err(failure("malformed JSON", "it is not UTF-8")),
        Err(error) => return Ok(Value::Bytes(error.into_bytes())),
    };
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    if !is_json {
        return Ok(Value::String(text));
    }
    if text.is_empty() {
        return Ok(Value::Null);
    }
    json::parse(&text).map_err(|error| failure("malformed JSON", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_types_are_parsed() {
        for (content_type, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("application/jsonp", false),
            ("text/html", false),
            ("text/plain; type=application/json", false),
        ] {
            assert_eq!(is_json(content_type), expected, "{content_type}");
        }
    }

    #[test]
    fn a_body_is_what_its_type_says() {
        assert_eq!(data(b"[1]".to_vec(), true).unwrap(), Value::from(vec![1]));
        assert_eq!(data(b"\xef\xbb\xbf[1]".to_vec(), true).unwrap(), Value::from(vec![1]));
        assert_eq!(data(b"[1]".to_vec(), false).unwrap(), Value::from("[1]"));
        assert_eq!(data(vec![], true).unwrap(), Value::Null);
        assert_eq!(data(vec![], false).unwrap(), Value::from(""));
        assert_eq!(data(vec![0xff, 0xd8], false).unwrap(), Value::Bytes(vec![0xff, 0xd8]));
        assert!(data(b"{bad".to_vec(), true).unwrap_err().message.starts_with("malformed JSON"));
        assert!(data(vec![0xff], true).unwrap_err().message.starts_with("malformed JSON"));
    }
}
