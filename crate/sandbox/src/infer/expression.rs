//! Expressions: what each may be, and what evaluating it needs.

use boa_engine::ast::expression::access::PropertyAccess;
use boa_engine::ast::expression::literal::{
    ArrayLiteral, LiteralKind, ObjectLiteral, PropertyDefinition, TemplateElement, TemplateLiteral,
};
use boa_engine::ast::expression::operator::binary::{BinaryOp, RelationalOp};
use boa_engine::ast::expression::operator::unary::UnaryOp;
use boa_engine::ast::expression::operator::update::UpdateTarget;
use boa_engine::ast::expression::operator::{Binary, Unary};
use boa_engine::ast::expression::{Identifier, Optional, OptionalOperation, OptionalOperationKind};
use boa_engine::ast::{Expression, Spanned};
use boa_engine::value::JsValue;

use super::Inference;
use super::statement::Function;
use super::surface::callback_parameter;
use super::value::{Names, Referent, Value};

/// A value, and the object it was taken from, if it was: a call gives that object to the function.
#[derive(Debug, Default)]
struct Reached {
    value: Value,
    object: Value,
    names: Names,
}

impl Inference<'_> {
    /// Evaluates an expression.
    pub(super) fn value(&mut self, expression: &Expression) -> Value {
        match expression {
            Expression::Identifier(name) => self.identifier(*name),
            Expression::This(this) if !self.own_this => {
                self.tokens.at = this.span().start();
                Referent::Global.into()
            }
            Expression::Literal(literal) => self.literal(literal.kind()),
            Expression::TemplateLiteral(template) => self.template(template),
            Expression::Parenthesized(inner) => self.value(inner.expression()),
            Expression::PropertyAccess(PropertyAccess::Simple(_)) | Expression::Optional(_) => {
                self.reach(expression).value
            }
            Expression::PropertyAccess(access) => {
                self.place(access);
                Value::unknown()
            }
            Expression::Call(call) => {
                let callee = self.reach(call.function());
                self.call(&callee, call.args())
            }
            Expression::Assign(assign) => self.assign(assign),
            Expression::Unary(unary) => self.unary(unary),
            Expression::Binary(binary) => self.binary(binary),
            Expression::Conditional(conditional) => {
                self.value(conditional.condition());
                self.value(conditional.if_true()).or(self.value(conditional.if_false()))
            }
            Expression::Update(update) => {
                if let UpdateTarget::PropertyAccess(access) = update.target() {
                    self.read_and_write(access);
                }
                Value::unknown()
            }
            Expression::Await(inner) => self.value(inner.target()),
            Expression::ArrayLiteral(array) => self.array(array),
            Expression::ObjectLiteral(object) => self.object(object),
            Expression::ClassExpression(class) => {
                self.class_expression(class);
                Value::unknown()
            }
            other => match Function::of_expression(other) {
                Some(function) => {
                    self.function(&function);
                    Value::unknown()
                }
                None => self.lost(other),
            },
        }
    }

    /// Expressions whose parts go where inference does not follow.
    fn lost(&mut self, expression: &Expression) -> Value {
        match expression {
            Expression::New(new) => {
                self.evaluate_and_escape(new.constructor());
                self.arguments(new.arguments(), None);
            }
            Expression::SuperCall(call) => {
                self.arguments(call.arguments(), None);
            }
            Expression::ImportCall(import) => {
                self.evaluate_and_escape(import.specifier());
                if let Some(options) = import.options() {
                    self.evaluate_and_escape(options);
                }
            }
            Expression::TaggedTemplate(template) => {
                let tag = self.reach(template.tag());
                template.exprs().iter().for_each(|part| self.evaluate_and_escape(part));
                return self.apply(&tag.value, &tag.object, &tag.names, &Value::unknown().names());
            }
            Expression::Yield(r#yield) => {
                if let Some(target) = r#yield.target() {
                    self.evaluate_and_escape(target);
                }
            }
            Expression::Spread(spread) => self.evaluate_and_escape(spread.target()),
            Expression::BinaryInPrivate(binary) => {
                self.value(binary.rhs());
            }
            _ => {}
        }
        Value::unknown()
    }

    pub(super) fn evaluate_and_escape(&mut self, expression: &Expression) {
        let value = self.value(expression);
        self.escape(&value);
    }

    pub(super) fn identifier(&mut self, name: Identifier) -> Value {
        self.tokens.at = name.span().start();
        if let Some(held) = self.bindings.get(name.sym()) {
            return held.clone();
        }
        self.undeclared.add(name.sym(), self.tokens.at);
        self.text(name.sym()).map_or_else(Value::unknown, |name| Self::global(&name))
    }

    fn literal(&self, literal: &LiteralKind) -> Value {
        let text = match literal {
            LiteralKind::String(text) => self.text(*text),
            LiteralKind::Num(number) => Some(JsValue::from(*number).display().to_string()),
            LiteralKind::Int(number) => Some(number.to_string()),
            LiteralKind::BigInt(number) => Some(number.to_string()),
            _ => None,
        };
        text.map_or_else(Value::unknown, |text| Referent::Text(text).into())
    }

    fn template(&mut self, template: &TemplateLiteral) -> Value {
        let mut text = Some(String::new());
        for element in template.elements() {
            match element {
                TemplateElement::String(part) => {
                    text = text.zip(self.text(*part)).map(|(text, part)| text + &part);
                }
                TemplateElement::Expr(part) => {
                    self.evaluate_and_escape(part);
                    text = None;
                }
            }
        }
        text.map_or_else(Value::unknown, |text| Referent::Text(text).into())
    }

    fn unary(&mut self, unary: &Unary) -> Value {
        match (unary.op(), unary.target().flatten()) {
            (UnaryOp::Delete, Expression::PropertyAccess(access)) => {
                let (object, names) = self.place(access);
                self.write_member(&object, &names);
            }
            (UnaryOp::Delete, Expression::Optional(optional)) => self.delete_optional(optional),
            (UnaryOp::TypeOf, Expression::Identifier(name)) => {
                self.undeclared.ask(name.sym());
                self.identifier(*name);
            }
            (UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde, target) => self.evaluate_and_escape(target),
            (_, target) => {
                self.value(target);
            }
        }
        Value::unknown()
    }

    fn delete_optional(&mut self, optional: &Optional) {
        if let [chain @ .., last] = optional.chain()
            && let OptionalOperationKind::SimplePropertyAccess { field } = last.kind()
        {
            let object = self.chain(optional.target(), chain).value;
            let names = self.field(field);
            self.write_member(&object, &names);
        } else {
            self.chain(optional.target(), optional.chain());
        }
    }

    fn binary(&mut self, binary: &Binary) -> Value {
        let left = self.value(binary.lhs());
        let right = self.value(binary.rhs());
        match binary.op() {
            BinaryOp::Logical(_) => return left.or(right),
            BinaryOp::Comma => return right,
            BinaryOp::Relational(RelationalOp::In) => self.has_member(&right, &left.names()),
            BinaryOp::Relational(
                RelationalOp::Equal
                | RelationalOp::NotEqual
                | RelationalOp::StrictEqual
                | RelationalOp::StrictNotEqual
                | RelationalOp::InstanceOf,
            ) => {}
            // The operands are converted, which may call their methods.
            BinaryOp::Relational(_) | BinaryOp::Arithmetic(_) | BinaryOp::Bitwise(_) => {
                self.escape(&left);
                self.escape(&right);
            }
        }
        Value::unknown()
    }

    fn array(&mut self, array: &ArrayLiteral) -> Value {
        let mut value = Value::unknown();
        for element in array.as_ref().iter().flatten() {
            if let Expression::Spread(spread) = element {
                let spread = self.value(spread.target());
                value.include(self.copy(&spread));
            } else {
                self.evaluate_and_escape(element);
            }
        }
        value
    }

    fn object(&mut self, object: &ObjectLiteral) -> Value {
        let mut value = Value::unknown();
        for property in object.properties() {
            match property {
                PropertyDefinition::IdentifierReference(name) => {
                    let member = self.identifier(*name);
                    self.escape(&member);
                }
                PropertyDefinition::Property(name, member) => {
                    self.property_name(name);
                    self.evaluate_and_escape(member);
                }
                PropertyDefinition::MethodDefinition(method) => {
                    self.property_name(method.name());
                    self.function(&Function::new(method.parameters(), method.body()).with_own_this());
                }
                PropertyDefinition::SpreadObject(spread) => {
                    let spread = self.value(spread);
                    value.include(self.copy(&spread));
                }
                PropertyDefinition::CoverInitializedName(_, default) => self.evaluate_and_escape(default),
            }
        }
        value
    }

    fn reach(&mut self, expression: &Expression) -> Reached {
        match expression.flatten() {
            Expression::PropertyAccess(PropertyAccess::Simple(access)) => {
                let object = self.value(access.target());
                let names = self.field(access.field());
                Reached { value: self.member(&object, &names), object, names }
            }
            Expression::Optional(optional) => self.chain(optional.target(), optional.chain()),
            other => Reached { value: self.value(other), ..Reached::default() },
        }
    }

    fn chain(&mut self, target: &Expression, operations: &[OptionalOperation]) -> Reached {
        let mut reached = self.reach(target);
        for operation in operations {
            reached = match operation.kind() {
                OptionalOperationKind::SimplePropertyAccess { field } => {
                    let names = self.field(field);
                    Reached { value: self.member(&reached.value, &names), object: reached.value, names }
                }
                OptionalOperationKind::PrivatePropertyAccess { .. } => {
                    Reached { value: Value::unknown(), ..Reached::default() }
                }
                OptionalOperationKind::Call { args } => {
                    Reached { value: self.call(&reached, args), ..Reached::default() }
                }
            };
        }
        reached
    }

    fn call(&mut self, callee: &Reached, arguments: &[Expression]) -> Value {
        let names = self.arguments(arguments, callback_parameter(&callee.object, &callee.names));
        self.apply(&callee.value, &callee.object, &callee.names, &names)
    }

    /// Evaluates arguments, which the called function then has. Answers the names that the first may be; `given` is
    /// what the first, if it is a function, will find in one of its parameters.
    fn arguments(&mut self, arguments: &[Expression], given: Option<(usize, Value)>) -> Names {
        let at = self.tokens.at;
        let mut first = None;
        for (index, argument) in arguments.iter().enumerate() {
            let value = match (argument, &given, Function::of_expression(argument)) {
                (Expression::Spread(spread), ..) => {
                    let spread = self.value(spread.target());
                    self.elements(&spread)
                }
                (_, Some(given), Some(function)) if index == 0 => {
                    self.function(&function.with_parameter(given.clone()));
                    Value::unknown()
                }
                _ => self.value(argument),
            };
            self.escape(&value);
            first.get_or_insert(value);
        }
        // What is needed now is the call's.
        self.tokens.at = at;
        first.unwrap_or_else(Value::unknown).names()
    }
}
