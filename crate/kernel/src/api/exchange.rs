//! What comes in and what goes out.

use nexus_core::{Error, ErrorCode, Value};
use serde::Serialize;
use url::Url;

use super::cors::Header;
use crate::http_client::HttpBody;
use crate::json;

/// The headers of a request.
pub trait RequestHeaders {
    /// The value of that name, given in lower case; several are joined by commas.
    fn get(&self, name: &str) -> Option<String>;
}

/// A request.
pub struct ApiRequest {
    /// In upper case, as servers tell it.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// Its headers.
    pub headers: Box<dyn RequestHeaders>,
    /// Its body, if it has one.
    pub body: Option<Box<dyn HttpBody>>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiResponse {
    /// The status code.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<Header>,
    /// The body, if it has one.
    pub body: Option<String>,
}

impl ApiResponse {
    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    pub(super) fn text(status: u16, content_type: &str, body: String) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body: Some(body) }
    }

    pub(super) fn json(status: u16, body: &impl Serialize) -> Self {
        // Values have no keys but texts, and numbers that JSON does not have become null.
        let text = serde_json::to_string(body).unwrap_or_default();
        Self::text(status, "application/json; charset=utf-8", text)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A request that is not served: a status with an [`Error`], and headers that belong to it.
pub(super) struct Refused {
    status: u16,
    error: Error,
    headers: Vec<Header>,
}

/// Why a request was not served.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ErrorBody<'a> {
    error: ErrorDetail<'a>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ErrorDetail<'a> {
    /// What went wrong.
    code: ErrorCode,
    /// A sentence.
    message: &'a str,
    /// More about it, by the code: the `diagnostics` of a document, the `resource`, `limit` and `used` of a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'a Value>,
}

impl Refused {
    pub(super) const fn new(status: u16, error: Error) -> Self {
        Self { status, error, headers: Vec::new() }
    }

    pub(super) fn because(status: u16, code: ErrorCode, message: impl Into<String>) -> Self {
        Self::new(status, Error::new(code, message.into()))
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::new(status_of(&error), error)
    }
}

impl From<Refused> for ApiResponse {
    fn from(Refused { status, error, headers }: Refused) -> Self {
        let Error { code, message, context, .. } = &error;
        let body = ErrorBody { error: ErrorDetail { code: *code, message, details: context.as_ref() } };
        let mut response = Self::json(status, &body);
        response.headers.extend(headers);
        response
    }
}

/// Limits of how much is there at once: the same request may be served later.
const BUSY: [&str; 4] = ["panels", "queuedRuns", "queue", "clients"];

/// The status for an error.
fn status_of(error: &Error) -> u16 {
    match error.code {
        ErrorCode::PanelNotFound | ErrorCode::ToolNotFound | ErrorCode::NotFound => 404,
        ErrorCode::PanelExists => 409,
        ErrorCode::PermissionDenied => 403,
        ErrorCode::Unauthorized => 401,
        ErrorCode::MethodNotAllowed => 405,
        ErrorCode::ResourceLimit => {
            let resource =
                error.context.as_ref().and_then(Value::as_object).and_then(|context| context.get("resource"));
            match resource.and_then(Value::as_str) {
                Some(resource) if BUSY.contains(&resource) => 429,
                // Of a document.
                None => 400,
                Some(_) => 413,
            }
        }
        ErrorCode::InternalError | ErrorCode::WasmError | ErrorCode::ExecutionError | ErrorCode::ExtensionError => 500,
        ErrorCode::Cancelled => 503,
        _ => 400,
    }
}

/// A media type as a header tells it: without parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Nxml,
}

/// A request that is being served.
pub(super) struct Incoming {
    pub(super) url: Url,
    headers: Box<dyn RequestHeaders>,
    body: Option<Box<dyn HttpBody>>,
    body_limit: usize,
}

impl Incoming {
    pub(super) fn new(url: Url, request: ApiRequest, body_limit: usize) -> Self {
        Self { url, headers: request.headers, body: request.body, body_limit }
    }

    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name)
    }

    /// A parameter of the query; the first of that name.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }

    /// What the body is written in; JSON if nothing says otherwise.
    pub(super) fn format(&self, allowed: &[Format]) -> Result<Format, Refused> {
        let encoding =
            self.header("content-encoding").filter(|encoding| !encoding.trim().eq_ignore_ascii_case("identity"));
        if let Some(encoding) = encoding.filter(|_| self.body.is_some()) {
            let why = format!("the body has to be sent as it is, not as {encoding:?}");
            return Err(Refused::because(415, ErrorCode::InvalidArgument, why));
        }
        let Some(content_type) = self.header("content-type").filter(|_| self.body.is_some()) else {
            return Ok(Format::Json);
        };
        let essence = essence(&content_type);
        let format = match &*essence {
            "application/json" => Some(Format::Json),
            "application/xml" | "text/xml" => Some(Format::Nxml),
            other if other.ends_with("+json") => Some(Format::Json),
            other if other.ends_with("+xml") => Some(Format::Nxml),
            _ => None,
        };
        format.filter(|format| allowed.contains(format)).ok_or_else(|| {
            let wanted = if allowed.contains(&Format::Nxml) { " or application/xml (NXML)" } else { "" };
            let why = format!("the body has to be application/json{wanted}, not {essence:?}");
            Refused::because(415, ErrorCode::InvalidArgument, why)
        })
    }

    fn too_large(&self, used: usize) -> Refused {
        Refused::new(413, Error::resource_limit("bodyBytes", self.body_limit, used))
    }

    /// The body as text; empty if there is none.
    pub(super) async fn text(&mut self) -> Result<String, Refused> {
        // What is said to be too large is not even read.
        let said = self.header("content-length").and_then(|length| length.parse::<usize>().ok());
        if let Some(said) = said.filter(|said| *said > self.body_limit) {
            return Err(self.too_large(said));
        }
        let mut bytes = Vec::new();
        while let Some(body) = &mut self.body
            && let Some(piece) = body.next().await.map_err(|error| {
                Refused::because(400, ErrorCode::InvalidArgument, format!("the body broke off: {}", error.message))
            })?
        {
            bytes.extend_from_slice(&piece);
            if bytes.len() > self.body_limit {
                let used = bytes.len();
                return Err(self.too_large(used));
            }
        }
        String::from_utf8(bytes)
            .map_err(|_| Refused::because(400, ErrorCode::ParseError, "the body has to be text in UTF-8"))
    }

    /// The body as JSON; `None` if there is none.
    pub(super) async fn json(&mut self) -> Result<Option<Value>, Refused> {
        self.format(&[Format::Json])?;
        let text = self.text().await?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        parse(&text).map(Some)
    }
}

/// Reads JSON.
pub(super) fn parse(text: &str) -> Result<Value, Refused> {
    json::parse(text)
        .map_err(|error| Refused::because(400, ErrorCode::ParseError, format!("the body has to be JSON: {error}")))
}
