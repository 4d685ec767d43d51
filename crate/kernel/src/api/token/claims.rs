//! What a genuine token says.

use std::fmt;
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::Refusal;
use crate::api::permission::{Permission, Permissions};

/// What a token says of whoever brings it.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// `sub`: who it is; the actor of what is done, in the audit log.
    pub subject: Option<Rc<str>>,
    /// `permissions`.
    pub permissions: Permissions,
    /// When it ends, in milliseconds since the epoch, without any tolerance.
    pub expires_ms: f64,
}

impl Claims {
    /// Whether this is allowed for the panel of that name; without a name, for all panels.
    #[must_use]
    pub fn may(&self, permission: Permission, panel: Option<&str>) -> bool {
        self.permissions.may(permission, panel)
    }

    pub(super) fn new(claims: &Members, expires_ms: f64) -> Result<Self, Refusal> {
        let subject = match claims.get("sub") {
            None => None,
            Some(subject) => {
                let subject = subject.as_str().filter(|subject| !subject.is_empty());
                Some(subject.ok_or(Refusal::Claim("sub"))?.into())
            }
        };
        let mut permissions = Permissions::default();
        if let Some(list) = claims.get("permissions") {
            for entry in list.as_array().ok_or(Refusal::Permissions)? {
                let entry = entry.as_str().ok_or(Refusal::Permissions)?;
                permissions.add(entry).map_err(|_| Refusal::Permissions)?;
            }
        }
        Ok(Self { subject, permissions, expires_ms })
    }
}

pub(super) type Members = serde_json::Map<String, serde_json::Value>;

/// The members of a JSON object; `None` if it is none, or a name stands in it twice: readers would differ in which counts.
pub(super) fn read_members(json: &[u8]) -> Option<Members> {
    struct Unique(Members);

    impl<'de> Deserialize<'de> for Unique {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(UniqueVisitor).map(Self)
        }
    }

    struct UniqueVisitor;

    impl<'de> Visitor<'de> for UniqueVisitor {
        type Value = Members;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Members, A::Error> {
            let mut map = Members::new();
            while let Some((name, value)) = members.next_entry()? {
                if map.insert(name, value).is_some() {
                    return Err(A::Error::custom("a member stands twice"));
                }
            }
            Ok(map)
        }
    }

    serde_json::from_slice::<Unique>(json).ok().map(|Unique(members)| members)
}

/// A claim that is a time in seconds since the epoch, within what a date can be (ECMA-262, section 21.4.1.1).
pub(super) fn seconds(claims: &Members, name: &'static str) -> Result<Option<f64>, Refusal> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().filter(|seconds| (0.0..=8.64e12).contains(seconds));
    seconds.map(Some).ok_or(Refusal::Claim(name))
}
