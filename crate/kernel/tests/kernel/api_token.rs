//! Tokens: what proves something, and what is refused. Signed here by hand, as an issuer or an attacker would.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_compact::{KeyPair, Seed};
use hmac::{Hmac, Mac};
use nexus_core::{ErrorCode, Value};
use nexus_kernel::api::permission::Permission;
use nexus_kernel::api::token::{AuthOptions, MAX_TOKEN_BYTES, Refusal, TokenKeys};
use proptest::prelude::*;

use crate::law::token as law;

const SECRET: &str = "a secret of thirty-two bytes, or more";
const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const EDDSA: &str = r#"{"alg":"EdDSA","typ":"JWT"}"#;
/// Seconds since the epoch.
const NOW: f64 = 1_800_000_000.0;
const CLAIMS: &str = r#"{"sub":"ann","exp":1800000060,"permissions":["panel:read","panel:execute:todo"]}"#;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn hs256(secret: &str, header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    let proof = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(&signed).finalize();
    format!("{signed}.{}", encode(proof.into_bytes()))
}

fn pair() -> KeyPair {
    KeyPair::from_seed(Seed::new([7; 32]))
}

fn eddsa(header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    format!("{signed}.{}", encode(*pair().sk.sign(&signed, None)))
}

fn pem(key: &[u8]) -> String {
    let der = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00][..], key].concat();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
}

fn by_secret() -> AuthOptions {
    AuthOptions { secret: Some(SECRET.to_owned()), ..AuthOptions::default() }
}

fn by_public_key() -> AuthOptions {
    AuthOptions { public_key: Some(pem(&*pair().pk)), ..AuthOptions::default() }
}

fn refusal(options: AuthOptions, token: &str) -> Refusal {
    TokenKeys::new(options).unwrap().verify(token, NOW * 1_000.0).unwrap_err()
}

/// The refusal of a token with these claims and a genuine signature.
fn refused(claims: &str) -> Refusal {
    refusal(by_secret(), &hs256(SECRET, HS256, claims))
}

#[test]
fn a_genuine_token_tells_who_it_is_and_what_it_may() {
    let raw = AuthOptions { public_key: Some(encode(*pair().pk)), ..AuthOptions::default() };
    for (options, token) in [
        (by_secret(), hs256(SECRET, HS256, CLAIMS)),
        (by_secret(), hs256(SECRET, r#"{"alg":"HS256","kid":"1"}"#, CLAIMS)),
        (by_secret(), hs256(SECRET, r#"{"typ":"application/at+jwt","alg":"HS256"}"#, CLAIMS)),
        (by_public_key(), eddsa(EDDSA, CLAIMS)),
        (raw, eddsa(EDDSA, CLAIMS)),
    ] {
        let claims = TokenKeys::new(options).unwrap().verify(&token, NOW * 1_000.0).unwrap();
        assert_eq!(claims.subject.as_deref(), Some("ann"));
        assert_eq!(claims.expires_ms, 1_800_000_060_000.0);
        assert!(claims.may(Permission::Read, None) && claims.may(Permission::Execute, Some("todo")));
        assert!(!claims.may(Permission::Execute, None) && !claims.may(Permission::Delete, Some("todo")));
    }
}

/// RFC 8037, appendix A.4 (whose payload is no set of claims), and a token that was made with Node's `crypto`.
#[test]
fn tokens_that_others_made_are_genuine() {
    let options = AuthOptions {
        public_key: Some("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned()),
        ..AuthOptions::default()
    };
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
                 hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(refusal(options.clone(), token), Refusal::Claims, "the signature is genuine");
    assert_eq!(refusal(options, &token.replace("hgyY", "hgyZ")), Refusal::Signature);
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IiLCJleHAiOjQxMDI0NDQ4MDB9.\
                 svvpTQw7ggAIhQPznlMv53H1U_JCIVJEqqQyK7KtGsE";
    let claims = TokenKeys::new(by_secret()).unwrap().verify(token, NOW * 1_000.0).unwrap();
    assert_eq!(claims.subject.as_deref(), Some("bob"));
}

#[test]
fn without_permissions_a_token_allows_nothing() {
    for claims in [r#"{"exp":1800000060}"#, r#"{"exp":1800000060,"permissions":["files:read"]}"#] {
        let claims = TokenKeys::new(by_secret()).unwrap().verify(&hs256(SECRET, HS256, claims), NOW * 1_000.0).unwrap();
        assert_eq!(claims.subject, None);
        assert!(Permission::ALL.iter().all(|permission| !claims.may(*permission, Some("todo"))));
    }
    for permissions in
        [r#""panel:read""#, "null", "{}", "[1]", r#"["panel:read",null]"#, r#"["panel:reed"]"#, r#"[["panel:read"]]"#]
    {
        let claims = format!(r#"{{"exp":1800000060,"permissions":{permissions}}}"#);
        assert_eq!(refused(&claims), Refusal::Permissions, "{permissions}");
    }
}

#[test]
fn the_key_says_how_a_token_is_signed_and_not_the_token() {
    let none = format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(CLAIMS));
    for options in [by_secret(), by_public_key()] {
        assert_eq!(refusal(options, &none), Refusal::Signature);
    }
    // The public key's text as a secret: what a verifier falls for that asks the header.
    for key in [pem(&*pair().pk), pem(&*pair().pk).trim().to_owned(), encode(*pair().pk)] {
        assert_eq!(refusal(by_public_key(), &hs256(&key, HS256, CLAIMS)), Refusal::Signature);
        assert_eq!(refusal(by_public_key(), &hs256(&key, EDDSA, CLAIMS)), Refusal::Signature);
    }
    assert_eq!(refusal(by_secret(), &eddsa(EDDSA, CLAIMS)), Refusal::Signature);
    // With the right signature, and another name for it.
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"hs256"}"#,
        r#"{"alg":"HS512"}"#,
        r#"{"alg":"EdDSA"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
        "{}",
    ] {
        assert_eq!(refusal(by_secret(), &hs256(SECRET, header, CLAIMS)), Refusal::Algorithm, "{header}");
    }
    assert_eq!(refusal(by_public_key(), &eddsa(HS256, CLAIMS)), Refusal::Algorithm);
}

#[test]
fn a_header_that_asks_for_more_is_refused() {
    for (header, expected) in [
        (r#"{"alg":"HS256","crit":["b64"],"b64":false}"#, Refusal::Critical),
        (r#"{"alg":"HS256","crit":[]}"#, Refusal::Critical),
        (r#"{"alg":"HS256","crit":null}"#, Refusal::Critical),
        (r#"{"alg":"HS256","typ":"JOSE"}"#, Refusal::Type),
        (r#"{"alg":"HS256","typ":7}"#, Refusal::Type),
        (r#"{"alg":"HS256","alg":"HS256"}"#, Refusal::Header),
        (r#"{"alg":"none","\u0061lg":"HS256"}"#, Refusal::Header),
        (r#"["alg","HS256"]"#, Refusal::Header),
        (r#"{"alg":"HS256"} x"#, Refusal::Header),
        ("\u{feff}{\"alg\":\"HS256\"}", Refusal::Header),
    ] {
        assert_eq!(refusal(by_secret(), &hs256(SECRET, header, CLAIMS)), expected, "{header}");
    }
}

#[test]
fn a_token_has_one_spelling() {
    let token = hs256(SECRET, HS256, CLAIMS);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    // The last of 43 characters holds two bits that belong to no byte.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sibling = alphabet.as_bytes()[alphabet.find(last).unwrap() ^ 1] as char;
    for token in [
        String::new(),
        "..".to_owned(),
        "a".to_owned(),
        signed.to_owned(),
        format!("{token}="),
        format!("{token}."),
        format!("{token}.x"),
        format!(".{token}"),
        format!("{token} "),
        format!("\u{a0}{token}"),
        format!("{signed}.{}{sibling}", &signature[..signature.len() - 1]),
        format!("{signed}.{}+", &signature[..signature.len() - 1]),
        token.replace('.', ".."),
    ] {
        assert!(matches!(refusal(by_secret(), &token), Refusal::Shape | Refusal::Signature), "{token}");
    }
    let long = format!(r#"{{"exp":1800000060,"more":"{}"}}"#, "x".repeat(MAX_TOKEN_BYTES));
    assert_eq!(refused(&long), Refusal::TooLong);
}

/// The signature with the order of the group added to its second half, which a lax verifier takes too.
#[test]
fn another_spelling_of_a_genuine_signature_is_refused() {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let token = eddsa(EDDSA, CLAIMS);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(refusal(by_public_key(), &format!("{signed}.{}", encode(bytes))), Refusal::Signature);
    for half in [0, 32] {
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        bytes[half..half + 32].fill(0);
        assert_eq!(refusal(by_public_key(), &format!("{signed}.{}", encode(bytes))), Refusal::Signature);
    }
}

#[test]
fn a_token_has_its_time() {
    let keys = |clock_tolerance_s| TokenKeys::new(AuthOptions { clock_tolerance_s, ..by_secret() }).unwrap();
    let token = hs256(SECRET, HS256, r#"{"nbf":1800000000,"exp":1800000060}"#);
    for (tolerance, at, expected) in [
        (0.0, NOW - 0.001, Some(Refusal::NotYet)),
        (0.0, NOW, None),
        (0.0, NOW + 59.999, None),
        (0.0, NOW + 60.0, Some(Refusal::Expired)),
        (0.0, f64::NAN, Some(Refusal::Expired)),
        (0.0, f64::INFINITY, Some(Refusal::Expired)),
        (0.0, f64::NEG_INFINITY, Some(Refusal::NotYet)),
        (5.0, NOW - 5.0, None),
        (5.0, NOW - 5.001, Some(Refusal::NotYet)),
        (5.0, NOW + 64.999, None),
        (5.0, NOW + 65.0, Some(Refusal::Expired)),
    ] {
        assert_eq!(keys(tolerance).verify(&token, at * 1_000.0).err(), expected, "{at} with {tolerance}");
    }
    assert_eq!(refused("{}"), Refusal::Endless);
    for exp in [r#""1800000060""#, "null", "-1", "1e300", "true", "[1800000060]", "8640000000001"] {
        assert_eq!(refused(&format!(r#"{{"exp":{exp}}}"#)), Refusal::Claim("exp"), "{exp}");
        assert_eq!(refused(&format!(r#"{{"exp":1800000060,"nbf":{exp}}}"#)), Refusal::Claim("nbf"), "{exp}");
    }
    for claims in
        [r#"{"exp":1e999}"#, r#"{"exp":NaN}"#, r#"{"exp":Infinity}"#, "[1]", "7", "", r#"{"exp":1800000060,"exp":1}"#]
    {
        assert_eq!(refused(claims), Refusal::Claims, "{claims}");
    }
    assert_eq!(refused(r#"{"exp":1800000060,"iat":"now"}"#), Refusal::Claim("iat"));
    for sub in ["7", r#""""#, "null"] {
        assert_eq!(refused(&format!(r#"{{"exp":1800000060,"sub":{sub}}}"#)), Refusal::Claim("sub"), "{sub}");
    }
}

#[test]
fn a_token_is_for_its_audience_alone() {
    let audience = Some("kernel".to_owned());
    let options = AuthOptions { audience, ..by_secret() };
    let with = |aud: &str| hs256(SECRET, HS256, &format!(r#"{{"exp":1800000060{aud}}}"#));
    for aud in [r#","aud":"kernel""#, r#","aud":["other","kernel"]"#] {
        assert!(TokenKeys::new(options.clone()).unwrap().verify(&with(aud), NOW * 1_000.0).is_ok());
        assert_eq!(refusal(by_secret(), &with(aud)), Refusal::Audience, "nobody said that this is the kernel");
    }
    for aud in ["", r#","aud":"Kernel""#, r#","aud":["other"]"#, r#","aud":[]"#] {
        assert_eq!(refusal(options.clone(), &with(aud)), Refusal::Audience, "{aud}");
    }
    for aud in ["null", "{}", r#"["kernel",1]"#, "7"] {
        assert_eq!(refusal(options.clone(), &with(&format!(r#","aud":{aud}"#))), Refusal::Claim("aud"), "{aud}");
    }
}

#[test]
fn a_key_that_protects_nothing_is_refused_when_it_is_given() {
    let secret = |secret: &str| AuthOptions { secret: Some(secret.to_owned()), ..AuthOptions::default() };
    let public = |key: &str| AuthOptions { public_key: Some(key.to_owned()), ..AuthOptions::default() };
    let x25519 = pem(&*pair().pk).replace("K2Vw", "K2Vu");
    assert_ne!(x25519, pem(&*pair().pk));
    for options in [
        AuthOptions::default(),
        AuthOptions { secret: Some(SECRET.to_owned()), ..by_public_key() },
        secret(""),
        secret("thirty-one bytes are one too few"[..31].as_ref()),
        secret(&pem(&*pair().pk)),
        public(""),
        public(SECRET),
        public(&encode([1])),
        public(&format!("{}=", encode(*pair().pk))),
        public(&pem(&*pair().pk).replace("PUBLIC", "PRIVATE")),
        public(&pem(&*pair().pk).replace("-----END", "x-----END")),
        public(&x25519),
        public(&pem(&[7; 31])),
        // The neutral element, a point of order 4, a y beyond the field, no point at all.
        public(&encode([&[1][..], &[0; 31]].concat())),
        public(&encode([0; 32])),
        public(&encode([0xff; 32])),
        public(&encode([&[2][..], &[0; 31]].concat())),
        AuthOptions { clock_tolerance_s: -1.0, ..by_secret() },
        AuthOptions { clock_tolerance_s: f64::NAN, ..by_secret() },
        AuthOptions { clock_tolerance_s: 3_601.0, ..by_secret() },
    ] {
        let error = TokenKeys::new(options).err().unwrap();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert!(!error.message.contains("thirty-one") && !error.message.contains(SECRET));
    }
}

#[test]
fn options_are_read_by_name_and_keys_never_shown() {
    let options = AuthOptions::from_value(&Value::object([
        ("secret", Value::from(SECRET)),
        ("publicKey", "k".into()),
        ("audience", "a".into()),
        ("clockToleranceS", 1.5.into()),
    ]))
    .unwrap();
    assert_eq!((options.secret.as_deref(), options.public_key.as_deref()), (Some(SECRET), Some("k")));
    assert_eq!((options.audience.as_deref(), options.clock_tolerance_s), (Some("a"), 1.5));
    for (name, value) in [
        ("secret", Value::from(12_345)),
        ("publicKey", vec![12_345].into()),
        ("audience", "".into()),
        ("clockToleranceS", "1".into()),
        ("jwtSecret", "12345".into()),
    ] {
        let error = AuthOptions::from_value(&Value::object([(name, value)])).err().unwrap();
        assert!(error.message.contains(name) && !error.message.contains("12345"), "{}", error.message);
    }
    assert!(AuthOptions::from_value(&true.into()).is_err());
}

proptest! {
    #[test]
    fn whatever_text_is_taken_for_a_token_proves_nothing(
        text in "\\PC{0,200}|(([A-Za-z0-9_-]{0,60}\\.){0,4}[A-Za-z0-9_=-]{0,60}[, ]{0,2}){1,3}|(bearer|Bearer|Basic) [a-z.]{0,9}",
    ) {
        law::any_text_is_taken_for_a_token(&text);
    }

    #[test]
    fn whatever_claims_are_signed_are_refused_or_say_what_they_are_taken_for(
        header in prop_oneof![Just(HS256), Just(r#"{"alg":"HS256"}"#), Just(r#"{"alg":"HS256","crit":[]}"#), Just("{}"), Just("[")],
        exp in prop_oneof!["[0-9]{9,12}(\\.[0-9])?", "-?[0-9]e[0-9]{1,3}", Just("1800000060".to_owned())],
        permissions in prop::collection::vec("(panel:)?(create|read|execute|delete|other)(:(todo|\\*|a b))?", 0..4),
        more in prop_oneof![Just(""), Just(r#","sub":"ann""#), Just(r#","sub":"""#), Just(r#","exp":1"#), Just(r#","nbf":1e9"#), Just(r#","aud":[]"#)],
    ) {
        law::any_claims_are_signed(&format!("{header}\n{{\"exp\":{exp},\"permissions\":{permissions:?}{more}}}"));
    }

    #[test]
    fn a_genuine_token_with_a_character_changed_added_or_taken_proves_nothing(
        is_secret in any::<bool>(), place in any::<prop::sample::Index>(), edit in 0..3,
        other in prop_oneof![prop::char::range('-', 'z'), any::<char>()],
    ) {
        let (options, token) = if is_secret {
            (by_secret(), hs256(SECRET, HS256, CLAIMS))
        } else {
            (by_public_key(), eddsa(EDDSA, CLAIMS))
        };
        let mut characters: Vec<char> = token.chars().collect();
        let at = place.index(characters.len());
        match edit {
            0 => characters[at] = other,
            1 => characters.insert(at, other),
            _ => drop(characters.remove(at)),
        }
        let changed: String = characters.into_iter().collect();
        prop_assume!(changed != token);
        prop_assert!(TokenKeys::new(options).unwrap().verify(&changed, NOW * 1_000.0).is_err(), "{changed}");
    }

    #[test]
    fn whatever_is_signed_is_read_without_panic(header in "\\PC{0,40}", claims in any::<Vec<u8>>(), at in any::<f64>()) {
        let token = |header: &str| {
            let signed = format!("{}.{}", encode(header), encode(&claims));
            let proof = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(&signed).finalize();
            format!("{signed}.{}", encode(proof.into_bytes()))
        };
        let keys = TokenKeys::new(by_secret()).unwrap();
        prop_assert!(keys.verify(&token(&header), at).is_err());
        prop_assert!(keys.verify(&token(HS256), at).is_err());
    }
}
