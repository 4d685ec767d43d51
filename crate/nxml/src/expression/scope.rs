//! `$scope`: what each `Iterate` around a place adds.

use nexus_core::{Map, Value};

use super::budget::{Budget, copy_map};
use crate::state_path::StatePath;

/// What `$scope` holds: what was given, and what each `Iterate` around the place adds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope<'a> {
    /// What was given.
    Root(&'a Map),
    /// An item of a list.
    Item(&'a Item<'a>),
}

/// What an `Iterate` adds to the scope.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    pub(crate) outer: Scope<'a>,
    /// `as`
    pub(crate) name: &'a str,
    pub(crate) value: &'a Value,
    /// `<as>Index`
    pub(crate) index_name: &'a str,
    pub(crate) index: Value,
    /// Where in the state the item stands, if it stands there.
    pub(crate) origin: Option<StatePath>,
}

impl<'a> Scope<'a> {
    pub(crate) fn get(self, name: &str) -> Option<&'a Value> {
        match self {
            Self::Root(map) => map.get(name),
            Self::Item(item) if item.name == name => Some(item.value),
            Self::Item(item) if item.index_name == name => Some(&item.index),
            Self::Item(item) => item.outer.get(name),
        }
    }

    /// Where in the state the value of that name stands.
    pub(crate) fn origin(self, name: &str) -> Option<&'a StatePath> {
        match self {
            Self::Root(_) => None,
            Self::Item(item) if item.name == name => item.origin.as_ref(),
            Self::Item(item) => item.outer.origin(name),
        }
    }

    /// All of it as an object, once that many steps are taken.
    pub(crate) fn to_map(self, budget: &mut Budget) -> Option<Map> {
        match self {
            Self::Root(map) => copy_map(map, budget),
            Self::Item(item) => {
                let mut map = item.outer.to_map(budget)?;
                if !budget.take_copy(item.value) {
                    return None;
                }
                map.insert(item.name.to_owned(), item.value.clone());
                map.insert(item.index_name.to_owned(), item.index.clone());
                Some(map)
            }
        }
    }
}
