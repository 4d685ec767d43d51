//! What a provider says of itself, and what is asked of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nexus_core::{Error, Map, Value};
use url::Url;

use super::exchange::{Answer, Exchange};
use super::failure;
use super::options::{AuthOptions, is_loopback, is_safe};
use super::tokens::Tokens;
use crate::abort::AbortSignal;

/// Its endpoints.
pub(super) struct Provider {
    pub(super) authorization_endpoint: Option<Url>,
    pub(super) names_itself: bool,
    token_endpoint: Url,
    userinfo_endpoint: Url,
    revocation_endpoint: Option<Url>,
    /// Whether the client's secret goes into the form and not into a header.
    secret_in_form: bool,
}

fn unusable(why: impl std::fmt::Display) -> Error {
    failure("provider refused", format_args!("its discovery document {why}"))
}

impl Provider {
    /// Asks for the discovery document (OpenID Connect Discovery 1.0, section 4).
    ///
    /// # Errors
    /// A failure if there is none, or it is not that of the issuer, or names what may not be asked.
    pub(super) async fn discover(
        options: &AuthOptions,
        exchange: &Exchange,
        signal: &AbortSignal,
    ) -> Result<Self, Error> {
        let issuer = options.issuer_url()?;
        let address = format!("{}/.well-known/openid-configuration", issuer.as_str().trim_end_matches('/'));
        let address = Url::parse(&address).map_err(unusable)?;
        let answer = exchange.get(&address, None, signal).await?;
        let document = match answer.body {
            Some(Value::Object(document)) if answer.status == 200 => document,
            _ => {
                return Err(failure(
                    "provider refused",
                    format_args!("{address} answers {}, no document", answer.status),
                ));
            }
        };
        if document.get("issuer").and_then(Value::as_str) != Some(&options.issuer) {
            return Err(unusable("is of another issuer"));
        }
        // What is on this machine is asked on this machine.
        let allow_loopback = options.allow_loopback && issuer.scheme() == "http" && is_loopback(&issuer);
        let endpoint = |name: &str| match document.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let url = value.as_str().and_then(|text| Url::parse(text).ok());
                let url = url.filter(|url| is_safe(url, allow_loopback));
                url.map(Some).ok_or_else(|| unusable(format_args!("names no {name} that may be asked")))
            }
        };
        let needed = |name: &str| endpoint(name)?.ok_or_else(|| unusable(format_args!("has no {name}")));
        let methods = document.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
        let offers =
            |method: &str| methods.is_some_and(|methods| methods.iter().any(|own| own.as_str() == Some(method)));
        Ok(Self {
            authorization_endpoint: endpoint("authorization_endpoint")?,
            names_itself: flag(&document, "authorization_response_iss_parameter_supported"),
            token_endpoint: needed("token_endpoint")?,
            userinfo_endpoint: needed("userinfo_endpoint")?,
            revocation_endpoint: endpoint("revocation_endpoint")?,
            // The default is a header (RFC 8414, section 2).
            secret_in_form: offers("client_secret_post") && !offers("client_secret_basic"),
        })
    }

    /// Asks the token endpoint. `secrets` are what no error may repeat.
    ///
    /// # Errors
    /// A failure if there is no answer.
    pub(super) async fn grant(
        &self,
        options: &AuthOptions,
        exchange: &Exchange,
        form: &[(&str, &str)],
        secrets: &[&str],
        signal: &AbortSignal,
    ) -> Result<Answer, Error> {
        self.post(&self.token_endpoint, options, exchange, form, secrets, signal).await
    }

    /// Makes tokens worthless, where the provider offers that (RFC 7009).
    ///
    /// # Errors
    /// A failure if it does not say that they are.
    pub(super) async fn revoke(
        &self,
        options: &AuthOptions,
        exchange: &Exchange,
        tokens: &Tokens,
        signal: &AbortSignal,
    ) -> Result<(), Error> {
        let Some(endpoint) = &self.revocation_endpoint else { return Ok(()) };
        // With the one that makes others, these go too.
        let (token, hint) = match &tokens.refresh {
            Some(refresh) => (refresh, "refresh_token"),
            None => (&tokens.access, "access_token"),
        };
        let form = [("token", token.as_str()), ("token_type_hint", hint)];
        let answer = self.post(endpoint, options, exchange, &form, &[token], signal).await?;
        if answer.is_ok() {
            return Ok(());
        }
        Err(failure(
            "logout incomplete",
            format_args!("the provider revoked nothing: {} ({})", answer.error(), answer.status),
        ))
    }

    /// The claims about whose token it is.
    ///
    /// # Errors
    /// A failure if there is no answer.
    pub(super) async fn userinfo(
        &self,
        exchange: &Exchange,
        access: &str,
        signal: &AbortSignal,
    ) -> Result<Answer, Error> {
        exchange.get(&self.userinfo_endpoint, Some(access), signal).await
    }

    async fn post(
        &self,
        url: &Url,
        options: &AuthOptions,
        exchange: &Exchange,
        form: &[(&str, &str)],
        secrets: &[&str],
        signal: &AbortSignal,
    ) -> Result<Answer, Error> {
        let mut form = form.to_vec();
        let mut secrets = secrets.to_vec();
        let mut authorization = None;
        match &options.client_secret {
            Some(secret) if !self.secret_in_form => {
                let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", encode(&options.client_id), encode(secret));
                authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
            }
            Some(secret) => form.extend([("client_id", options.client_id.as_str()), ("client_secret", secret)]),
            None => form.push(("client_id", &options.client_id)),
        }
        secrets.extend(options.client_secret.as_deref());
        exchange.post(url, authorization, &form, &secrets, signal).await
    }
}

fn flag(document: &Map, name: &str) -> bool {
    document.get(name).and_then(Value::as_bool).unwrap_or(false)
}
