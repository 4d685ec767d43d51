//! What holds of every text, taken for a token or signed as one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use nexus_kernel::api::credentials::{answered_protocol, bearer_token};
use nexus_kernel::api::permission::Permission;
use nexus_kernel::api::token::{AuthOptions, TokenKeys};

const SECRET: &str = "a secret of thirty-two bytes, or more";
/// The key of RFC 8037, appendix A.
const PUBLIC_KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const NOW_MS: f64 = 1_800_000_000_000.0;

fn signed(header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let proof = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(&signed).finalize();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(proof.into_bytes()))
}

/// It proves nothing. What is read out of headers is a part of them, and a token is never answered.
pub fn any_text_is_taken_for_a_token(text: &str) {
    let secret = AuthOptions { secret: Some(SECRET.to_owned()), ..AuthOptions::default() };
    let public_key = AuthOptions { public_key: Some(PUBLIC_KEY.to_owned()), ..AuthOptions::default() };
    for options in [secret, public_key] {
        assert!(TokenKeys::new(options).unwrap().verify(text, NOW_MS).is_err());
    }
    for (authorization, protocols) in [(Some(text), None), (None, Some(text)), (Some(text), Some(text))] {
        if let Ok(Some(token)) = bearer_token(authorization, protocols) {
            assert!(!token.is_empty() && text.contains(token));
            assert_ne!(answered_protocol(protocols), Some(token));
        }
    }
    if let Some(protocol) = answered_protocol(Some(text)) {
        assert!(text.contains(protocol) && !protocol.is_empty());
        assert!(protocol.bytes().all(|byte| byte.is_ascii_graphic() && byte != b','));
    }
}

/// Header and claims of a genuine token, in two lines: it is refused, or it says what it is taken for; and one that was
/// changed is refused.
pub fn any_claims_are_signed(text: &str) {
    let (header, claims) = text.split_once('\n').unwrap_or((r#"{"alg":"HS256"}"#, text));
    let options = AuthOptions { secret: Some(SECRET.to_owned()), ..AuthOptions::default() };
    let keys = TokenKeys::new(options).unwrap();
    let token = signed(header, claims);
    let Ok(found) = keys.verify(&token, NOW_MS) else { return };
    let read = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
    assert_eq!(read(header)["alg"], "HS256");
    let claims = read(claims);
    assert!(claims["exp"].as_f64().unwrap() * 1_000.0 > NOW_MS && found.expires_ms > NOW_MS);
    assert_eq!(claims.get("sub").and_then(|subject| subject.as_str()), found.subject.as_deref());
    let listed = |entry: &str| {
        claims
            .get("permissions")
            .and_then(|list| list.as_array())
            .is_some_and(|list| list.iter().any(|own| own == entry))
    };
    for permission in Permission::ALL {
        let for_all = listed(permission.as_str()) || listed(&format!("{permission}:*"));
        assert_eq!(found.may(permission, None), for_all);
        assert_eq!(found.may(permission, Some("todo")), for_all || listed(&format!("{permission}:todo")));
    }
    assert_eq!(keys.verify(&token, found.expires_ms), Err(nexus_kernel::api::token::Refusal::Expired));
    for (at, character) in token.char_indices().step_by(7) {
        let other = if character == 'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        assert!(keys.verify(&changed, NOW_MS).is_err(), "{changed}");
    }
}
