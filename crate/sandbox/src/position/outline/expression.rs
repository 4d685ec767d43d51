//! Expressions, in the order in which the engine compiles their parts, and the wraps around them.

use boa_engine::ast::expression::access::{PropertyAccess, PropertyAccessField};
use boa_engine::ast::expression::literal::{LiteralKind, ObjectLiteral, PropertyDefinition, TemplateElement};
use boa_engine::ast::expression::operator::assign::AssignTarget;
use boa_engine::ast::expression::operator::binary::{BinaryOp, RelationalOp};
use boa_engine::ast::expression::operator::unary::UnaryOp;
use boa_engine::ast::expression::operator::update::UpdateTarget;
use boa_engine::ast::expression::operator::{Assign, Binary, Unary, Update};
use boa_engine::ast::expression::{Call, Expression, Identifier, Optional, OptionalOperationKind, TaggedTemplate};
use boa_engine::ast::{Position, Spanned};

use super::{Action, Walk, Wrap};

impl Walk<'_> {
    /// An expression that is left a mark behind, so that what follows is told from what came before. The engine must
    /// compile it into a register of its own, whatever it is.
    pub fn marked(&mut self, expression: &Expression) {
        match expression.flatten() {
            Expression::Identifier(identifier) => {
                self.wrapped(Wrap::Comma, expression, |this| {
                    this.operation(Action::Read, identifier.span().start());
                });
            }
            flat if constant(flat) => self.wrapped(Wrap::Array, expression, |this| this.constant_parts(flat)),
            // They have a guard that begins after the code before and ends before the code behind.
            Expression::PropertyAccess(_) | Expression::Assign(_) | Expression::Update(_) => self.expression(expression),
            _ => self.wrapped(Wrap::Comma, expression, |this| this.expression(expression)),
        }
    }

    pub fn expression(&mut self, expression: &Expression) {
        let start = expression.span().start();
        match expression {
            Expression::Identifier(identifier) => self.read(*identifier, expression, ("", "")),
            Expression::Parenthesized(inner) => self.expression(inner.expression()),
            Expression::This(_)
            | Expression::Literal(_)
            | Expression::RegExpLiteral(_)
            | Expression::NewTarget(_)
            | Expression::ImportMeta(_) => {}
            Expression::ArrayLiteral(array) => self.elements(array.as_ref().iter().flatten()),
            Expression::ObjectLiteral(object) => self.object(object),
            Expression::Spread(spread) => self.expression(spread.target()),
            Expression::FunctionExpression(function) => {
                self.function(function.parameters(), function.body(), function.body().span().start());
            }
            Expression::ArrowFunction(function) => {
                self.function(function.parameters(), function.body(), function.body().span().start());
            }
            Expression::AsyncArrowFunction(function) => {
                self.function(function.parameters(), function.body(), function.body().span().start());
            }
            Expression::GeneratorExpression(function) => {
                self.function(function.parameters(), function.body(), function.body().span().start());
            }
            Expression::AsyncFunctionExpression(function) => {
                self.function(function.parameters(), function.body(), function.body().span().start());
            }
            Expression::AsyncGeneratorExpression(function) => {
                self.function(function.parameters(), function.body(), function.body().span().start());
            }
            Expression::ClassExpression(class) => {
                self.class(class.super_ref(), class.constructor(), class.elements(), start);
            }
            Expression::TemplateLiteral(template) => self.wrapped(Wrap::Comma, expression, |this| {
                for element in template.elements() {
                    if let TemplateElement::Expr(part) = element {
                        this.expression(part);
                    }
                }
                this.operation(Action::Operator, start);
            }),
            Expression::PropertyAccess(access) => self.guarded(member(access), |this| {
                this.access_parts(access);
                this.operation(Action::Member, member(access));
            }),
            Expression::New(new) => {
                self.expression(new.constructor());
                self.arguments(new.call(), new.span().start());
            }
            Expression::Call(call) => self.call(call),
            Expression::SuperCall(call) => self.wrapped(Wrap::Comma, expression, |this| {
                this.elements(call.arguments());
                this.operation(Action::Call, start);
            }),
            Expression::ImportCall(import) => self.expression(import.specifier()),
            Expression::Optional(optional) => self.wrapped(Wrap::Comma, expression, |this| this.optional(optional)),
            Expression::TaggedTemplate(template) => {
                self.wrapped(Wrap::Comma, expression, |this| this.tagged_template(template, start));
            }
            Expression::Assign(assign) => self.guarded(start, |this| this.assign(assign)),
            Expression::Unary(unary) => self.unary(unary, expression),
            Expression::Update(update) => self.guarded(start, |this| this.update(update)),
            Expression::Binary(binary) => self.binary(binary, expression),
            Expression::BinaryInPrivate(binary) => self.wrapped(Wrap::Comma, expression, |this| {
                this.expression(binary.rhs());
                this.operation(Action::Operator, start);
            }),
            Expression::Conditional(conditional) => {
                self.condition(conditional.condition());
                self.expression(conditional.if_true());
                self.expression(conditional.if_false());
            }
            Expression::Await(r#await) => self.expression(r#await.target()),
            Expression::Yield(r#yield) => match r#yield.target() {
                Some(target) if r#yield.delegate() => {
                    self.marked(target);
                    self.operation(Action::Iterate, target.span().start());
                }
                Some(target) => self.expression(target),
                None => {}
            },
        }
    }

    /// Reading a variable. It is wrapped only if it can throw: the engine loads it into a register of its own then, and
    /// leaves it where it is otherwise.
    fn read(&mut self, identifier: Identifier, expression: &Expression, around: (&str, &str)) {
        let at = identifier.span().start();
        let initialized = self.names.is_initialized(identifier.sym());
        if initialized == Some(false) || (initialized.is_none() && self.undefined == Some(identifier.sym())) {
            self.wrapped_in(Wrap::Comma, expression, around, |this| this.operation(Action::Read, at));
        }
    }

    /// The elements of an array, or arguments.
    fn elements<'a>(&mut self, elements: impl IntoIterator<Item = &'a Expression>) {
        for element in elements {
            if let Expression::Spread(spread) = element {
                self.marked(spread.target());
                self.operation(Action::Iterate, spread.target().span().start());
            } else {
                self.expression(element);
            }
        }
    }

    fn object(&mut self, object: &ObjectLiteral) {
        for property in object.properties() {
            match property {
                PropertyDefinition::IdentifierReference(identifier) => {
                    let name = self.interner.resolve_expect(identifier.sym()).to_string();
                    self.read(*identifier, &(*identifier).into(), (&format!("{name}:"), ""));
                }
                PropertyDefinition::Property(name, value) => {
                    self.property_name(name);
                    self.expression(value);
                }
                PropertyDefinition::MethodDefinition(method) => {
                    if let boa_engine::ast::property::PropertyName::Computed(_) = method.name() {
                        self.property_name(method.name());
                    }
                    self.function(method.parameters(), method.body(), method.body().span().start());
                }
                PropertyDefinition::SpreadObject(value) => {
                    self.marked(value);
                    self.operation(Action::Member, value.span().start());
                }
                PropertyDefinition::CoverInitializedName(..) => {}
            }
        }
    }

    /// The object and the computed name of a member.
    pub fn access_parts(&mut self, access: &PropertyAccess) {
        let field = match access {
            PropertyAccess::Simple(access) => {
                self.marked(access.target());
                access.field()
            }
            PropertyAccess::Private(access) => return self.marked(access.target()),
            PropertyAccess::Super(access) => access.field(),
        };
        if let PropertyAccessField::Expr(key) = field {
            self.expression(key);
        }
    }

    fn call(&mut self, call: &Call) {
        let at = match call.function().flatten() {
            Expression::PropertyAccess(access) => {
                self.access_parts(access);
                self.operation(Action::Member, member(access));
                member(access)
            }
            Expression::Optional(optional) => {
                self.optional(optional);
                call.span().start()
            }
            function => {
                self.expression(function);
                call.span().start()
            }
        };
        self.arguments(call, at);
    }

    /// The arguments of a call and the call itself, reported `at`.
    fn arguments(&mut self, call: &Call, at: Position) {
        self.guarded(call.span().start(), |this| {
            this.elements(call.args());
            this.operation(Action::Call, at);
        });
    }

    fn optional(&mut self, optional: &Optional) {
        let start = optional.span().start();
        match optional.target().flatten() {
            Expression::PropertyAccess(access) => {
                self.access_parts(access);
                self.operation(Action::Member, member(access));
            }
            Expression::Optional(inner) => self.optional(inner),
            _ => self.marked(optional.target()),
        }
        let mut at = start;
        for link in optional.chain() {
            match link.kind() {
                OptionalOperationKind::SimplePropertyAccess { field } => {
                    at = field.span().start();
                    if let PropertyAccessField::Expr(key) = field {
                        self.expression(key);
                    }
                    self.operation(Action::Member, at);
                }
                OptionalOperationKind::PrivatePropertyAccess { field } => {
                    at = field.span().start();
                    self.operation(Action::Member, at);
                }
                OptionalOperationKind::Call { args } => {
                    self.elements(args.iter());
                    self.operation(Action::Call, at);
                }
            }
        }
    }

    fn tagged_template(&mut self, template: &TaggedTemplate, start: Position) {
        let at = match template.tag() {
            Expression::PropertyAccess(access @ (PropertyAccess::Simple(_) | PropertyAccess::Private(_))) => {
                self.access_parts(access);
                self.operation(Action::Member, member(access));
                member(access)
            }
            tag => {
                self.expression(tag);
                start
            }
        };
        template.exprs().iter().for_each(|expression| self.expression(expression));
        self.operation(Action::Call, at);
    }

    fn assign(&mut self, assign: &Assign) {
        let at = assign.span().start();
        match assign.lhs() {
            AssignTarget::Identifier(_) => self.expression(assign.rhs()),
            AssignTarget::Access(access) => {
                self.access_parts(access);
                self.operation(Action::Member, at);
                self.expression(assign.rhs());
            }
            AssignTarget::Pattern(pattern) => {
                self.marked(assign.rhs());
                self.pattern(pattern);
            }
        }
        self.operation(Action::Operator, at);
    }

    fn update(&mut self, update: &Update) {
        if let UpdateTarget::PropertyAccess(access) = update.target() {
            self.access_parts(access);
        }
        self.operation(Action::Operator, update.span().start());
    }

    fn unary(&mut self, unary: &Unary, expression: &Expression) {
        let start = unary.span().start();
        match unary.op() {
            UnaryOp::Delete => self.guarded(start, |this| {
                match unary.target() {
                    Expression::PropertyAccess(access) => this.access_parts(access),
                    Expression::Optional(optional) => this.optional(optional),
                    target => this.expression(target),
                }
                this.operation(Action::Operator, start);
            }),
            UnaryOp::TypeOf if matches!(unary.target().flatten(), Expression::Identifier(_)) => {}
            UnaryOp::TypeOf | UnaryOp::Void | UnaryOp::Not => self.expression(unary.target()),
            UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => self.operator(expression, |this| {
                this.expression(unary.target());
                this.operation(Action::Operator, start);
            }),
        }
    }

    fn binary(&mut self, binary: &Binary, expression: &Expression) {
        match binary.op() {
            BinaryOp::Logical(_) | BinaryOp::Comma => {
                self.expression(binary.lhs());
                self.expression(binary.rhs());
            }
            BinaryOp::Arithmetic(_) | BinaryOp::Bitwise(_) | BinaryOp::Relational(_) => {
                self.operator(expression, |this| this.operands(binary));
            }
        }
    }

    fn operands(&mut self, binary: &Binary) {
        self.expression(binary.lhs());
        self.expression(binary.rhs());
        self.operation(Action::Operator, binary.span().start());
    }

    /// Wraps an operation, unless the engine computes it when it compiles.
    fn operator(&mut self, expression: &Expression, walk: impl FnOnce(&mut Self)) {
        if !constant(expression) {
            self.wrapped(Wrap::Comma, expression, walk);
        } else if has_big_int(expression) {
            // These can throw, and are not folded then.
            self.wrapped(Wrap::Array, expression, walk);
        }
    }

    /// What can throw in a constant that is wrapped already.
    fn constant_parts(&mut self, expression: &Expression) {
        match expression {
            Expression::Binary(binary) if has_big_int(expression) => self.operands(binary),
            _ => {}
        }
    }

    /// A condition. The engine joins these comparisons with the jump, so there is nothing to wrap.
    pub fn condition(&mut self, expression: &Expression) {
        if let Expression::Binary(binary) = expression.flatten()
            && let BinaryOp::Relational(
                RelationalOp::LessThan
                | RelationalOp::LessThanOrEqual
                | RelationalOp::GreaterThan
                | RelationalOp::GreaterThanOrEqual,
            ) = binary.op()
        {
            self.operands(binary);
        } else {
            self.expression(expression);
        }
    }

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

/// The position of a member's name, which is also that of the access's guard.
pub fn member(access: &PropertyAccess) -> Position {
    match access {
        PropertyAccess::Simple(access) => access.field().span().start(),
        PropertyAccess::Private(access) => access.field().span().start(),
        PropertyAccess::Super(access) => access.field().span().start(),
    }
}

/// Whether the engine may compute the expression when it compiles.
fn constant(expression: &Expression) -> bool {
    match expression.flatten() {
        Expression::Literal(_) => true,
        Expression::Unary(unary) => constant(unary.target()),
        Expression::Binary(binary) => {
            let shortened = matches!(binary.op(), BinaryOp::Logical(_));
            constant(binary.lhs()) && (shortened || constant(binary.rhs()))
        }
        _ => false,
    }
}

fn has_big_int(expression: &Expression) -> bool {
    match expression.flatten() {
        Expression::Literal(literal) => matches!(literal.kind(), LiteralKind::BigInt(_)),
        Expression::Unary(unary) => has_big_int(unary.target()),
        Expression::Binary(binary) => has_big_int(binary.lhs()) || has_big_int(binary.rhs()),
        _ => false,
    }
}
