//! One exchange with the provider: bounded in size and time, without redirects, and silent about secrets.

use std::rc::Rc;

use futures_util::future::{Either, select};
use nexus_core::{Error, Value};
use url::Url;

use super::failure;
use crate::abort::AbortSignal;
use crate::clock::Clock;
use crate::http_client::{BodyFailure, Http, HttpRequest, Redirects, read_body};
use crate::json;

/// What an error of RFC 6749, RFC 6750 or OpenID Connect may call itself. Nothing else that a provider says is repeated:
/// it may hold what it was sent.
const KNOWN_ERRORS: [&str; 15] = [
    "access_denied",
    "account_selection_required",
    "consent_required",
    "insufficient_scope",
    "interaction_required",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_token",
    "login_required",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
];

/// The word for an error that a provider told.
pub(super) fn known_error(told: &str) -> &'static str {
    KNOWN_ERRORS.into_iter().find(|known| *known == told).unwrap_or("an error of no known name")
}

/// Sends requests to the provider.
pub(super) struct Exchange {
    pub(super) http: Rc<dyn Http>,
    pub(super) clock: Rc<dyn Clock>,
    /// Milliseconds.
    pub(super) timeout: u64,
    pub(super) max_response_bytes: usize,
}

/// What the provider answered.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The body, if it is JSON.
    pub(super) body: Option<Value>,
}

impl Answer {
    pub(super) const fn is_ok(&self) -> bool {
        self.status == 200
    }

    /// What its `error` says.
    pub(super) fn error(&self) -> &'static str {
        let told = self.body.as_ref().and_then(Value::as_object).and_then(|body| body.get("error"));
        told.and_then(Value::as_str).map_or("no reason", known_error)
    }
}

impl Exchange {
    /// # Errors
    /// A failure if there is no answer in time, it is a redirect or too large, or `signal` aborts.
    pub(super) async fn get(&self, url: &Url, bearer: Option<&str>, signal: &AbortSignal) -> Result<Answer, Error> {
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        headers.extend(bearer.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
        let request = HttpRequest { method: "GET", url: url.clone(), headers, body: None };
        self.send(request, bearer.as_slice(), signal).await
    }

    /// Sends a form. `secrets` are what no error may repeat.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub(super) async fn post(
        &self,
        url: &Url,
        authorization: Option<String>,
        form: &[(&str, &str)],
        secrets: &[&str],
        signal: &AbortSignal,
    ) -> Result<Answer, Error> {
        let mut headers = vec![
            ("accept".to_owned(), "application/json".to_owned()),
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ];
        headers.extend(authorization.map(|value| ("authorization".to_owned(), value)));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = HttpRequest { method: "POST", url: url.clone(), headers, body: Some(body.into_bytes()) };
        self.send(request, secrets, signal).await
    }

    async fn send(&self, request: HttpRequest, secrets: &[&str], signal: &AbortSignal) -> Result<Answer, Error> {
        let work = Box::pin(self.exchange(request, secrets));
        match select(work, select(self.clock.sleep(self.timeout), signal.aborted())).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((Either::Left(_), _)) => {
                Err(failure("timeout", format_args!("the provider gave no complete answer within {} ms", self.timeout)))
            }
            Either::Right((Either::Right((reason, _)), _)) => Err(reason),
        }
    }

    async fn exchange(&self, request: HttpRequest, secrets: &[&str]) -> Result<Answer, Error> {
        let url = request.url.clone();
        let network = |error: Error| {
            let told = !secrets.iter().any(|secret| error.message.contains(secret));
            failure("network error", if told { error.message } else { url.to_string() })
        };
        let response = self.http.send(request).await.map_err(network)?;
        if response.redirects != Redirects::Manual || (300..400).contains(&response.status) {
            return Err(failure("provider refused", format_args!("{url} redirects")));
        }
        let too_large =
            || failure("provider refused", format_args!("{url} answers more than {} bytes", self.max_response_bytes));
        if response.claims_more_than(self.max_response_bytes) {
            return Err(too_large());
        }
        let (status, mut body) = (response.status, response.body);
        let bytes = read_body(&mut *body, self.max_response_bytes).await.map_err(|why| match why {
            BodyFailure::TooLarge => too_large(),
            BodyFailure::Broken(error) => network(error),
        })?;
        let body = std::str::from_utf8(&bytes).ok().and_then(|text| json::parse(text).ok());
        Ok(Answer { status, body })
    }
}
