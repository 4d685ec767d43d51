//! What a module calls through pointers, by names.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use walrus::ModuleConfig;

use super::{DirectError, sites::Sites};

/// All counts are for so many indirect calls.
const WHOLE: u64 = 1_000_000;

/// One of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Nth {
    /// From 1.
    pub number: usize,
    pub of: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Function {
    pub name: String,
    pub nth: Nth,
}

/// A place in a function that calls through a pointer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Site {
    pub caller: Function,
    pub call: Nth,
}

/// A place in the table: one of those that lead to a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Pointer {
    pub function: Function,
    pub nth: Nth,
}

/// What is called through pointers, how often and where. As text (`Display`, `FromStr`):
///
/// ```text
/// engine::vm::run, 1 of 1; call 2 of 3
///   91250 engine::ops::add, 1 of 1; pointer 1 of 1
///   310 engine::ops::call, 2 of 4; pointer 1 of 2
/// ```
///
/// In the only function of the first name, the second of three indirect calls led to the two functions below, so often in a million
/// of all indirect calls. Names are demangled and without hashes. Functions that share one are told apart by their order, and so are
/// the places in the table that lead to the same function. A build that has another number of them is taken not to have any of
/// them, since nothing says which is which. Lines that begin with `#` say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// What is called most comes first.
    sites: BTreeMap<Site, Vec<(Pointer, u64)>>,
}

/// Why a text is no profile.
#[derive(Debug)]
pub struct ProfileError {
    /// From 1.
    line: usize,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the profile is neither a place nor a function that is called", self.line)
    }
}

impl std::error::Error for ProfileError {}

impl Profile {
    /// Of runs of `wasm`, instrumented: how often each site, by its number, called each pointer.
    ///
    /// # Errors
    /// [`DirectError::Invalid`] for bytes that are no module.
    pub fn of(wasm: &[u8], counts: impl IntoIterator<Item = (u32, u32, u64)>) -> Result<Self, DirectError> {
        let module = ModuleConfig::new().parse(wasm).map_err(|error| DirectError::Invalid(format!("{error:#}")))?;
        let sites = Sites::of(&module);
        let places: Vec<_> = sites.iter().collect();
        let mut all = 0;
        let mut sums: BTreeMap<(&Site, &Pointer), u64> = BTreeMap::new();
        for (number, index, count) in counts {
            all += count;
            if let Some((site, place)) = places.get(number as usize)
                && let Some(pointer) = sites.pointer(place, index)
            {
                *sums.entry((site, pointer)).or_default() += count;
            }
        }
        let mut profile = Self::default();
        for ((site, pointer), count) in sums {
            let share = (u128::from(count) * u128::from(WHOLE) / u128::from(all)) as u64;
            profile.sites.entry(site.clone()).or_default().push((pointer.clone(), share));
        }
        for called in profile.sites.values_mut() {
            // Stable: what is called equally often stays in the order of names.
            called.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        }
        Ok(profile)
    }

    /// What of it is at least so many in a million of all calls, and the most frequent of each place, at most so many.
    #[must_use]
    pub fn most_frequent(&self, least: u64, most: usize) -> Self {
        let mut chosen = Self::default();
        for (site, called) in &self.sites {
            let frequent: Vec<_> = called.iter().take(most).filter(|(_, count)| *count >= least).cloned().collect();
            if !frequent.is_empty() {
                chosen.sites.insert(site.clone(), frequent);
            }
        }
        chosen
    }

    /// How many places and pointers it names, and how many in a million calls these are.
    #[must_use]
    pub fn extent(&self) -> (usize, usize, u64) {
        let called = || self.sites.values().flatten();
        (self.sites.len(), called().count(), called().map(|(_, count)| count).sum())
    }

    pub(super) fn sites(&self) -> impl Iterator<Item = (&Site, &[(Pointer, u64)])> {
        self.sites.iter().map(|(site, called)| (site, &called[..]))
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (Site { caller, call }, called) in &self.sites {
            writeln!(f, "{caller}; call {call}")?;
            for (Pointer { function, nth }, count) in called {
                writeln!(f, "  {count} {function}; pointer {nth}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.name, self.nth)
    }
}

impl fmt::Display for Nth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.number, self.of)
    }
}

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let mut profile = Self::default();
        let mut at = None;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let wrong = || ProfileError { line: index + 1 };
            if let Some(called) = line.strip_prefix("  ") {
                let (count, pointer) = called.split_once(' ').ok_or_else(wrong)?;
                let count = count.parse().map_err(|_| wrong())?;
                let pointer = Pointer::parse(pointer).ok_or_else(wrong)?;
                let site: &Site = at.as_ref().ok_or_else(wrong)?;
                profile.sites.entry(site.clone()).or_default().push((pointer, count));
            } else {
                at = Some(Site::parse(line).ok_or_else(wrong)?);
            }
        }
        Ok(profile)
    }
}

impl Site {
    fn parse(text: &str) -> Option<Self> {
        let (caller, call) = text.rsplit_once("; call ")?;
        Some(Self { caller: Function::parse(caller)?, call: Nth::parse(call)? })
    }
}

impl Pointer {
    fn parse(text: &str) -> Option<Self> {
        let (function, nth) = text.rsplit_once("; pointer ")?;
        Some(Self { function: Function::parse(function)?, nth: Nth::parse(nth)? })
    }
}

impl Function {
    fn parse(text: &str) -> Option<Self> {
        let (name, nth) = text.rsplit_once(", ")?;
        Some(Self { name: name.to_owned(), nth: Nth::parse(nth)? })
    }
}

impl Nth {
    fn parse(text: &str) -> Option<Self> {
        let (number, of) = text.split_once(" of ")?;
        Some(Self { number: number.parse().ok()?, of: of.parse().ok()? })
    }
}
