//! Capability tokens, for JavaScript.

use js_sys::Array;
use nexus_core::capability::{self, ExtensionScope, Scope};
use nexus_core::{CapabilityChecker, CapabilityToken, Error, Value};
use wasm_bindgen::prelude::*;

use crate::interop::fields::texts;
use crate::interop::{Failure, value_to_js};
use crate::promise::ensure_sound;

/// Reads a list of tokens.
///
/// # Errors
/// `INVALID_ARGUMENT` if it is no array of strings, `INVALID_CAPABILITY` for a malformed token.
pub fn tokens(value: &JsValue, what: &str) -> Result<Vec<CapabilityToken>, Failure> {
    if !Array::is_array(value) {
        return Err(Error::invalid_argument(format!("{what} has to be an array of capability tokens")).into());
    }
    texts(value.unchecked_ref(), what)?.iter().map(|text| Ok(text.parse::<CapabilityToken>()?)).collect()
}

fn token(value: &JsValue) -> Result<CapabilityToken, Failure> {
    match value.as_string() {
        Some(text) => Ok(text.parse::<CapabilityToken>()?),
        None => Err(Error::invalid_argument("a capability token has to be a string").into()),
    }
}

/// The parts of a token: `{ token, family, name, method?, caveats? }`.
///
/// # Errors
/// `INVALID_CAPABILITY` if it is malformed.
#[wasm_bindgen(js_name = parseCapability)]
pub fn parse_capability(text: &JsValue) -> Result<JsValue, JsValue> {
    ensure_sound()?;
    Ok(value_to_js(&parts(&token(text)?)))
}

fn parts(token: &CapabilityToken) -> Value {
    let mut members = vec![("token", Value::from(token.to_string()))];
    let scoped =
        |family: &str, scope: &Scope| vec![("family", Value::from(family)), ("name", Value::from(scope.to_string()))];
    members.extend(match token {
        CapabilityToken::StateRead(scope) => scoped("state:read", scope),
        CapabilityToken::StateWrite(scope) => scoped("state:write", scope),
        CapabilityToken::EventsEmit(scope) => scoped("events:emit", scope),
        CapabilityToken::ViewUpdate(scope) => scoped("view:update", scope),
        CapabilityToken::Host(scope) => scoped("host", scope),
        CapabilityToken::Extension(ExtensionScope::Any) => scoped("ext", &Scope::Any),
        CapabilityToken::Extension(ExtensionScope::Extension { name, method, caveats }) => {
            let mut members = scoped("ext", &Scope::Name(name.clone()));
            members.extend(method.as_deref().map(|method| ("method", Value::from(method))));
            if !caveats.is_empty() {
                let values = |allowed: &std::collections::BTreeSet<String>| {
                    Value::Array(allowed.iter().map(|value| Value::from(value.as_str())).collect())
                };
                let caveats = caveats.iter().map(|(name, allowed)| (name.as_str(), values(allowed)));
                members.push(("caveats", Value::object(caveats)));
            }
            members
        }
    });
    Value::object(members)
}

/// Whether one of the granted tokens covers the required one.
///
/// # Errors
/// `INVALID_CAPABILITY` if a token is malformed.
#[wasm_bindgen(js_name = checkCapability)]
pub fn check_capability(granted: &JsValue, required: &JsValue) -> Result<bool, JsValue> {
    ensure_sound()?;
    let checker = CapabilityChecker::new(tokens(granted, "granted")?);
    Ok(checker.allows(&token(required)?))
}

/// Narrows `granted` to `wanted`, and answers that.
///
/// # Errors
/// `PERMISSION_DENIED` naming the first wanted token that no granted one covers, `INVALID_CAPABILITY` if a token is
/// malformed.
#[wasm_bindgen]
pub fn attenuate(granted: &JsValue, wanted: &JsValue) -> Result<Array, JsValue> {
    ensure_sound()?;
    let narrowed =
        capability::attenuate(&tokens(granted, "granted")?, &tokens(wanted, "wanted")?).map_err(Failure::from)?;
    Ok(narrowed.iter().map(|token| JsValue::from(token.to_string())).collect())
}
