//! Expressions, in the order in which the engine compiles their parts, and the wraps around them.

use boa_engine::ast::expression::access::{PropertyAccess, PropertyAccessField};
use boa_engine::ast::expression::literal::{LiteralKind, ObjectLiteral, PropertyDefinition, TemplateElement};
use boa_engine::ast::expression::operator::assign::AssignTarget;
use boa_engine::ast::expression::operator::binary::{BinaryOp, RelationalOp};
use boa_engine::ast::expression::operator::unary::UnaryOp;
use boa_engine::ast::expression::operator::update::{UpdateOp, UpdateTarget};
use boa_engine::ast::expression::operator::{Assign, Binary, Unary, Update};
use boa_engine::ast::expression::{Call, Expression, Identifier, OptionalOperationKind, TaggedTemplate};
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
        let start = start(expression);
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
                self.function(function.parameters(), function.body());
            }
            Expression::ArrowFunction(function) => {
                self.function(function.parameters(), function.body());
            }
            Expression::AsyncArrowFunction(function) => {
                self.function(function.parameters(), function.body());
            }
            Expression::GeneratorExpression(function) => {
                self.function(function.parameters(), function.body());
            }
            Expression::AsyncFunctionExpression(function) => {
                self.function(function.parameters(), function.body());
            }
            Expression::AsyncGeneratorExpression(function) => {
                self.function(function.parameters(), function.body());
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
            Expression::PropertyAccess(access) => self.guarded(engines_member(access), member(access), |this| {
                this.access_parts(access);
                this.operation(Action::Member, member(access));
            }),
            Expression::New(new) => {
                self.expression(new.constructor());
                self.arguments(new.call(), start);
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
            Expression::Assign(assign) => {
                self.guarded(assign.span().start(), start, |this| this.assign(assign, start));
            }
            Expression::Unary(unary) => self.unary(unary, expression),
            Expression::Update(update) => {
                self.guarded(update.span().start(), start, |this| this.update(update, start));
            }
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
                    self.operation(Action::Iterate, self::start(target));
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
    pub fn elements<'a>(&mut self, elements: impl IntoIterator<Item = &'a Expression>) {
        for element in elements {
            if let Expression::Spread(spread) = element {
                self.marked(spread.target());
                self.operation(Action::Iterate, start(spread.target()));
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
                    self.function(method.parameters(), method.body());
                }
                PropertyDefinition::SpreadObject(value) => {
                    self.marked(value);
                    self.operation(Action::Member, start(value));
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
            self.marked(key);
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
                start(call.function())
            }
            function => {
                self.expression(function);
                start(call.function())
            }
        };
        self.arguments(call, at);
    }

    /// The arguments of a call and the call itself, reported `at`.
    fn arguments(&mut self, call: &Call, at: Position) {
        // The guard of `f()` is at the parenthesis, that of `new F()` at the start.
        let guard = call.span().start();
        self.guarded(guard, guard, |this| {
            this.elements(call.args());
            this.operation(Action::Call, at);
        });
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

    fn assign(&mut self, assign: &Assign, at: Position) {
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

    fn update(&mut self, update: &Update, at: Position) {
        if let UpdateTarget::PropertyAccess(access) = update.target() {
            self.access_parts(access);
        }
        self.operation(Action::Operator, at);
    }

    fn unary(&mut self, unary: &Unary, expression: &Expression) {
        let start = unary.span().start();
        match unary.op() {
            UnaryOp::Delete => self.guarded(start, start, |this| {
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
        self.operation(Action::Operator, start(binary.lhs()));
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

/// Where the engine will see the start of an expression when everything in it is wrapped.
pub fn wrapped_start(expression: &Expression) -> Position {
    match expression {
        Expression::Call(call) => call.span().start(),
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
fn engines_member(access: &PropertyAccess) -> Position {
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
