//! The options of the extension `auth`.

use nexus_core::{Error, Value};
use url::{Host, Url};

use crate::option_value::{count, expected, flag, milliseconds, text};

/// What is asked for.
pub const SCOPE: &str = "openid profile";
/// Milliseconds that one exchange with the provider may take.
pub const TIMEOUT_MS: u64 = 10_000;
/// Bytes of an answer of the provider.
pub const MAX_RESPONSE_BYTES: usize = 256 << 10;

/// The options of the extension `auth`; in JavaScript with camel-case names.
#[derive(Clone)]
pub struct AuthOptions {
    /// The provider, exactly as its discovery document names it.
    pub issuer: String,
    /// What the provider knows the embedder by.
    pub client_id: String,
    /// What proves it, for clients that can keep a secret.
    pub client_secret: Option<String>,
    /// Scopes, separated by blanks. See [`SCOPE`].
    pub scope: String,
    /// Where the provider sends the user back to. Needed for a login without a password.
    pub redirect_uri: Option<Url>,
    /// Whether handlers may log in with a user's name and password.
    pub allow_password: bool,
    /// Whether the issuer may be `http` on this machine, for tests and development.
    pub allow_loopback: bool,
    /// Milliseconds. See [`TIMEOUT_MS`].
    pub timeout: u64,
    /// See [`MAX_RESPONSE_BYTES`].
    pub max_response_bytes: usize,
}

/// Fields of the options, as JavaScript spells them.
const FIELDS: &str = "issuer, clientId, clientSecret, scope, redirectUri, allowPassword, allowLoopback, timeout, \
                      maxResponseBytes";

impl AuthOptions {
    /// Options for a client of `issuer`.
    #[must_use]
    pub fn new(issuer: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            client_id: client_id.into(),
            client_secret: None,
            scope: SCOPE.to_owned(),
            redirect_uri: None,
            allow_password: false,
            allow_loopback: false,
            timeout: TIMEOUT_MS,
            max_response_bytes: MAX_RESPONSE_BYTES,
        }
    }

    /// Reads options from an object; what it does not hold keeps its default.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the field that does not exist, has no such value or is missing.
    pub fn from_value(value: &Value) -> Result<Self, Error> {
        let fields = value
            .as_object()
            .ok_or_else(|| Error::invalid_argument(format!("options of auth are an object, not {}", value.kind())))?;
        let needed = |name: &str| text(name, fields.get(name).unwrap_or(&Value::Null));
        let mut options = Self::new(needed("issuer")?, needed("clientId")?);
        for (name, value) in fields {
            match name.as_str() {
                "issuer" | "clientId" => {}
                "clientSecret" => {
                    // Not through what would show the value.
                    let secret = value.as_str().filter(|secret| !secret.is_empty());
                    let wrong = || Error::invalid_argument("clientSecret has to be text that is not empty");
                    options.client_secret = Some(secret.ok_or_else(wrong)?.to_owned());
                }
                "scope" => options.scope = text(name, value)?,
                "redirectUri" => {
                    let url = value.as_str().and_then(|text| Url::parse(text).ok());
                    options.redirect_uri = Some(url.ok_or_else(|| expected(name, "a URL", value))?);
                }
                "allowPassword" => options.allow_password = flag(name, value)?,
                "allowLoopback" => options.allow_loopback = flag(name, value)?,
                "timeout" => options.timeout = milliseconds(name, value)?,
                "maxResponseBytes" => options.max_response_bytes = count(name, value, 1)?,
                _ => {
                    let message = format!("options of auth have no field {name:?}; they have {FIELDS}");
                    return Err(Error::invalid_argument(message));
                }
            }
        }
        Ok(options)
    }

    /// The issuer as a URL that may be asked.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`.
    pub(super) fn issuer_url(&self) -> Result<Url, Error> {
        let refuse = |why: &str| Error::invalid_argument(format!("issuer: {:?} {why}", self.issuer));
        let url = Url::parse(&self.issuer).map_err(|_| refuse("is no URL"))?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("has a query or a fragment"));
        }
        if !is_safe(&url, self.allow_loopback) {
            return Err(refuse("has to be https, without user info (or http on this machine, with allowLoopback)"));
        }
        Ok(url)
    }
}

/// Whether secrets may be sent there: by `https`, or to this machine where that is allowed.
pub(super) fn is_safe(url: &Url, allow_loopback: bool) -> bool {
    let secure = url.scheme() == "https" || (url.scheme() == "http" && allow_loopback && is_loopback(url));
    secure && url.has_host() && url.username().is_empty() && url.password().is_none()
}

/// Whether a URL leads to this machine, by name or address.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(more: &[(&'static str, Value)]) -> Result<AuthOptions, Error> {
        let fields = [("issuer", Value::from("https://id.example")), ("clientId", "app".into())];
        AuthOptions::from_value(&Value::object(fields.into_iter().chain(more.iter().cloned())))
    }

    #[test]
    fn every_option_is_read() {
        let options = read(&[
            ("clientSecret", "s".into()),
            ("scope", "openid".into()),
            ("redirectUri", "https://app.example/back".into()),
            ("allowPassword", true.into()),
            ("allowLoopback", true.into()),
            ("timeout", 1.into()),
            ("maxResponseBytes", 2.into()),
        ])
        .unwrap();
        assert_eq!((options.issuer.as_str(), options.client_id.as_str()), ("https://id.example", "app"));
        assert_eq!((options.client_secret.as_deref(), options.scope.as_str()), (Some("s"), "openid"));
        assert_eq!(options.redirect_uri.unwrap().as_str(), "https://app.example/back");
        assert!(options.allow_password && options.allow_loopback);
        assert_eq!((options.timeout, options.max_response_bytes), (1, 2));
        assert!(!read(&[]).unwrap().allow_password);
    }

    #[test]
    fn unusable_options_are_refused_by_name_and_never_shown_if_secret() {
        for (name, value) in [
            ("issuers", Value::from("x")),
            ("issuer", 1.into()),
            ("clientId", "".into()),
            ("clientSecret", 12_345_678.into()),
            ("scope", "".into()),
            ("redirectUri", "back".into()),
            ("allowPassword", 1.into()),
            ("allowLoopback", "yes".into()),
            ("timeout", 0.into()),
            ("maxResponseBytes", 0.5.into()),
        ] {
            let error = read(&[(name, value)]).err().unwrap();
            assert!(error.message.contains(name), "{}", error.message);
            assert!(!error.message.contains("12345678"));
        }
    }

    #[test]
    fn an_issuer_is_asked_by_https_or_on_this_machine() {
        for (issuer, allow_loopback, fine) in [
            ("https://id.example", false, true),
            ("https://id.example/tenant/", false, true),
            ("http://id.example", true, false),
            ("http://localhost:1", false, false),
            ("http://localhost:1", true, true),
            ("http://127.0.0.1:1", true, true),
            ("http://[::1]:1", true, true),
            ("http://localhost.evil.example", true, false),
            ("http://10.0.0.1", true, false),
            ("https://user@id.example", false, false),
            ("https://id.example/?a", false, false),
            ("https://id.example/#a", false, false),
            ("ftp://id.example", true, false),
            ("id.example", false, false),
        ] {
            let options = AuthOptions { allow_loopback, ..AuthOptions::new(issuer, "app") };
            assert_eq!(options.issuer_url().is_ok(), fine, "{issuer}");
        }
    }
}
