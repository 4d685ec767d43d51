//! The key that tokens are signed with.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_compact::{PublicKey, Signature};
use hmac::{Hmac, Mac};
use nexus_core::Error;
use sha2::Sha256;

/// Bytes of a secret (RFC 7518, section 3.2: as many as the hash has).
const MIN_SECRET_BYTES: usize = 32;
/// What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410, section 4).
const ED25519_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_END: &str = "-----END PUBLIC KEY-----";

pub(super) enum Key {
    Secret(Hmac<Sha256>),
    Public(PublicKey),
}

impl Key {
    /// # Errors
    /// `INVALID_ARGUMENT` for a secret that is short, or is no secret.
    pub(super) fn secret(secret: &str) -> Result<Self, Error> {
        if secret.contains("-----BEGIN") {
            return Err(Error::invalid_argument("auth.secret is a key as PEM; a public key goes to auth.publicKey"));
        }
        if secret.len() < MIN_SECRET_BYTES {
            let message = format!("auth.secret has {} bytes; it takes {MIN_SECRET_BYTES} at least", secret.len());
            return Err(Error::invalid_argument(message));
        }
        let key = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
        Ok(Self::Secret(key))
    }

    /// # Errors
    /// `INVALID_ARGUMENT` for what is no Ed25519 key, or one that anybody can sign for.
    pub(super) fn public(text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| Error::invalid_argument(format!("auth.publicKey {why}"));
        let text = text.trim();
        if text.contains("PRIVATE KEY-----") {
            return Err(refuse("is a private key, which is its owner's alone"));
        }
        let bytes = if text.starts_with("-----") { read_pem(text) } else { URL_SAFE_NO_PAD.decode(text).ok() };
        let key = bytes.and_then(|bytes| PublicKey::from_slice(&bytes).ok()).ok_or_else(|| {
            refuse("is no Ed25519 key: it takes PEM (BEGIN PUBLIC KEY), or its 32 bytes as base64url without padding")
        })?;
        // The point is looked at when a signature is: this one is not genuine, but of a good key it is the signature that
        // is at fault.
        match key.verify([], &Signature::new([0; Signature::BYTES])) {
            Err(ed25519_compact::Error::InvalidSignature) => Ok(Self::Public(key)),
            _ => Err(refuse("is no point of the curve that a key can be")),
        }
    }

    /// The one `alg` of tokens signed with it.
    pub(super) const fn algorithm(&self) -> &'static str {
        match self {
            Self::Secret(_) => "HS256",
            Self::Public(_) => "EdDSA",
        }
    }

    /// Whether the signature is that of the message. A secret's takes the same time wherever it differs; a public key's is
    /// refused in any other than the one spelling of its parts, and with points of small order.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Secret(key) => key.clone().chain_update(message).verify_slice(signature).is_ok(),
            Self::Public(key) => {
                Signature::from_slice(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
        }
    }
}

/// The 32 bytes of an Ed25519 key, which is all that stands in the text.
fn read_pem(text: &str) -> Option<Vec<u8>> {
    let body = text.strip_prefix(PEM_BEGIN)?.strip_suffix(PEM_END)?;
    let body: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(body).ok()?;
    der.strip_prefix(&ED25519_PREFIX).map(<[u8]>::to_vec)
}
