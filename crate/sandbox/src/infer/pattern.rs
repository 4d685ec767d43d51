//! Declarations, assignments and what they take apart.

use boa_engine::ast::declaration::Binding;
use boa_engine::ast::expression::Identifier;
use boa_engine::ast::expression::access::{PropertyAccess, PropertyAccessField};
use boa_engine::ast::expression::operator::assign::{Assign, AssignOp, AssignTarget};
use boa_engine::ast::pattern::{ArrayPatternElement, ObjectPatternElement, Pattern};
use boa_engine::ast::property::PropertyName;
use boa_engine::ast::{Expression, Spanned};
use nexus_core::capability::Scope;

use super::Inference;
use super::value::{Names, Referent, Value, scope};

/// Whether names in a pattern are declared by it, or assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Declare,
    Assign,
}

impl Inference<'_> {
    pub(super) fn bind(&mut self, binding: &Binding, value: Value, mode: Mode) {
        match binding {
            Binding::Identifier(name) => self.bind_name(*name, value, mode),
            Binding::Pattern(pattern) => self.bind_pattern(pattern, &value, mode),
        }
    }

    pub(super) fn bind_name(&mut self, name: Identifier, value: Value, mode: Mode) {
        let Some(held) = self.bindings.get(name.sym()) else {
            self.escape(&value);
            self.undeclared.add(name.sym(), name.span().start());
            return;
        };
        // A variable that is `$state` now and something else later is not followed.
        if mode == Mode::Assign && [held, &value].iter().any(|value| value.referents.contains(&Referent::State)) {
            self.escape(&Referent::State.into());
        }
        self.bindings.include(name.sym(), value);
    }

    pub(super) fn bind_pattern(&mut self, pattern: &Pattern, value: &Value, mode: Mode) {
        match pattern {
            Pattern::Object(pattern) => {
                for element in pattern.bindings() {
                    self.bind_member(element, value, mode);
                }
            }
            Pattern::Array(pattern) => {
                let element = self.elements(value);
                for target in pattern.bindings() {
                    self.bind_element(target, &element, mode);
                }
            }
        }
    }

    fn bind_member(&mut self, element: &ObjectPatternElement, object: &Value, mode: Mode) {
        match element {
            ObjectPatternElement::SingleName { name, ident, default_init } => {
                let value = self.taken_member(object, name, default_init.as_ref());
                self.bind_name(*ident, value, mode);
            }
            ObjectPatternElement::Pattern { name, pattern, default_init } => {
                let value = self.taken_member(object, name, default_init.as_ref());
                self.bind_pattern(pattern, &value, mode);
            }
            ObjectPatternElement::AssignmentPropertyAccess { name, access, default_init } => {
                let value = self.taken_member(object, name, default_init.as_ref());
                self.write(access, &value);
            }
            ObjectPatternElement::RestProperty { ident } => {
                let rest = self.copy(object);
                self.bind_name(*ident, rest, mode);
            }
            ObjectPatternElement::AssignmentRestPropertyAccess { access } => {
                let rest = self.copy(object);
                self.write(access, &rest);
            }
        }
    }

    fn bind_element(&mut self, target: &ArrayPatternElement, element: &Value, mode: Mode) {
        match target {
            ArrayPatternElement::Elision => {}
            ArrayPatternElement::SingleName { ident, default_init } => {
                let value = self.or_default(element.clone(), default_init.as_ref());
                self.bind_name(*ident, value, mode);
            }
            ArrayPatternElement::Pattern { pattern, default_init } => {
                let value = self.or_default(element.clone(), default_init.as_ref());
                self.bind_pattern(pattern, &value, mode);
            }
            ArrayPatternElement::PropertyAccess { access, default_init } => {
                let value = self.or_default(element.clone(), default_init.as_ref());
                self.write(access, &value);
            }
            ArrayPatternElement::SingleNameRest { ident } => {
                let rest = self.copy(element);
                self.bind_name(*ident, rest, mode);
            }
            ArrayPatternElement::PatternRest { pattern } => {
                let rest = self.copy(element);
                self.bind_pattern(pattern, &rest, mode);
            }
            ArrayPatternElement::PropertyAccessRest { access } => {
                let rest = self.copy(element);
                self.write(access, &rest);
            }
        }
    }

    fn taken_member(&mut self, object: &Value, name: &PropertyName, default: Option<&Expression>) -> Value {
        let names = self.property_name(name);
        let value = self.member(object, &names);
        self.or_default(value, default)
    }

    pub(super) fn or_default(&mut self, value: Value, default: Option<&Expression>) -> Value {
        match default {
            Some(default) => value.or(self.value(default)),
            None => value,
        }
    }

    /// Stores `value` in a member.
    pub(super) fn write(&mut self, access: &PropertyAccess, value: &Value) {
        self.escape(value);
        let (object, names) = self.place(access);
        self.write_member(&object, &names);
    }

    /// Reads a member and stores something in its place; answers what was read.
    pub(super) fn read_and_write(&mut self, access: &PropertyAccess) -> Value {
        let (object, names) = self.place(access);
        let value = self.member(&object, &names);
        self.write_member(&object, &names);
        value
    }

    /// Which members of which object an access means.
    pub(super) fn place(&mut self, access: &PropertyAccess) -> (Value, Names) {
        match access {
            PropertyAccess::Simple(access) => (self.value(access.target()), self.field(access.field())),
            PropertyAccess::Super(access) => (Value::unknown(), self.field(access.field())),
            PropertyAccess::Private(access) => {
                self.value(access.target());
                (Value::unknown(), Names::new())
            }
        }
    }

    pub(super) fn field(&mut self, field: &PropertyAccessField) -> Names {
        match field {
            PropertyAccessField::Const(name) => self.literal_name(*name),
            PropertyAccessField::Expr(name) => {
                let at = self.tokens.at;
                let names = self.value(name).names();
                // What is needed now is the member's.
                self.tokens.at = at;
                names
            }
        }
    }

    pub(super) fn property_name(&mut self, name: &PropertyName) -> Names {
        match name {
            PropertyName::Literal(name) => self.literal_name(*name),
            PropertyName::Computed(name) => self.value(name).names(),
        }
    }

    fn literal_name(&self, name: Identifier) -> Names {
        Names::from([self.text(name.sym()).map_or(Scope::Any, |text| scope(&text))])
    }

    pub(super) fn assign(&mut self, assign: &Assign) -> Value {
        let right = self.value(assign.rhs());
        match (assign.op(), assign.lhs()) {
            (AssignOp::Assign, target) => {
                match target {
                    AssignTarget::Identifier(name) => self.bind_name(*name, right.clone(), Mode::Assign),
                    AssignTarget::Access(access) => self.write(access, &right),
                    AssignTarget::Pattern(pattern) => self.bind_pattern(pattern, &right, Mode::Assign),
                }
                right
            }
            (AssignOp::BoolAnd | AssignOp::BoolOr | AssignOp::Coalesce, AssignTarget::Identifier(name)) => {
                self.bind_name(*name, right.clone(), Mode::Assign);
                self.identifier(*name).or(right)
            }
            (AssignOp::BoolAnd | AssignOp::BoolOr | AssignOp::Coalesce, AssignTarget::Access(access)) => {
                self.escape(&right);
                self.read_and_write(access).or(right)
            }
            // Arithmetic: the result is new, both sides were converted.
            (_, target) => {
                self.escape(&right);
                if let AssignTarget::Access(access) = target {
                    self.read_and_write(access);
                }
                Value::unknown()
            }
        }
    }
}
