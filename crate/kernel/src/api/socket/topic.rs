//! What clients can listen to.

use serde::{Deserialize, Serialize};

/// A topic of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// `PATCH`
    State,
    /// `EVENT`
    Events,
    /// `VIEW`
    View,
}

impl Topic {
    const ALL: [Self; 3] = [Self::State, Self::Events, Self::View];

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The topic of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == name)
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Events => "events",
            Self::View => "view",
        }
    }
}

/// Some topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topics(u8);

impl Topics {
    /// None.
    pub const NONE: Self = Self(0);

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, topic: Topic) -> bool {
        self.0 & topic.bit() != 0
    }

    /// These and those.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These without those.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl Default for Topics {
    /// What a client hears that asks for nothing.
    fn default() -> Self {
        [Topic::State, Topic::Events].into_iter().collect()
    }
}

impl FromIterator<Topic> for Topics {
    fn from_iter<I: IntoIterator<Item = Topic>>(topics: I) -> Self {
        topics.into_iter().fold(Self::NONE, |all, topic| Self(all.0 | topic.bit()))
    }
}
