//! A handler's call as a request.

use nexus_core::{Error, Map, Value};
use url::Url;

use super::failure;
use super::header::{self, Headers};
use crate::json;
use crate::option_value;

/// The methods of the extension, and with `request` every method of HTTP that it speaks.
pub(super) const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "request"];

const VERBS: [(&str, &str); 7] = [
    ("get", "GET"),
    ("post", "POST"),
    ("put", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
    ("head", "HEAD"),
    ("options", "OPTIONS"),
];

/// What a handler asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) url: Url,
    pub(super) headers: Headers,
    pub(super) body: Option<Vec<u8>>,
    /// Milliseconds.
    pub(super) timeout: Option<u64>,
}

fn invalid(why: impl Into<String>) -> Error {
    failure("invalid request", why.into())
}

impl Request {
    /// Reads a call: `get|delete|head|options(url, options?)`, `post|put|patch(url, body?, options?)`,
    /// `request({ method?, url, body?, headers?, timeout? })`.
    ///
    /// # Errors
    /// A failure that says what is wrong with the call.
    pub(super) fn read(method: &str, args: &[Value]) -> Result<Self, Error> {
        let arg = |index: usize| args.get(index).filter(|value| **value != Value::Null);
        if method == "request" {
            let fields = arg(0).and_then(Value::as_object).ok_or_else(|| invalid("request takes an object"))?;
            return Self::from_fields(fields);
        }
        let verb = verb(method)?;
        let (body, fields) = match verb {
            "POST" | "PUT" | "PATCH" => (arg(1), arg(2)),
            _ => (None, arg(1)),
        };
        let mut request = Self::new(verb, arg(0))?;
        if let Some(fields) = fields {
            let fields = fields.as_object().ok_or_else(|| invalid(format!("options of {method} are an object")))?;
            for (name, value) in fields {
                if !request.set_option(name, value)? {
                    return Err(invalid(format!(
                        "options of {method} have no field {name:?}; they have headers, timeout"
                    )));
                }
            }
        }
        request.set_body(body)?;
        Ok(request)
    }

    fn from_fields(fields: &Map) -> Result<Self, Error> {
        let method = match fields.get("method") {
            None | Some(Value::Null) => "GET",
            Some(method) => verb(method.as_str().ok_or_else(|| invalid("method is text"))?)?,
        };
        let mut request = Self::new(method, fields.get("url"))?;
        for (name, value) in fields {
            if !matches!(name.as_str(), "method" | "url" | "body") && !request.set_option(name, value)? {
                let known = "method, url, body, headers, timeout";
                return Err(invalid(format!("request has no field {name:?}; it has {known}")));
            }
        }
        request.set_body(fields.get("body").filter(|body| **body != Value::Null))?;
        Ok(request)
    }

    fn new(method: &'static str, url: Option<&Value>) -> Result<Self, Error> {
        let text = url.and_then(Value::as_str).ok_or_else(|| invalid("the URL is text"))?;
        let mut url = Url::parse(text).map_err(|error| failure("invalid URL", format!("{text:?}: {error}")))?;
        url.set_fragment(None);
        Ok(Self { method, url, headers: Headers::new(), body: None, timeout: None })
    }

    /// Sets an option; answers whether there is one of that name.
    fn set_option(&mut self, name: &str, value: &Value) -> Result<bool, Error> {
        match name {
            "headers" if *value != Value::Null => self.headers = header::read(value)?,
            "timeout" if *value != Value::Null => {
                self.timeout = Some(option_value::milliseconds(name, value).map_err(|error| invalid(error.message))?);
            }
            "headers" | "timeout" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Text goes as it is, bytes go as they are, everything else as JSON.
    fn set_body(&mut self, body: Option<&Value>) -> Result<(), Error> {
        let Some(body) = body else { return Ok(()) };
        if matches!(self.method, "GET" | "HEAD") {
            return Err(invalid(format!("{} has no body", self.method)));
        }
        let (bytes, content_type) = match body {
            Value::String(text) => (text.clone().into_bytes(), Some("text/plain;charset=UTF-8")),
            Value::Bytes(bytes) => (bytes.clone(), None),
            other => {
                let text = json::print(other).map_err(|error| invalid(error.message))?;
                (text.into_bytes(), Some("application/json"))
            }
        };
        if let Some(content_type) = content_type {
            self.headers.entry("content-type".to_owned()).or_insert_with(|| content_type.to_owned());
        }
        self.body = Some(bytes);
        Ok(())
    }
}

fn verb(method: &str) -> Result<&'static str, Error> {
    let lower = method.to_ascii_lowercase();
    let found = VERBS.iter().find(|(name, _)| *name == lower);
    found.map(|(_, verb)| *verb).ok_or_else(|| invalid(format!("{method:?} is no method that http speaks")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://example.com/a?b=c#d";

    fn read(method: &str, args: &[Value]) -> Request {
        Request::read(method, args).unwrap()
    }

    #[test]
    fn each_method_reads_its_own_arguments() {
        let options =
            Value::object([("headers", Value::object([("X-A", Value::from("1"))])), ("timeout", Value::from(5))]);
        for (name, verb) in VERBS {
            let has_body = matches!(verb, "POST" | "PUT" | "PATCH");
            let args = if has_body {
                vec![URL.into(), "text".into(), options.clone()]
            } else {
                vec![URL.into(), options.clone()]
            };
            let request = read(name, &args);
            assert_eq!((request.method, request.url.as_str()), (verb, "https://example.com/a?b=c"));
            assert_eq!((request.headers["x-a"].as_str(), request.timeout), ("1", Some(5)));
            assert_eq!(request.body, has_body.then(|| b"text".to_vec()));
        }
        let config = Value::object([("url", Value::from(URL)), ("method", "delete".into()), ("body", 1.into())]);
        let request = read("request", &[config]);
        assert_eq!((request.method, request.body.as_deref()), ("DELETE", Some(b"1".as_slice())));
        assert_eq!(read("request", &[Value::object([("url", Value::from(URL))])]).method, "GET");
    }

    #[test]
    fn a_body_is_text_bytes_or_json() {
        for (body, bytes, content_type) in [
            (Value::from("{}"), &b"{}"[..], Some("text/plain;charset=UTF-8")),
            (Value::Bytes(vec![0, 255]), &[0, 255], None),
            (Value::object([("a", Value::from(vec![1]))]), br#"{"a":[1]}"#, Some("application/json")),
            (false.into(), b"false", Some("application/json")),
        ] {
            let request = read("post", &[URL.into(), body]);
            assert_eq!(request.body.as_deref(), Some(bytes));
            assert_eq!(request.headers.get("content-type").map(String::as_str), content_type);
        }
        assert_eq!(read("post", &[URL.into()]).body, None);
        assert_eq!(read("post", &[URL.into(), Value::Null]).body, None);
        let own = Value::object([("headers", Value::object([("Content-Type", Value::from("text/csv"))]))]);
        assert_eq!(read("put", &[URL.into(), "a,b".into(), own]).headers["content-type"], "text/csv");
    }

    #[test]
    fn what_is_no_request_is_refused_with_the_reason() {
        let object = |name: &str, value: Value| Value::object([("url", Value::from(URL)), (name, value)]);
        for (method, args, word) in [
            ("get", vec![], "URL"),
            ("get", vec![1.into()], "URL"),
            ("get", vec!["/relative".into()], "URL"),
            ("get", vec![URL.into(), "x".into()], "object"),
            ("get", vec![URL.into(), Value::object([("json", Value::from(true))])], "json"),
            ("get", vec![URL.into(), Value::object([("timeout", Value::from(0))])], "timeout"),
            ("get", vec![URL.into(), Value::object([("headers", Value::from("a: b"))])], "headers"),
            ("request", vec![URL.into()], "object"),
            ("request", vec![object("method", "CONNECT".into())], "CONNECT"),
            ("request", vec![object("method", "GET\r\nX: y".into())], "method"),
            ("request", vec![object("body", "x".into())], "body"),
            ("request", vec![object("redirect", "manual".into())], "redirect"),
        ] {
            let error = Request::read(method, &args).unwrap_err();
            assert!(error.message.contains(word), "{}", error.message);
        }
    }
}
