//! A login by authorization code: where the user is sent, and what has to come back (RFC 6749, 4.1; RFC 7636; RFC 9207).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_core::Error;
use sha2::{Digest, Sha256};
use url::Url;

use super::exchange::known_error;
use super::failure;
use super::options::AuthOptions;
use super::provider::Provider;
use crate::entropy::Entropy;

/// A login that waits for its code.
pub(super) struct Authorization {
    /// Where the user is sent.
    pub(super) url: Url,
    pub(super) redirect_uri: Url,
    pub(super) nonce: String,
    pub(super) verifier: String,
    state: String,
}

/// 256 bits that nobody can guess.
fn random(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authorization {
    /// # Errors
    /// A failure if provider or options leave out what it takes.
    pub(super) fn new(options: &AuthOptions, provider: &Provider, entropy: &dyn Entropy) -> Result<Self, Error> {
        let missing = |what: &str| failure("login refused", what);
        let redirect_uri = options.redirect_uri.clone().ok_or_else(|| missing("the embedder names no redirectUri"))?;
        let mut url = provider
            .authorization_endpoint
            .clone()
            .ok_or_else(|| missing("the provider has no authorization_endpoint"))?;
        let [state, nonce, verifier] = [(); 3].map(|()| random(entropy));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &options.client_id),
            ("redirect_uri", redirect_uri.as_str()),
            ("scope", &options.scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        Ok(Self { url, redirect_uri, nonce, verifier, state })
    }

    /// The code in the URL by which the user came back.
    ///
    /// # Errors
    /// A failure if it is not the answer to this very login, or says no.
    pub(super) fn code(&self, callback: &str, options: &AuthOptions, provider: &Provider) -> Result<String, Error> {
        let refuse = |why: &str| Err(failure("login refused", why));
        let Ok(url) = Url::parse(callback) else { return refuse("authorize answered no URL") };
        let place =
            |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port(), url.path().to_owned());
        if place(&url) != place(&self.redirect_uri) {
            return refuse("authorize answered a URL that is not the redirectUri");
        }
        let get = |name: &str| {
            let mut found = url.query_pairs().filter(|(own, _)| own == name).map(|(_, value)| value.into_owned());
            // One that stands twice says nothing.
            found.next().filter(|_| found.next().is_none())
        };
        if get("state").as_deref() != Some(&self.state) {
            return refuse("the state is not that of this login");
        }
        let issuer = get("iss");
        if (provider.names_itself || issuer.is_some()) && issuer.as_deref() != Some(&options.issuer) {
            return refuse("the answer is of another issuer");
        }
        if let Some(error) = get("error") {
            return refuse(known_error(&error));
        }
        get("code").filter(|code| !code.is_empty()).map_or_else(|| refuse("there is no code"), Ok)
    }
}
