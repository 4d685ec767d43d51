//! JSON Web Tokens: whether one is genuine, valid now and meant for this kernel (RFC 7519, with what RFC 8725 asks for).
//!
//! The configured key alone says how a token has to be signed: HS256 with a secret, EdDSA (Ed25519) with a public key. The
//! signature is checked before anything else is read; whatever is wrong then refuses the whole token.

mod claims;
mod key;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_core::{Error, Value};

pub use self::claims::Claims;
use self::claims::{read_members, seconds};
use self::key::Key;
use crate::option_value::{expected, text};

/// Bytes of a token that is looked at: headers of servers are bounded by about as much.
pub const MAX_TOKEN_BYTES: usize = 8 << 10;
/// The most seconds by which clocks may be said to differ.
const MAX_TOLERANCE_S: f64 = 3_600.0;

/// How callers prove who they are; in JavaScript with camel-case names.
#[derive(Clone, Default)]
pub struct AuthOptions {
    /// For HS256: at least 32 bytes that nobody can guess.
    pub secret: Option<String>,
    /// For EdDSA: an Ed25519 key as PEM (`BEGIN PUBLIC KEY`), or its 32 bytes as base64url.
    pub public_key: Option<String>,
    /// Whom tokens are meant for: their `aud` has to name it. Without, a token that names an audience is refused.
    pub audience: Option<String>,
    /// Seconds by which the issuer's clock may differ.
    pub clock_tolerance_s: f64,
}

impl AuthOptions {
    /// Reads options from an object.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the field that does not exist or has no such value. Keys are never shown.
    pub fn from_value(value: &Value) -> Result<Self, Error> {
        let fields = value
            .as_object()
            .ok_or_else(|| Error::invalid_argument(format!("auth is false or an object, not {}", value.kind())))?;
        let mut options = Self::default();
        for (name, value) in fields {
            // Not through what would show the value.
            let key = || {
                let text = value.as_str().map(str::to_owned);
                text.ok_or_else(|| Error::invalid_argument(format!("auth.{name} has to be text")))
            };
            match name.as_str() {
                "secret" => options.secret = Some(key()?),
                "publicKey" => options.public_key = Some(key()?),
                "audience" => options.audience = Some(text("auth.audience", value)?),
                "clockToleranceS" => {
                    let seconds = value.as_number();
                    options.clock_tolerance_s =
                        seconds.ok_or_else(|| expected("auth.clockToleranceS", "a number of seconds", value))?;
                }
                _ => {
                    let fields = "secret, publicKey, audience, clockToleranceS";
                    return Err(Error::invalid_argument(format!("auth has no field {name:?}; it has {fields}")));
                }
            }
        }
        Ok(options)
    }
}

/// Why a token is refused: for the log. The caller is told the same whatever it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Two tokens, or an `Authorization` of another scheme.
    Credentials,
    /// More than [`MAX_TOKEN_BYTES`].
    TooLong,
    /// Not three parts of base64url.
    Shape,
    /// Not signed with the configured key in the one way that belongs to it.
    Signature,
    /// A header that is no JSON object, or holds something twice.
    Header,
    /// A header that names another algorithm than that of the signature.
    Algorithm,
    /// A header that says it is something else.
    Type,
    /// A header with extensions that have to be understood.
    Critical,
    /// Claims that are no JSON object, or hold something twice.
    Claims,
    /// A claim that is not of its type.
    Claim(&'static str),
    /// No `exp`: it would be valid for ever.
    Endless,
    /// `exp` is over.
    Expired,
    /// `nbf` is yet to come.
    NotYet,
    /// Meant for somebody else, or for nobody in particular where an audience is configured.
    Audience,
    /// `permissions` that are none.
    Permissions,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Credentials => "a request brings one token, in Authorization: Bearer or as a WebSocket protocol",
            Self::TooLong => "the token is too long",
            Self::Shape => "the token is not three parts of base64url",
            Self::Signature => "the token is not signed with the configured key, or not by its algorithm",
            Self::Header => "the token's header is no JSON object, or has a member twice",
            Self::Algorithm => "the token's header names another algorithm than the configured key's",
            Self::Type => "the token's typ is not JWT",
            Self::Critical => "the token's header has critical extensions",
            Self::Claims => "the token's claims are no JSON object, or have a member twice",
            Self::Claim(name) => return write!(f, "the token's claim {name} is not of its type"),
            Self::Endless => "the token has no exp",
            Self::Expired => "the token has expired",
            Self::NotYet => "the token is not valid yet",
            Self::Audience => "the token is for another audience",
            Self::Permissions => "the token's permissions are malformed",
        })
    }
}

/// What tokens are checked by.
pub struct TokenKeys {
    key: Key,
    audience: Option<String>,
    tolerance_ms: f64,
}

impl TokenKeys {
    /// Keys by these options.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` unless there is one key and it is a good one, or for a tolerance that is not 0 to 3600 s.
    pub fn new(options: AuthOptions) -> Result<Self, Error> {
        let AuthOptions { secret, public_key, audience, clock_tolerance_s } = options;
        let key = match (secret, public_key) {
            (Some(secret), None) => Key::secret(&secret)?,
            (None, Some(public_key)) => Key::public(&public_key)?,
            _ => return Err(Error::invalid_argument("auth takes a secret or a publicKey, and not both")),
        };
        if !(0.0..=MAX_TOLERANCE_S).contains(&clock_tolerance_s) {
            let message = format!("auth.clockToleranceS has to be 0 to {MAX_TOLERANCE_S}, not {clock_tolerance_s}");
            return Err(Error::invalid_argument(message));
        }
        Ok(Self { key, audience, tolerance_ms: clock_tolerance_s * 1_000.0 })
    }

    /// Milliseconds by which the issuer's clock may differ.
    pub(super) const fn tolerance_ms(&self) -> f64 {
        self.tolerance_ms
    }

    /// What a token proves at `now_ms`, in milliseconds since the epoch.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub fn verify(&self, token: &str, now_ms: f64) -> Result<Claims, Refusal> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Shape)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::Shape)?;
        // Takes one spelling only: no padding, no bits left over.
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Shape);
        let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);
        if !self.key.has_signed(signed.as_bytes(), &signature) {
            return Err(Refusal::Signature);
        }
        self.check_header(&header)?;
        let claims = read_members(&claims).ok_or(Refusal::Claims)?;
        self.check_audience(claims.get("aud"))?;
        // Asked so that a clock which tells no time finds no token valid.
        let ends = seconds(&claims, "exp")?.ok_or(Refusal::Endless)?;
        let is_before_end = now_ms < ends * 1_000.0 + self.tolerance_ms;
        if !is_before_end {
            return Err(Refusal::Expired);
        }
        let begins = seconds(&claims, "nbf")?;
        let has_begun = begins.is_none_or(|begins| begins * 1_000.0 <= now_ms + self.tolerance_ms);
        if !has_begun {
            return Err(Refusal::NotYet);
        }
        seconds(&claims, "iat")?;
        Claims::new(&claims, ends * 1_000.0)
    }

    fn check_header(&self, header: &[u8]) -> Result<(), Refusal> {
        let header = read_members(header).ok_or(Refusal::Header)?;
        if header.get("alg").and_then(|alg| alg.as_str()) != Some(self.key.algorithm()) {
            return Err(Refusal::Algorithm);
        }
        if let Some(kind) = header.get("typ") {
            let kind = kind.as_str().map(str::to_ascii_lowercase).ok_or(Refusal::Type)?;
            // RFC 7515, section 4.1.9, and RFC 9068, section 2.1.
            if !matches!(kind.strip_prefix("application/").unwrap_or(&kind), "jwt" | "at+jwt") {
                return Err(Refusal::Type);
            }
        }
        if header.contains_key("crit") { Err(Refusal::Critical) } else { Ok(()) }
    }

    /// RFC 7519, section 4.1.3: who is not among those that are named refuses the token.
    fn check_audience(&self, named: Option<&serde_json::Value>) -> Result<(), Refusal> {
        let is_own =
            |named: &serde_json::Value| named.as_str().is_some_and(|named| Some(named) == self.audience.as_deref());
        let is_meant = match named {
            None => self.audience.is_none(),
            Some(serde_json::Value::Array(all)) if all.iter().all(serde_json::Value::is_string) => {
                all.iter().any(is_own)
            }
            Some(one @ serde_json::Value::String(_)) => is_own(one),
            Some(_) => return Err(Refusal::Claim("aud")),
        };
        if is_meant { Ok(()) } else { Err(Refusal::Audience) }
    }
}
