//! Functions, classes and patterns.

use boa_engine::ast::declaration::Binding;
use boa_engine::ast::expression::Expression;
use boa_engine::ast::expression::access::PropertyAccess;
use boa_engine::ast::function::{
    ClassElement, ClassElementName, ClassMethodDefinition, FormalParameterList, FunctionBody, FunctionExpression,
};
use boa_engine::ast::operations::{bound_names, var_declared_names};
use boa_engine::ast::pattern::{ArrayPatternElement, ObjectPatternElement, Pattern};
use boa_engine::ast::property::{MethodDefinitionKind, PropertyName};
use boa_engine::ast::{Position, Spanned, Statement, StatementListItem};

use super::extent::{member, start, wrapped_start};
use super::{Action, Kind, Walk};

impl Walk<'_> {
    /// Walks code that the engine compiles by itself, in its own function: what runs before its body has a position.
    fn own_function(&mut self, walk: impl FnOnce(&mut Self, usize)) {
        let function = self.functions;
        self.functions += 1;
        let (names, open) = (std::mem::take(&mut self.names), std::mem::take(&mut self.open));
        let outer = (std::mem::replace(&mut self.function, function), self.in_loop.take());
        self.names.open(&[]);
        self.enter(Kind::Parameters, function, None);
        self.nested(|this| walk(this, function));
        (self.names, self.open) = (names, open);
        (self.function, self.in_loop) = outer;
    }

    pub fn function(&mut self, parameters: &FormalParameterList, body: &FunctionBody) {
        let guard = body.span().start();
        let label = match body.statements() {
            // `=> E`, whose guard is at the start of E.
            [StatementListItem::Statement(statement)] if self.wraps && !self.is_block(guard) => match &**statement {
                Statement::Return(statement) => statement.target().map_or(guard, wrapped_start),
                _ => guard,
            },
            _ => guard,
        };
        self.function_guarded(parameters, body, guard, label);
    }

    fn is_block(&self, at: Position) -> bool {
        self.lines.offset(at).is_some_and(|at| self.lines.text()[at..].starts_with('{'))
    }

    fn function_guarded(
        &mut self,
        parameters: &FormalParameterList,
        body: &FunctionBody,
        guard: Position,
        label: Position,
    ) {
        self.own_function(|this, function| {
            this.names.declare(bound_names(parameters));
            for parameter in parameters.as_ref() {
                if let Some(value) = parameter.variable().init() {
                    this.value(value);
                }
                this.binding(parameter.variable().binding());
            }
            this.names.declare(var_declared_names(body));
            this.body(body);
            let container = this.enter(Kind::Guard(guard), function, None);
            this.label(container, label);
            this.block(body.statements());
        });
    }

    /// A class, which is reported `at`.
    pub fn class(
        &mut self,
        heritage: Option<&Expression>,
        constructor: Option<&FunctionExpression>,
        elements: &[ClassElement],
        at: Position,
    ) {
        if let Some(constructor) = constructor {
            let guard = constructor.span().start();
            self.function_guarded(constructor.parameters(), constructor.body(), guard, guard);
        }
        if let Some(heritage) = heritage {
            self.marked(heritage);
        }
        self.operation(Action::Operator, at);
        for element in elements {
            match element {
                ClassElement::MethodDefinition(method) => {
                    if let ClassElementName::PropertyName(name) = method.name() {
                        self.property_name(name);
                    }
                    self.name(method);
                    self.function(method.parameters(), method.body());
                }
                ClassElement::FieldDefinition(field) | ClassElement::StaticFieldDefinition(field) => {
                    self.property_name(field.name());
                    self.field(field.initializer());
                }
                ClassElement::PrivateFieldDefinition(field) | ClassElement::PrivateStaticFieldDefinition(field) => {
                    self.field(field.initializer());
                }
                ClassElement::StaticBlock(block) => {
                    self.function(&FormalParameterList::default(), block.statements());
                }
            }
        }
        // Static fields and blocks run last.
        self.operation(Action::Call, at);
    }

    /// Names the next function.
    fn name(&mut self, method: &ClassMethodDefinition) {
        let (mark, name) = match method.name() {
            ClassElementName::PropertyName(PropertyName::Literal(name)) => ("", name.sym()),
            ClassElementName::PropertyName(PropertyName::Computed(_)) => return,
            ClassElementName::PrivateName(name) => ("#", name.description()),
        };
        let accessor = match method.kind() {
            MethodDefinitionKind::Get => "get ",
            MethodDefinitionKind::Set => "set ",
            _ => "",
        };
        let name = format!("{accessor}{mark}{}", self.interner.resolve_expect(name));
        self.outline.names.insert(self.functions, name);
    }

    fn field(&mut self, value: Option<&Expression>) {
        if let Some(value) = value {
            self.own_function(|this, _| this.value(value));
        }
    }

    /// The computed name of a property, and making it one.
    pub fn property_name(&mut self, name: &PropertyName) {
        if let PropertyName::Computed(key) = name {
            match self.open.last().map(|open| self.outline.containers[open.container].kind) {
                Some(Kind::Parameters) => self.value(key),
                _ => self.marked(key),
            }
            self.operation(Action::Member, start(key));
        }
    }

    pub fn binding(&mut self, binding: &Binding) {
        if let Binding::Pattern(pattern) = binding {
            self.pattern(pattern);
        }
    }

    /// A pattern. Patterns in it are reported where it begins: the engine's code for them cannot be told apart.
    pub fn pattern(&mut self, pattern: &Pattern) {
        self.pattern_at(pattern, pattern.span().start());
    }

    fn pattern_at(&mut self, pattern: &Pattern, at: Position) {
        self.operation(Action::Destructure, at);
        match pattern {
            Pattern::Object(pattern) => {
                for element in pattern.bindings() {
                    self.object_element(element, at);
                    self.operation(Action::Destructure, at);
                }
            }
            Pattern::Array(pattern) => {
                for element in pattern.bindings() {
                    self.array_element(element, at);
                    self.operation(Action::Destructure, at);
                }
            }
        }
    }

    fn object_element(&mut self, element: &ObjectPatternElement, at: Position) {
        match element {
            ObjectPatternElement::SingleName { name, default_init, .. } => {
                self.property_name(name);
                self.operation(Action::Destructure, at);
                self.default(default_init.as_ref());
            }
            ObjectPatternElement::RestProperty { .. } => {}
            ObjectPatternElement::AssignmentPropertyAccess { name, access, default_init } => {
                self.property_name(name);
                self.assigned_access(access);
                self.default(default_init.as_ref());
            }
            ObjectPatternElement::AssignmentRestPropertyAccess { access } => self.assigned_access(access),
            ObjectPatternElement::Pattern { name, pattern, default_init } => {
                self.property_name(name);
                self.operation(Action::Destructure, at);
                self.default(default_init.as_ref());
                self.pattern_at(pattern, at);
            }
        }
    }

    fn array_element(&mut self, element: &ArrayPatternElement, at: Position) {
        match element {
            ArrayPatternElement::Elision | ArrayPatternElement::SingleNameRest { .. } => {}
            ArrayPatternElement::SingleName { default_init, .. } => self.default(default_init.as_ref()),
            ArrayPatternElement::PropertyAccess { access, default_init } => {
                self.assigned_access(access);
                self.operation(Action::Destructure, at);
                self.default(default_init.as_ref());
            }
            ArrayPatternElement::Pattern { pattern, default_init } => {
                self.default(default_init.as_ref());
                self.pattern_at(pattern, at);
            }
            ArrayPatternElement::PropertyAccessRest { access } => self.assigned_access(access),
            ArrayPatternElement::PatternRest { pattern } => self.pattern_at(pattern, at),
        }
    }

    fn default(&mut self, value: Option<&Expression>) {
        if let Some(value) = value {
            self.value(value);
        }
    }

    /// A member that something is assigned to, without a guard of its own.
    pub fn assigned_access(&mut self, access: &PropertyAccess) {
        self.access_parts(access);
        self.operation(Action::Member, member(access));
    }
}
