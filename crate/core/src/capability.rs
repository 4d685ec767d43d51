//! Capability tokens: what a handler may do, as short strings that can be narrowed but never widened.
//!
//! | token | allows |
//! |---|---|
//! | `state:read:<key>`, `state:read:*` | reading a state key, or all and their list |
//! | `state:write:<key>`, `state:write:*` | setting and deleting it |
//! | `events:emit:<name>`, `events:emit:*` | emitting the event (toasts are the event `toast`) |
//! | `view:update:<id>`, `view:update:*` | commanding the component, or all and none in particular |
//! | `ext:<name>`, `ext:<name>.<method>`, `ext:*` | calling an extension |
//! | `ext:<name>?host=api.example.com&method=GET` | the same, where the call's arguments keep these caveats |
//! | `host:<name>`, `host:*` | calling a synchronous host function of the embedder |
//!
//! A name is everything after the last colon of the family; it may hold colons, dots and blanks, is never empty and
//! holds no `*`. Names of extensions hold no colon, dot or question mark.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{Error, ErrorCode};
use crate::value::Value;

/// Caveats of an extension token: each name with the values it allows.
pub type Caveats = BTreeMap<String, BTreeSet<String>>;

/// Which names of a family a token is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// `*`: all of them.
    Any,
    /// This one.
    Name(String),
}

impl Scope {
    /// Whether the scope holds `name`.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Name(own) => own == name,
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match other {
            Self::Any => *self == Self::Any,
            Self::Name(name) => self.contains(name),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "*",
            Self::Name(name) => name,
        })
    }
}

/// What an `ext` token names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExtensionScope {
    /// `ext:*`.
    Any,
    /// `ext:<name>`, or `ext:<name>.<method>`, with caveats if there are any.
    Extension {
        /// The extension.
        name: String,
        /// The one method, or all of them.
        method: Option<String>,
        /// What a call's arguments have to keep.
        caveats: Caveats,
    },
}

impl ExtensionScope {
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            (Self::Extension { name, method, caveats }, Self::Extension { name: n, method: m, caveats: c }) => {
                name == n
                    && (method.is_none() || method == m)
                    && caveats.iter().all(|(key, allowed)| c.get(key).is_some_and(|values| values.is_subset(allowed)))
            }
        }
    }
}

/// One capability. See the [module](self) for the grammar.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CapabilityToken {
    /// `state:read:…`
    StateRead(Scope),
    /// `state:write:…`
    StateWrite(Scope),
    /// `events:emit:…`
    EventsEmit(Scope),
    /// `view:update:…`
    ViewUpdate(Scope),
    /// `ext:…`
    Extension(ExtensionScope),
    /// `host:…`
    Host(Scope),
}

const FAMILIES: &str = "state:read:, state:write:, events:emit:, view:update:, ext: and host:";

impl CapabilityToken {
    /// Whether whoever holds this token may do everything that `other` allows.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::StateRead(own), Self::StateRead(other))
            | (Self::StateWrite(own), Self::StateWrite(other))
            | (Self::EventsEmit(own), Self::EventsEmit(other))
            | (Self::ViewUpdate(own), Self::ViewUpdate(other))
            | (Self::Host(own), Self::Host(other)) => own.covers(other),
            (Self::Extension(own), Self::Extension(other)) => own.covers(other),
            _ => false,
        }
    }
}

/// Narrows `granted` to `wanted`: the answer is `wanted`, once every token of it is covered by a granted one.
///
/// # Errors
/// `PERMISSION_DENIED` naming the first token that nothing granted covers.
pub fn attenuate(granted: &[CapabilityToken], wanted: &[CapabilityToken]) -> Result<Vec<CapabilityToken>, Error> {
    for token in wanted {
        if !granted.iter().any(|own| own.covers(token)) {
            return Err(Error::permission_denied(&token.to_string()));
        }
    }
    Ok(wanted.to_vec())
}

impl FromStr for CapabilityToken {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = |why: String| {
            Error::new(ErrorCode::InvalidCapability, format!("malformed capability {text:?}: {why}"))
                .with_context(Value::object([("capability", Value::from(text))]))
        };
        let scope = |name: &str| match name {
            "*" => Ok(Scope::Any),
            "" => Err(malformed("the name is empty".to_owned())),
            name if name.contains('*') => Err(malformed("* stands for all names and only alone".to_owned())),
            name => Ok(Scope::Name(name.to_owned())),
        };
        type Family = fn(Scope) -> CapabilityToken;
        let families: [(&str, Family); 5] = [
            ("state:read:", Self::StateRead),
            ("state:write:", Self::StateWrite),
            ("events:emit:", Self::EventsEmit),
            ("view:update:", Self::ViewUpdate),
            ("host:", Self::Host),
        ];
        for (prefix, token) in families {
            if let Some(name) = text.strip_prefix(prefix) {
                return scope(name).map(token);
            }
        }
        let Some(target) = text.strip_prefix("ext:") else {
            return Err(malformed(format!("the families are {FAMILIES}")));
        };
        if target == "*" {
            return Ok(Self::Extension(ExtensionScope::Any));
        }
        let (target, query) = match target.split_once('?') {
            Some((target, query)) => (target, Some(query)),
            None => (target, None),
        };
        let (name, method) = match target.split_once('.') {
            Some((name, method)) => (name, Some(method)),
            None => (target, None),
        };
        if target.contains(':') {
            return Err(malformed("a method stands after a dot, as in ext:http.get".to_owned()));
        }
        for part in [Some(name), method].into_iter().flatten() {
            if scope(part)? == Scope::Any {
                return Err(malformed("* stands for all extensions and only alone".to_owned()));
            }
        }
        let caveats = query.map_or_else(|| Ok(Caveats::new()), |query| parse_caveats(query).map_err(malformed))?;
        Ok(Self::Extension(ExtensionScope::Extension {
            name: name.to_owned(),
            method: method.map(str::to_owned),
            caveats,
        }))
    }
}

fn parse_caveats(query: &str) -> Result<Caveats, String> {
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|_| format!("{text:?} is no UTF-8"))
    };
    let mut caveats = Caveats::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some((key, value)) if !key.is_empty() && !value.is_empty() => {
                caveats.entry(decode(key)?).or_default().insert(decode(value)?);
            }
            _ => return Err(format!("a caveat reads key=value, not {pair:?}")),
        }
    }
    Ok(caveats)
}

/// What a caveat's key or value cannot hold as it is.
const CAVEAT_RESERVED: &AsciiSet = &CONTROLS.add(b'%').add(b'&').add(b'=').add(b'?').add(b'#').add(b' ');

impl fmt::Display for CapabilityToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StateRead(scope) => write!(f, "state:read:{scope}"),
            Self::StateWrite(scope) => write!(f, "state:write:{scope}"),
            Self::EventsEmit(scope) => write!(f, "events:emit:{scope}"),
            Self::ViewUpdate(scope) => write!(f, "view:update:{scope}"),
            Self::Host(scope) => write!(f, "host:{scope}"),
            Self::Extension(ExtensionScope::Any) => f.write_str("ext:*"),
            Self::Extension(ExtensionScope::Extension { name, method, caveats }) => {
                write!(f, "ext:{name}")?;
                if let Some(method) = method {
                    write!(f, ".{method}")?;
                }
                let pairs = caveats.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
                for (index, (key, value)) in pairs.enumerate() {
                    let encode = |text| utf8_percent_encode(text, CAVEAT_RESERVED);
                    write!(f, "{}{}={}", if index == 0 { '?' } else { '&' }, encode(key), encode(value))?;
                }
                Ok(())
            }
        }
    }
}

impl Serialize for CapabilityToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CapabilityToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|error: Error| de::Error::custom(error.message))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(text: &str) -> CapabilityToken {
        text.parse().unwrap()
    }

    #[test]
    fn every_family_parses_and_prints_the_same() {
        for text in [
            "state:read:count",
            "state:read:*",
            "state:write:a:b.c d",
            "state:write: ",
            "events:emit:system:error",
            "events:emit:*",
            "view:update:list-1",
            "view:update:*",
            "ext:http",
            "ext:my ext",
            "ext:http.get",
            "ext:http.a.b",
            "ext:*",
            "ext:http?host=api.example.com&method=GET",
            "ext:http.get?host=a.example&host=b.example",
            "ext:files?path=a%20b%26c",
            "host:sha256",
            "host:a:b",
            "host:*",
            "state:read:what?x=1",
            "state:read:__proto__",
        ] {
            assert_eq!(token(text).to_string(), text);
        }
    }

    #[test]
    fn malformed_tokens_are_refused() {
        for text in [
            "",
            "*",
            "state",
            "state:read",
            "state:read:",
            "state:*:x",
            "state:read:a*",
            "state:read:**",
            "State:read:x",
            " state:read:x",
            "events:emit:",
            "events:on:x",
            "view:update:",
            "ext",
            "ext:",
            "ext:http:get",
            "ext:http:*",
            "ext:*.get",
            "ext:http.*",
            "ext:http.",
            "ext:.get",
            "ext:h*",
            "ext:*?host=x",
            "ext:http?",
            "ext:http?host",
            "ext:http?host=",
            "ext:http?=x",
            "ext:http?a=1&",
            "ext:http?a=%ff",
            "host:",
            "host:a*",
            "crypto:random",
        ] {
            let error = text.parse::<CapabilityToken>().expect_err(text);
            assert_eq!(error.code, ErrorCode::InvalidCapability, "{text}");
        }
    }

    #[test]
    fn a_token_covers_itself_and_less_but_never_more() {
        let cases: &[(&str, &str, bool)] = &[
            ("state:read:*", "state:read:a:b", true),
            ("state:read:a", "state:read:a", true),
            ("state:read:a", "state:read:a:b", false),
            ("state:read:a", "state:read:*", false),
            ("state:read:*", "state:write:a", false),
            ("ext:*", "ext:http.get?host=x", true),
            ("ext:http", "ext:http.get", true),
            ("ext:http.get", "ext:http", false),
            ("ext:http.get", "ext:http.get?host=x", true),
            ("ext:http?host=x", "ext:http.get?host=x", true),
            ("ext:http?host=x", "ext:http.get", false),
            ("ext:http?host=x", "ext:http?host=x&host=y", false),
            ("ext:http?host=x&host=y", "ext:http?host=y", true),
            ("ext:http?host=x&method=GET", "ext:http?host=x", false),
            ("ext:http", "ext:https", false),
        ];
        for (own, other, covers) in cases {
            assert_eq!(token(own).covers(&token(other)), *covers, "{own} / {other}");
        }
    }

    #[test]
    fn attenuation_names_what_is_not_covered() {
        let granted = [token("state:read:*"), token("ext:http")];
        assert!(attenuate(&granted, &[token("state:read:a"), token("ext:http.get")]).is_ok());
        let error = attenuate(&granted, &[token("state:read:a"), token("state:write:a")]).unwrap_err();
        assert_eq!(error.code, ErrorCode::PermissionDenied);
        assert!(error.message.contains("state:write:a"));
    }

    fn any_token() -> impl Strategy<Value = CapabilityToken> {
        let family =
            prop::sample::select(vec!["state:read:", "state:write:", "events:emit:", "view:update:", "host:", "ext:"]);
        (family, "[ab*]|[ab]\\.[ab]|[ab]\\?[xy]=[12](&[xy]=[12])?")
            .prop_map(|(family, name)| token(&format!("{family}{name}")))
    }

    proptest! {
        #[test]
        fn what_parses_prints_to_what_parses_to_the_same(text in "(state:read:|ext:|host:|events:emit:|)[a-z.:*?=&% ]{0,12}") {
            if let Ok(token) = text.parse::<CapabilityToken>() {
                prop_assert_eq!(token.to_string().parse::<CapabilityToken>().unwrap(), token);
            }
        }

        #[test]
        fn covering_is_transitive(a in any_token(), b in any_token(), c in any_token()) {
            prop_assert!(a.covers(&a));
            if a.covers(&b) && b.covers(&c) {
                prop_assert!(a.covers(&c));
            }
        }
    }
}
