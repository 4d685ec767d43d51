//! Where expressions begin and end.

use boa_engine::ast::expression::access::{PropertyAccess, PropertyAccessField};
use boa_engine::ast::expression::operator::assign::AssignTarget;
use boa_engine::ast::expression::operator::binary::BinaryOp;
use boa_engine::ast::expression::operator::update::{UpdateOp, UpdateTarget};
use boa_engine::ast::expression::{Expression, OptionalOperationKind};
use boa_engine::ast::{Position, Spanned};

use super::Walk;

/// Where an expression begins. The engine's spans of calls begin at the parenthesis, and so do those of what begins with
/// a call.
pub fn start(expression: &Expression) -> Position {
    match expression {
        Expression::Call(call) => start(call.function()),
        Expression::PropertyAccess(access) => access_start(access),
        Expression::Optional(optional) => start(optional.target()),
        Expression::TaggedTemplate(template) => start(template.tag()),
        Expression::Binary(binary) => start(binary.lhs()),
        Expression::Conditional(conditional) => start(conditional.condition()),
        Expression::Assign(assign) => match assign.lhs() {
            AssignTarget::Access(access) => access_start(access),
            AssignTarget::Identifier(_) | AssignTarget::Pattern(_) => assign.span().start(),
        },
        Expression::Update(update) => match (update.op(), update.target()) {
            (UpdateOp::IncrementPost | UpdateOp::DecrementPost, UpdateTarget::PropertyAccess(access)) => {
                access_start(access)
            }
            _ => update.span().start(),
        },
        _ => expression.span().start(),
    }
}

fn access_start(access: &PropertyAccess) -> Position {
    match access {
        PropertyAccess::Simple(access) => start(access.target()),
        PropertyAccess::Private(access) => start(access.target()),
        PropertyAccess::Super(access) => access.span().start(),
    }
}

/// Where the engine sees the start of an expression when what is in it is wrapped.
pub fn wrapped_start(expression: &Expression) -> Position {
    match expression {
        Expression::Call(call) => call.span().start(),
        Expression::PropertyAccess(PropertyAccess::Simple(access)) => wrapped_start(access.target()),
        Expression::PropertyAccess(PropertyAccess::Private(access)) => wrapped_start(access.target()),
        Expression::Conditional(conditional) => wrapped_start(conditional.condition()),
        Expression::Binary(binary) if matches!(binary.op(), BinaryOp::Logical(_) | BinaryOp::Comma) => {
            wrapped_start(binary.lhs())
        }
        _ => start(expression),
    }
}

/// The position of a member's name.
pub fn member(access: &PropertyAccess) -> Position {
    match access {
        PropertyAccess::Simple(access) => field_start(access.field()),
        PropertyAccess::Private(access) => access.field().span().start(),
        PropertyAccess::Super(access) => field_start(access.field()),
    }
}

pub fn field_start(field: &PropertyAccessField) -> Position {
    match field {
        PropertyAccessField::Const(name) => name.span().start(),
        PropertyAccessField::Expr(key) => start(key),
    }
}

/// The position of an access's guard.
pub fn engines_member(access: &PropertyAccess) -> Position {
    match access {
        PropertyAccess::Simple(access) => access.field().span().start(),
        PropertyAccess::Private(access) => access.field().span().start(),
        PropertyAccess::Super(access) => access.field().span().start(),
    }
}

impl Walk<'_> {
    /// The byte offset behind an expression. The engine's spans end too early where the last part is `a[b]`.
    pub fn end(&self, expression: &Expression) -> Option<usize> {
        let last = match expression {
            Expression::Binary(binary) => Some(binary.rhs()),
            Expression::BinaryInPrivate(binary) => Some(binary.rhs()),
            Expression::Assign(assign) => Some(assign.rhs()),
            Expression::Conditional(conditional) => Some(conditional.if_false()),
            Expression::Unary(unary) => Some(unary.target()),
            Expression::Await(r#await) => Some(r#await.target()),
            Expression::Yield(r#yield) => r#yield.target(),
            Expression::New(new) if new.arguments().is_empty() => Some(new.constructor()),
            _ => None,
        };
        let key = match expression {
            Expression::PropertyAccess(PropertyAccess::Simple(access)) => Some(access.field()),
            Expression::PropertyAccess(PropertyAccess::Super(access)) => Some(access.field()),
            Expression::Optional(optional) => optional.chain().last().and_then(|link| match link.kind() {
                OptionalOperationKind::SimplePropertyAccess { field } => Some(field),
                _ => None,
            }),
            _ => None,
        };
        if let Some(PropertyAccessField::Expr(key)) = key {
            return self.closing_bracket(self.end(key)?);
        }
        let own = self.lines.offset(expression.span().end());
        match last {
            Some(last) => own.max(self.end(last)),
            None => own,
        }
    }

    /// The byte offset behind the `]` that follows, comments aside.
    fn closing_bracket(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let rest = self.lines.text().get(at..)?;
            let skipped = match rest.chars().next()? {
                ']' => return Some(at + 1),
                '/' if rest.starts_with("//") => rest.find('\n')?,
                '/' if rest.starts_with("/*") => rest.find("*/")? + 2,
                char if char.is_whitespace() => char.len_utf8(),
                _ => return None,
            };
            at += skipped;
        }
    }
}
