//! Optional chains, `a?.b.c()`. The engine puts no guard around their links, so they are told apart by the size of their
//! code: an opcode is one byte, every operand four.

use boa_engine::ast::Spanned;
use boa_engine::ast::expression::access::{PropertyAccess, PropertyAccessField};
use boa_engine::ast::expression::{Expression, Optional, OptionalOperationKind};

use super::extent::{field_start, member, start};
use super::{Action, Walk};

/// GetPropertyByName, GetLengthProperty, GetPrivateField.
const GET_BY_NAME: u32 = 13;
/// GetPropertyByValue.
const GET_BY_VALUE: u32 = 17;
/// JumpIfNullOrUndefined.
const JUMP: u32 = 9;
/// Move.
const MOVE: u32 = 9;
/// PushFromRegister, twice.
const PUSHES: u32 = 10;
/// Call, PopIntoRegister, StoreUndefined.
const CALL: u32 = 15;

impl Walk<'_> {
    pub fn optional(&mut self, optional: &Optional) {
        // How much code there is since the last container, where it is known.
        let mut size = self.optional_target(optional.target());
        let mut at = start(optional.target());
        for link in optional.chain() {
            if link.shorted() {
                size = size.map(|size| size + JUMP);
            }
            match link.kind() {
                OptionalOperationKind::SimplePropertyAccess { field } => {
                    at = field_start(field);
                    if let PropertyAccessField::Expr(key) = field {
                        self.marked(key);
                        self.operation_within(self.known((0, GET_BY_VALUE)), Action::Member, at);
                        size = self.known(GET_BY_VALUE);
                    } else {
                        size = self.link(size, MOVE + GET_BY_NAME, Action::Member, at);
                    }
                }
                OptionalOperationKind::PrivatePropertyAccess { field } => {
                    at = field.span().start();
                    size = self.link(size, MOVE + GET_BY_NAME, Action::Member, at);
                }
                OptionalOperationKind::Call { args } => {
                    if !args.is_empty() {
                        self.elements(args.iter());
                        size = None;
                    }
                    size = self.link(size, PUSHES + CALL, Action::Call, at);
                }
            }
        }
    }

    fn optional_target(&mut self, target: &Expression) -> Option<u32> {
        match target.flatten() {
            Expression::PropertyAccess(access) => {
                self.access_parts(access);
                let size = match access {
                    PropertyAccess::Simple(access) if matches!(access.field(), PropertyAccessField::Expr(_)) => {
                        GET_BY_VALUE
                    }
                    PropertyAccess::Simple(_) | PropertyAccess::Private(_) => GET_BY_NAME,
                    PropertyAccess::Super(_) => {
                        self.operation(Action::Member, member(access));
                        return None;
                    }
                };
                self.link(self.known(0), size, Action::Member, member(access))
            }
            Expression::Optional(inner) => {
                self.optional(inner);
                None
            }
            _ => {
                self.marked(target);
                self.known(0)
            }
        }
    }

    /// Notes a link whose code begins `size` bytes after the last container; answers where it ends.
    fn link(&mut self, size: Option<u32>, own: u32, action: Action, at: boa_engine::ast::Position) -> Option<u32> {
        self.operation_within(size.map(|size| (size, size + own)), action, at);
        size.map(|size| size + own)
    }

    /// Without wraps it is not known which container was the last.
    fn known<T>(&self, value: T) -> Option<T> {
        self.wraps.then_some(value)
    }
}
