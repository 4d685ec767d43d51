//! What a provider gives for a login. It is held here and nowhere else: these types have no text form.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_core::{Error, Map, Value};

use super::failure;
use super::options::AuthOptions;
use crate::json;

/// Milliseconds by which clocks may differ.
const CLOCK_SKEW_MS: f64 = 60_000.0;
/// Milliseconds before its end at which a token is not used any more.
const MARGIN_MS: f64 = 10_000.0;

/// The tokens of a session.
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: Option<String>,
    /// Milliseconds since the epoch, where the provider tells.
    expires: Option<f64>,
    /// As it came.
    id_token: Option<String>,
}

fn unusable(why: &str) -> Error {
    failure("provider refused", format_args!("its answer {why}"))
}

impl Tokens {
    /// Reads what a token endpoint answered at `now`.
    ///
    /// # Errors
    /// A failure if these are no tokens that can be used.
    pub(super) fn read(body: Option<Value>, now: f64) -> Result<Self, Error> {
        let Some(Value::Object(body)) = body else { return Err(unusable("holds no tokens")) };
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        if !text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
            return Err(unusable("holds tokens that are not of type Bearer"));
        }
        // RFC 6750, section 2.1: what can stand in a header.
        let fits = |token: &String| !token.is_empty() && token.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
        let access = text("access_token").filter(fits).ok_or_else(|| unusable("holds no access token"))?;
        let lasts = body.get("expires_in").and_then(Value::as_number).filter(|seconds| *seconds > 0.0);
        Ok(Self {
            access,
            refresh: text("refresh_token").filter(|token| !token.is_empty()),
            expires: lasts.map(|seconds| now + seconds * 1_000.0),
            id_token: text("id_token"),
        })
    }

    /// Whether the access token can be used still, as far as is known.
    pub(super) fn is_fresh(&self, now: f64) -> bool {
        self.expires.is_none_or(|expires| now < expires - MARGIN_MS)
    }

    /// Whether there is an ID token.
    pub(super) const fn has_id_token(&self) -> bool {
        self.id_token.is_some()
    }

    /// Who the ID token is about, once its claims are checked (OpenID Connect Core 1.0, section 3.1.3.7; it comes from the
    /// token endpoint itself over TLS, which stands in for its signature there). `None` if there is no ID token.
    ///
    /// # Errors
    /// A failure naming the claim that is not as it has to be.
    pub(super) fn subject(
        &self,
        options: &AuthOptions,
        nonce: Option<&str>,
        now: f64,
    ) -> Result<Option<String>, Error> {
        let Some(id_token) = &self.id_token else { return Ok(None) };
        let claims = claims(id_token).ok_or_else(|| unusable("holds an ID token that is none"))?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let refuse = |claim: &str| Err(unusable(&format!("holds an ID token whose {claim} is wrong")));
        if text("iss") != Some(&options.issuer) {
            return refuse("iss");
        }
        let own = Some(options.client_id.as_str());
        let (for_us, for_others) = match claims.get("aud") {
            Some(Value::Array(all)) => (all.iter().any(|aud| aud.as_str() == own), all.len() > 1),
            Some(aud) => (aud.as_str() == own, false),
            None => (false, false),
        };
        if !for_us {
            return refuse("aud");
        }
        if (for_others || claims.contains_key("azp")) && text("azp") != own {
            return refuse("azp");
        }
        let ends = claims.get("exp").and_then(Value::as_number);
        if !ends.is_some_and(|seconds| now < seconds * 1_000.0 + CLOCK_SKEW_MS) {
            return refuse("exp");
        }
        if nonce.is_some() && text("nonce") != nonce {
            return refuse("nonce");
        }
        match text("sub") {
            Some(subject) if !subject.is_empty() => Ok(Some(subject.to_owned())),
            _ => refuse("sub"),
        }
    }

    /// Whether a text holds one of these.
    fn is_in(&self, text: &str) -> bool {
        let all = [Some(&self.access), self.refresh.as_ref(), self.id_token.as_ref()];
        // Shorter ones would be found everywhere.
        all.into_iter()
            .flatten()
            .any(|token| if token.len() < 8 { text == token } else { text.contains(token.as_str()) })
    }

    /// Whether a value holds one of these anywhere.
    pub(super) fn are_in(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_in(text),
            Value::Array(items) => items.iter().any(|item| self.are_in(item)),
            Value::Object(members) => members.iter().any(|(name, value)| self.is_in(name) || self.are_in(value)),
            _ => false,
        }
    }
}

fn claims(id_token: &str) -> Option<Map> {
    let mut parts = id_token.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    match json::parse(std::str::from_utf8(&bytes).ok()?).ok()? {
        Value::Object(claims) => Some(claims),
        _ => None,
    }
}
