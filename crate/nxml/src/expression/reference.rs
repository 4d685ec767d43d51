//! What an expression reads of state and scope.

use nexus_core::{Location, Value};

use super::tree::{Argument, Expr, Node};

/// Where a name is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// `$state`
    State,
    /// `$scope`
    Scope,
}

/// A name that an expression reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    pub(crate) root: Root,
    /// `None` if it is computed, or all names are meant.
    pub(crate) name: Option<&'a str>,
    pub(crate) location: Location,
}

/// Every reference, in the order of the tree.
pub(super) fn references(expression: &Expr) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    collect(expression, &mut found);
    found
}

/// The members of `$state` that are named, each once, and whether it may read any other.
pub(super) fn dependencies(expression: &Expr) -> (Vec<&str>, bool) {
    let (mut names, mut any) = (Vec::new(), false);
    for reference in references(expression).iter().filter(|reference| reference.root == Root::State) {
        match reference.name {
            Some(name) if !names.contains(&name) => names.push(name),
            Some(_) => {}
            None => any = true,
        }
    }
    (names, any)
}

fn root_of(expression: &Expr) -> Option<Root> {
    match expression.node {
        Node::State => Some(Root::State),
        Node::Scope => Some(Root::Scope),
        _ => None,
    }
}

fn collect<'a>(expression: &'a Expr, found: &mut Vec<Reference<'a>>) {
    let location = expression.location;
    match &expression.node {
        Node::State | Node::Scope => {
            let root = if expression.node == Node::State { Root::State } else { Root::Scope };
            found.push(Reference { root, name: None, location });
        }
        Node::Member(object, name) => match root_of(object) {
            Some(root) => found.push(Reference { root, name: Some(name), location }),
            None => collect(object, found),
        },
        Node::Index(object, index) => match (root_of(object), &index.node) {
            (Some(root), Node::Literal(Value::String(name))) => {
                found.push(Reference { root, name: Some(name), location: index.location });
            }
            _ => {
                collect(object, found);
                collect(index, found);
            }
        },
        Node::Literal(_) | Node::Local(_) => {}
        Node::Unary(_, operand) => collect(operand, found),
        Node::Binary(_, left, right) | Node::Logical(_, left, right) => {
            collect(left, found);
            collect(right, found);
        }
        Node::Conditional(parts) => parts.iter().for_each(|part| collect(part, found)),
        Node::Array(items) | Node::Function(_, items) => items.iter().for_each(|item| collect(item, found)),
        Node::Object(members) => members.iter().for_each(|(_, member)| collect(member, found)),
        Node::Method(object, _, arguments) => {
            collect(object, found);
            for argument in arguments {
                match argument {
                    Argument::Value(body) | Argument::Arrow { body, .. } => collect(body, found),
                }
            }
        }
    }
}
