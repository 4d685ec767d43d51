//! What a caller may do with panels.
//!
//! | permission | allows |
//! |---|---|
//! | `panel:create` | to make panels |
//! | `panel:read` | to read panels and to watch them |
//! | `panel:execute` | to run their tools, and to change what their views are bound to |
//! | `panel:delete` | to destroy them |
//!
//! Each is for all panels, also written `panel:read:*`, or for one: `panel:read:todo`. Nothing said is nothing allowed, and
//! none of them includes another.

use std::collections::BTreeSet;
use std::fmt;

use nexus_core::{Error, Value};

use crate::panels::is_panel_id;

/// What one may do with a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// To make it.
    Create,
    /// To read it and to watch it.
    Read,
    /// To run its tools.
    Execute,
    /// To destroy it.
    Delete,
}

impl Permission {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Execute, Self::Delete];

    /// The permission for all panels, as it stands in a token: `panel:read`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "panel:create",
            Self::Read => "panel:read",
            Self::Execute => "panel:execute",
            Self::Delete => "panel:delete",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a caller may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    everywhere: BTreeSet<Permission>,
    one_panel: BTreeSet<(Permission, String)>,
}

impl Permissions {
    /// Everything: for callers that the embedder trusts.
    #[must_use]
    pub fn all() -> Self {
        Self { everywhere: Permission::ALL.into(), one_panel: BTreeSet::new() }
    }

    /// Reads a list such as `["panel:read", "panel:execute:todo"]`. Entries that do not begin with `panel:` are about
    /// something else, and allow nothing here.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for what is no list of text, and for an entry that begins with `panel:` and is none of the
    /// permissions: whoever wrote it meant something, and leaving it out would be guessing what.
    pub fn read(list: &Value) -> Result<Self, Error> {
        let expected = || Error::invalid_argument("permissions are a list of text such as \"panel:read\"");
        let mut permissions = Self::default();
        for entry in list.as_array().ok_or_else(expected)? {
            permissions.add(entry.as_str().ok_or_else(expected)?)?;
        }
        Ok(permissions)
    }

    /// Adds one entry, as [`read`](Self::read) does.
    pub(super) fn add(&mut self, entry: &str) -> Result<(), Error> {
        let Some(rest) = entry.strip_prefix("panel:") else { return Ok(()) };
        let (action, panel) = rest.split_once(':').map_or((rest, None), |(action, panel)| (action, Some(panel)));
        let permission =
            Permission::ALL.into_iter().find(|permission| permission.as_str()["panel:".len()..] == *action);
        match (permission, panel) {
            (Some(permission), None | Some("*")) => {
                self.everywhere.insert(permission);
            }
            (Some(permission), Some(panel)) if is_panel_id(panel) => {
                self.one_panel.insert((permission, panel.to_owned()));
            }
            _ => return Err(Error::invalid_argument(format!("there is no permission {entry:?}"))),
        }
        Ok(())
    }

    /// Whether this is allowed for some panel at least.
    #[must_use]
    pub fn may_somewhere(&self, permission: Permission) -> bool {
        self.everywhere.contains(&permission) || self.one_panel.iter().any(|(own, _)| *own == permission)
    }

    /// Whether this is allowed for the panel of that name; without a name, for all panels.
    #[must_use]
    pub fn may(&self, permission: Permission, panel: Option<&str>) -> bool {
        self.everywhere.contains(&permission)
            || panel.is_some_and(|panel| self.one_panel.contains(&(permission, panel.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::Permission::{Create, Delete, Execute, Read};
    use super::*;

    fn read(entries: &[&str]) -> Result<Permissions, Error> {
        Permissions::read(&Value::Array(entries.iter().map(|entry| Value::from(*entry)).collect()))
    }

    #[test]
    fn nothing_said_is_nothing_allowed() {
        for permissions in
            [Permissions::default(), read(&[]).unwrap(), read(&["read", "admin", "*", "Panel:read"]).unwrap()]
        {
            for permission in Permission::ALL {
                assert!(!permissions.may(permission, None) && !permissions.may(permission, Some("todo")));
            }
        }
        assert!(Permission::ALL.iter().all(|permission| Permissions::all().may(*permission, None)));
    }

    #[test]
    fn a_permission_is_for_all_panels_or_for_the_one_it_names() {
        let permissions = read(&["panel:read", "panel:execute:todo", "panel:execute:a:b", "panel:delete:*"]).unwrap();
        assert!(permissions.may(Read, None) && permissions.may(Read, Some("todo")));
        assert!(permissions.may(Execute, Some("todo")) && permissions.may(Execute, Some("a:b")));
        assert!(permissions.may(Delete, None) && permissions.may(Delete, Some("x")));
        for panel in [None, Some("todo2"), Some("a"), Some("Todo"), Some("*"), Some("")] {
            assert!(!permissions.may(Execute, panel), "{panel:?}");
        }
        assert!(!permissions.may(Create, Some("todo")));
    }

    #[test]
    fn what_is_meant_as_a_permission_and_is_none_is_refused() {
        for entry in [
            "panel:",
            "panel:admin",
            "panel:*",
            "panel:Read",
            "panel:read:",
            "panel:read: todo",
            "panel:read:to*",
            "panel:reads",
            "panel::todo",
            "panel:read:a/b",
        ] {
            assert!(read(&["panel:create", entry]).unwrap_err().message.contains(entry), "{entry}");
        }
        for list in [Value::Null, "panel:read".into(), vec![1].into(), Value::object([("panel:read", true.into())])] {
            assert!(Permissions::read(&list).is_err());
        }
    }
}
