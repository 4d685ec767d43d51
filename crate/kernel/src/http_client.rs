//! One HTTP exchange, as the host makes it.

use nexus_core::Error;
use url::Url;

use crate::engine::LocalFuture;

/// Sends requests. Dropping a future, or a body, gives the exchange up.
pub trait Http {
    /// Sends one request and answers as soon as the head of the response is there. Does not follow redirects; a host
    /// that cannot help it says so in [`HttpResponse::redirects`].
    ///
    /// # Errors
    /// Any; the message says what failed (name not found, connection refused, …).
    fn send(&self, request: HttpRequest) -> LocalFuture<'_, Result<HttpResponse, Error>>;
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// In upper case.
    pub method: &'static str,
    /// `http` or `https`, without user info and fragment.
    pub url: Url,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, if there is one.
    pub body: Option<Vec<u8>>,
}

/// What comes back.
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Its reason phrase; empty where the protocol has none.
    pub status_text: String,
    /// Names in any case; a name may come more than once.
    pub headers: Vec<(String, String)>,
    /// Who followed redirects.
    pub redirects: Redirects,
    /// The body.
    pub body: Box<dyn HttpBody>,
}

/// What the host did about redirects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redirects {
    /// Nothing: a redirect is an ordinary response with its `location`.
    Manual,
    /// The host followed them, as pages do, and ended here.
    Followed(Url),
    /// There was a redirect and the host hides where it leads.
    Hidden,
}

impl HttpResponse {
    /// The first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether its body says that it is longer than `max_bytes`.
    #[must_use]
    pub fn claims_more_than(&self, max_bytes: usize) -> bool {
        let claimed = self.header("content-length").and_then(|length| length.trim().parse::<u64>().ok());
        claimed.is_some_and(|length| length > max_bytes as u64)
    }
}

/// Why a body was not read.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyFailure {
    /// There is more of it.
    TooLarge,
    /// It broke off.
    Broken(Error),
}

/// All of a body, unless that is more than `max_bytes`.
///
/// # Errors
/// [`BodyFailure`].
pub async fn read_body(body: &mut dyn HttpBody, max_bytes: usize) -> Result<Vec<u8>, BodyFailure> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await.map_err(BodyFailure::Broken)? {
        if bytes.len() + piece.len() > max_bytes {
            return Err(BodyFailure::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// A body that arrives piece by piece.
pub trait HttpBody {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// Any; the message says what failed.
    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Error>>;
}
