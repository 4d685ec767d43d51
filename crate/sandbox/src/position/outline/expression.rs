//! Expressions, in the order in which the engine compiles their parts, and the wraps around them.

use boa_engine::ast::expression::access::{PropertyAccess, PropertyAccessField};
use boa_engine::ast::expression::literal::{LiteralKind, ObjectLiteral, PropertyDefinition, TemplateElement};
use boa_engine::ast::expression::operator::assign::AssignTarget;
use boa_engine::ast::expression::operator::binary::{ArithmeticOp, BinaryOp, BitwiseOp, RelationalOp};
use boa_engine::ast::expression::operator::unary::UnaryOp;
use boa_engine::ast::expression::operator::update::UpdateTarget;
use boa_engine::ast::expression::operator::{Assign, Binary, Unary, Update};
use boa_engine::ast::expression::{Call, Expression, Identifier, TaggedTemplate};
use boa_engine::ast::{Position, Spanned};

use super::extent::{engines_member, member, start};
use super::{Action, Kind, Walk, Wrap};

impl Walk<'_> {
    /// An expression that is left a mark behind, so that what follows is told from what came before. The engine must
    /// compile it into a register of its own, whatever it is.
    pub fn marked(&mut self, expression: &Expression) {
        match expression.flatten() {
            // Their guards end where their code ends.
            Expression::PropertyAccess(_)
            | Expression::Call(_)
            | Expression::New(_)
            | Expression::Assign(_)
            | Expression::Update(_) => self.expression(expression),
            _ => self.wrapped_whole(expression),
        }
    }

    /// Wraps an expression, whatever it is.
    pub fn wrapped_whole(&mut self, expression: &Expression) {
        match expression.flatten() {
            Expression::Identifier(identifier) => self.wrapped(Wrap::Comma, expression, |this| {
                this.operation(Action::Read, identifier.span().start());
            }),
            flat if constant(flat) => self.wrapped(Wrap::Array, expression, |this| this.constant_parts(flat)),
            _ => self.wrapped(Wrap::Comma, expression, |this| this.expression(expression)),
        }
    }

    /// Something whose own guard begins where the expression begins. The guard of a call does not begin with the call:
    /// without a wrap the two could be at one place.
    pub fn leading(&mut self, expression: &Expression) {
        match expression.flatten() {
            Expression::PropertyAccess(access) => self.guarded(engines_member(access), member(access), |this| {
                this.parts(access, Self::leading);
                this.operation(Action::Member, member(access));
            }),
            Expression::Assign(_) | Expression::Update(_) => self.expression(expression),
            _ => self.wrapped_whole(expression),
        }
    }

    /// The value of a field, or a default, which may be outside a body, where the engine does not say how far a guard
    /// reaches. It does for guards in guards, so there are two wraps then.
    pub fn value(&mut self, expression: &Expression) {
        let parent = self.open.last().map(|open| self.outline.containers[open.container].kind);
        // Functions are named after what they are assigned to, unless there is something in between.
        if parent != Some(Kind::Parameters) || self.wraps_left < 2 || expression.is_anonymous_function_definition() {
            self.expression(expression);
        } else {
            self.wrapped(Wrap::Comma, expression, |this| this.wrapped_whole(expression));
        }
    }

    pub fn expression(&mut self, expression: &Expression) {
        let start = start(expression);
        match expression {
            Expression::Identifier(identifier) => self.read(*identifier, expression, ("", "")),
            Expression::Parenthesized(inner) => self.nested(|this| this.expression(inner.expression())),
            Expression::This(_)
            | Expression::Literal(_)
            | Expression::RegExpLiteral(_)
            | Expression::NewTarget(_)
            | Expression::ImportMeta(_) => {}
            Expression::ArrayLiteral(array) => self.elements(array.as_ref().iter().flatten()),
            Expression::ObjectLiteral(object) => self.nested(|this| this.object(object)),
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
                        this.nested(|this| this.expression(part));
                    }
                }
                this.instruction("ConcatToString", Action::Operator, start);
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
                self.nested(|this| {
                    this.expression(conditional.if_true());
                    this.expression(conditional.if_false());
                });
            }
            Expression::Await(r#await) => {
                self.expression(r#await.target());
                self.instruction("Await", Action::Await, start);
            }
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
        self.nested(|this| {
            for element in elements {
                if let Expression::Spread(spread) = element {
                    this.marked(spread.target());
                    this.instruction("PushIteratorToArray", Action::Iterate, start(spread.target()));
                } else {
                    this.expression(element);
                }
            }
        });
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
        self.parts(access, Self::marked);
    }

    /// The same for what begins with a guard of its own.
    fn leading_parts(&mut self, access: &PropertyAccess) {
        self.parts(access, Self::leading);
    }

    fn parts(&mut self, access: &PropertyAccess, object: fn(&mut Self, &Expression)) {
        let field = match access {
            PropertyAccess::Simple(access) => {
                object(self, access.target());
                access.field()
            }
            PropertyAccess::Private(access) => return object(self, access.target()),
            PropertyAccess::Super(access) => access.field(),
        };
        if let PropertyAccessField::Expr(key) = field {
            self.leading(key);
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
            AssignTarget::Identifier(_) => self.nested(|this| this.expression(assign.rhs())),
            AssignTarget::Access(access) => {
                self.leading_parts(access);
                self.operation(Action::Member, at);
                self.nested(|this| this.expression(assign.rhs()));
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
            self.leading_parts(access);
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
        if is_operator(binary) {
            self.operator(expression, |this| this.operands(binary));
        } else {
            self.expression(binary.lhs());
            self.expression(binary.rhs());
        }
    }

    /// The operands of a chain like `a + b - c` and its operators, which are all reported where the chain begins.
    fn operands(&mut self, binary: &Binary) {
        let at = start(binary.lhs());
        let mut links = vec![binary];
        let mut first = binary.lhs();
        while let Expression::Binary(link) = first
            && is_operator(link)
            && !constant(first)
        {
            links.push(link);
            first = link.lhs();
        }
        self.expression(first);
        // The engine computes constants when it compiles, unless that fails.
        let folded = links.len() == 1 && is_folded(binary);
        for link in links.into_iter().rev() {
            self.expression(link.rhs());
            match opcode(link.op()) {
                Some(opcode) if !folded => self.instruction(opcode, Action::Operator, at),
                _ => self.operation(Action::Operator, at),
            }
        }
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
}

/// The instruction of an operator.
const fn opcode(operator: BinaryOp) -> Option<&'static str> {
    Some(match operator {
        BinaryOp::Arithmetic(operator) => match operator {
            ArithmeticOp::Add => "Add",
            ArithmeticOp::Sub => "Sub",
            ArithmeticOp::Div => "Div",
            ArithmeticOp::Mul => "Mul",
            ArithmeticOp::Exp => "Pow",
            ArithmeticOp::Mod => "Mod",
        },
        BinaryOp::Bitwise(operator) => match operator {
            BitwiseOp::And => "BitAnd",
            BitwiseOp::Or => "BitOr",
            BitwiseOp::Xor => "BitXor",
            BitwiseOp::Shl => "ShiftLeft",
            BitwiseOp::Shr => "ShiftRight",
            BitwiseOp::UShr => "UnsignedShiftRight",
        },
        BinaryOp::Relational(operator) => match operator {
            RelationalOp::Equal => "Eq",
            RelationalOp::NotEqual => "NotEq",
            RelationalOp::StrictEqual => "StrictEq",
            RelationalOp::StrictNotEqual => "StrictNotEq",
            RelationalOp::In => "In",
            RelationalOp::InstanceOf => "InstanceOf",
            // In a condition they are one with the jump.
            _ => return None,
        },
        BinaryOp::Logical(_) | BinaryOp::Comma => return None,
    })
}

/// Whether it takes two values and computes a third.
const fn is_operator(binary: &Binary) -> bool {
    !matches!(binary.op(), BinaryOp::Logical(_) | BinaryOp::Comma)
}

/// Whether the engine may compute the expression when it compiles.
fn constant(expression: &Expression) -> bool {
    match expression.flatten() {
        Expression::Literal(_) => true,
        Expression::Unary(unary) => constant(unary.target()),
        Expression::Binary(binary) => is_folded(binary),
        _ => false,
    }
}

fn is_folded(binary: &Binary) -> bool {
    match binary.op() {
        // These throw where the right side is no object, which the engine leaves to the run.
        BinaryOp::Relational(RelationalOp::In | RelationalOp::InstanceOf) => false,
        BinaryOp::Logical(_) => constant(binary.lhs()),
        _ => constant(binary.lhs()) && constant(binary.rhs()),
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
