//! Which of a function's variables have their values yet, where the engine compiles.

use std::collections::HashMap;

use boa_engine::ast::StatementListItem;
use boa_engine::ast::declaration::{Declaration, LexicalDeclaration};
use boa_engine::ast::operations::bound_names;
use boa_engine::interner::Sym;

/// The scopes of one function, innermost last. A variable maps to whether it has its value.
#[derive(Default)]
pub struct Names(Vec<HashMap<Sym, bool>>);

impl Names {
    /// Opens a scope with the declarations of a list of statements.
    pub fn open(&mut self, items: &[StatementListItem]) {
        self.0.push(HashMap::new());
        for item in items {
            if let StatementListItem::Declaration(declaration) = item {
                self.hoist(declaration);
            }
        }
    }

    /// Declares what a declaration declares: functions have their values at once, others get theirs later.
    pub fn hoist(&mut self, declaration: &Declaration) {
        let known = !matches!(declaration, Declaration::Lexical(_) | Declaration::ClassDeclaration(_));
        if let Some(scope) = self.0.last_mut() {
            scope.extend(bound_names(declaration).into_iter().map(|name| (name, known)));
        }
    }

    /// Opens a scope with the variables of a loop's head.
    pub fn open_with(&mut self, declaration: &LexicalDeclaration) {
        self.0.push(bound_names(declaration).into_iter().map(|name| (name, false)).collect());
    }

    pub fn close(&mut self) {
        self.0.pop();
    }

    /// Declares variables that have their values.
    pub fn declare(&mut self, names: impl IntoIterator<Item = Sym>) {
        if let Some(scope) = self.0.last_mut() {
            scope.extend(names.into_iter().map(|name| (name, true)));
        }
    }

    /// From here on the variables have their values.
    pub fn initialize(&mut self, names: impl IntoIterator<Item = Sym>) {
        for name in names {
            if let Some(known) = self.0.iter_mut().rev().find_map(|scope| scope.get_mut(&name)) {
                *known = true;
            }
        }
    }

    /// Whether a variable of this function has its value; `None` if it is not this function's.
    pub fn is_initialized(&self, name: Sym) -> Option<bool> {
        self.0.iter().rev().find_map(|scope| scope.get(&name).copied())
    }
}
