//! Statements, functions and classes: the scopes they open and the expressions in them.

use std::convert::Infallible;
use std::ops::ControlFlow;

use boa_engine::ast::declaration::{Declaration, LexicalDeclaration, VarDeclaration, VariableList};
use boa_engine::ast::expression::Identifier;
use boa_engine::ast::function::{
    AsyncFunctionDeclaration, AsyncGeneratorDeclaration, ClassDeclaration, ClassElement, ClassElementName,
    ClassExpression, FormalParameterList, FunctionBody, FunctionDeclaration, FunctionExpression, GeneratorDeclaration,
};
use boa_engine::ast::operations::{bound_names, var_declared_names};
use boa_engine::ast::statement::iteration::{ForLoopInitializer, IterableLoopInitializer};
use boa_engine::ast::statement::{Block, Catch, ForInLoop, ForLoop, ForOfLoop, Return, Statement, Switch, Throw};
use boa_engine::ast::visitor::{VisitWith, Visitor};
use boa_engine::ast::{Expression, StatementListItem};

use super::Inference;
use super::binding::Declared;
use super::pattern::Mode;
use super::value::{Referent, Value};

const ON: ControlFlow<Infallible> = ControlFlow::Continue(());

/// A function of any kind.
pub(super) struct Function<'a> {
    /// The name by which the function's own body knows it.
    name: Option<Identifier>,
    parameters: &'a FormalParameterList,
    body: &'a FunctionBody,
    own_this: bool,
    /// What is known of one parameter.
    given: Option<(usize, Value)>,
}

impl<'a> Function<'a> {
    /// A function without a name of its own that shares the `this` around it.
    pub(super) const fn new(parameters: &'a FormalParameterList, body: &'a FunctionBody) -> Self {
        Self { name: None, parameters, body, own_this: false, given: None }
    }

    pub(super) fn with_own_this(self) -> Self {
        Self { own_this: true, ..self }
    }

    pub(super) fn with_parameter(self, given: (usize, Value)) -> Self {
        Self { given: Some(given), ..self }
    }

    fn named(self, name: Option<Identifier>, binds: bool) -> Self {
        Self { name: name.filter(|_| binds), ..self }
    }

    pub(super) fn of_expression(expression: &'a Expression) -> Option<Self> {
        Some(match expression {
            Expression::ArrowFunction(f) => Self::new(f.parameters(), f.body()),
            Expression::AsyncArrowFunction(f) => Self::new(f.parameters(), f.body()),
            Expression::FunctionExpression(f) => {
                Self::new(f.parameters(), f.body()).with_own_this().named(f.name(), f.has_binding_identifier())
            }
            Expression::GeneratorExpression(f) => {
                Self::new(f.parameters(), f.body()).with_own_this().named(f.name(), f.has_binding_identifier())
            }
            Expression::AsyncFunctionExpression(f) => {
                Self::new(f.parameters(), f.body()).with_own_this().named(f.name(), f.has_binding_identifier())
            }
            Expression::AsyncGeneratorExpression(f) => {
                Self::new(f.parameters(), f.body()).with_own_this().named(f.name(), f.has_binding_identifier())
            }
            _ => return None,
        })
    }
}

/// What the declarations directly in a list of statements declare.
fn declared(statements: &[StatementListItem]) -> impl Iterator<Item = Declared> {
    statements.iter().flat_map(|item| match item {
        StatementListItem::Declaration(declaration) => {
            let constant = matches!(&**declaration, Declaration::Lexical(lexical) if lexical.is_const());
            bound_names(&**declaration).into_iter().map(|name| Declared { name, constant }).collect()
        }
        StatementListItem::Statement(_) => Vec::new(),
    })
}

impl Inference<'_> {
    pub(super) fn function(&mut self, function: &Function<'_>) {
        let outer_this = self.own_this;
        self.own_this |= function.own_this;
        let parameters = bound_names(function.parameters);
        let name = function.name.map(Identifier::sym);
        self.bindings.open(parameters.iter().copied().chain(name).map(Declared::variable));
        for (index, parameter) in function.parameters.as_ref().iter().enumerate() {
            let given = function.given.as_ref().filter(|(given, _)| *given == index && !parameter.is_rest_param());
            let value = given.map_or_else(Value::unknown, |(_, value)| value.clone());
            let value = self.or_default(value, parameter.init());
            self.bind(parameter.variable().binding(), value, Mode::Declare);
        }
        // A `var` of a parameter's name is that parameter.
        let variables = var_declared_names(function.body).into_iter().filter(|name| !parameters.contains(name));
        let variables = variables.map(Declared::variable).chain(declared(function.body.statements()));
        self.within(variables, |walk| function.body.statement_list().visit_with(walk));
        self.bindings.close();
        self.own_this = outer_this;
    }

    pub(super) fn class_expression(&mut self, class: &ClassExpression) {
        let name = class.name_scope().and(class.name()).map(|name| Declared::variable(name.sym()));
        self.within(name, |walk| {
            walk.class(class.super_ref(), class.constructor(), class.elements());
            ON
        });
    }

    fn class(
        &mut self,
        parent: Option<&Expression>,
        constructor: Option<&FunctionExpression>,
        elements: &[ClassElement],
    ) {
        if let Some(parent) = parent {
            self.evaluate_and_escape(parent);
        }
        if let Some(constructor) = constructor {
            self.function(&Function::new(constructor.parameters(), constructor.body()).with_own_this());
        }
        for element in elements {
            self.class_element(element);
        }
    }

    fn class_element(&mut self, element: &ClassElement) {
        let initializer = match element {
            ClassElement::MethodDefinition(method) => {
                if let ClassElementName::PropertyName(name) = method.name() {
                    self.property_name(name);
                }
                self.function(&Function::new(method.parameters(), method.body()).with_own_this());
                None
            }
            ClassElement::FieldDefinition(field) | ClassElement::StaticFieldDefinition(field) => {
                self.property_name(field.name());
                field.initializer()
            }
            ClassElement::PrivateFieldDefinition(field) | ClassElement::PrivateStaticFieldDefinition(field) => {
                field.initializer()
            }
            ClassElement::StaticBlock(block) => {
                let none = FormalParameterList::new();
                self.function(&Function::new(&none, block.statements()).with_own_this());
                None
            }
        };
        if let Some(initializer) = initializer {
            let outer_this = std::mem::replace(&mut self.own_this, true);
            self.evaluate_and_escape(initializer);
            self.own_this = outer_this;
        }
    }

    fn within(
        &mut self,
        names: impl IntoIterator<Item = Declared>,
        walk: impl FnOnce(&mut Self) -> ControlFlow<Infallible>,
    ) -> ControlFlow<Infallible> {
        self.bindings.open(names);
        walk(self)?;
        self.bindings.close();
        ON
    }

    fn declare(&mut self, variables: &VariableList) {
        for variable in variables.as_ref() {
            if let Some(initializer) = variable.init() {
                let value = self.value(initializer);
                self.bind(variable.binding(), value, Mode::Declare);
            }
        }
    }

    /// `for (target of …)` and `for (target in …)`: the target gets `item`, then the body runs.
    fn iteration(
        &mut self,
        target: &IterableLoopInitializer,
        item: Value,
        body: &Statement,
    ) -> ControlFlow<Infallible> {
        let (names, constant) = match target {
            IterableLoopInitializer::Let(binding) => (bound_names(binding), false),
            IterableLoopInitializer::Const(binding) => (bound_names(binding), true),
            _ => (Vec::new(), false),
        };
        self.within(names.into_iter().map(|name| Declared { name, constant }), |walk| {
            match target {
                IterableLoopInitializer::Let(binding) | IterableLoopInitializer::Const(binding) => {
                    walk.bind(binding, item, Mode::Declare);
                }
                IterableLoopInitializer::Var(variable) => walk.bind(variable.binding(), item, Mode::Declare),
                IterableLoopInitializer::Identifier(name) => walk.bind_name(*name, item, Mode::Assign),
                IterableLoopInitializer::Access(access) => walk.write(access, &item),
                IterableLoopInitializer::Pattern(pattern) => walk.bind_pattern(pattern, &item, Mode::Assign),
            }
            walk.visit_statement(body)
        })
    }
}

impl<'ast> Visitor<'ast> for Inference<'_> {
    type BreakTy = Infallible;

    fn visit_expression(&mut self, node: &'ast Expression) -> ControlFlow<Infallible> {
        self.value(node);
        ON
    }

    fn visit_return(&mut self, node: &'ast Return) -> ControlFlow<Infallible> {
        if let Some(target) = node.target() {
            self.evaluate_and_escape(target);
        }
        ON
    }

    fn visit_throw(&mut self, node: &'ast Throw) -> ControlFlow<Infallible> {
        self.evaluate_and_escape(node.target());
        ON
    }

    fn visit_lexical_declaration(&mut self, node: &'ast LexicalDeclaration) -> ControlFlow<Infallible> {
        self.declare(node.variable_list());
        ON
    }

    fn visit_var_declaration(&mut self, node: &'ast VarDeclaration) -> ControlFlow<Infallible> {
        self.declare(&node.0);
        ON
    }

    fn visit_block(&mut self, node: &'ast Block) -> ControlFlow<Infallible> {
        let names = declared(node.statement_list().statements());
        self.within(names, |walk| node.visit_with(walk))
    }

    fn visit_switch(&mut self, node: &'ast Switch) -> ControlFlow<Infallible> {
        let names = node.cases().iter().flat_map(|case| declared(case.body().statements()));
        self.within(names, |walk| node.visit_with(walk))
    }

    fn visit_catch(&mut self, node: &'ast Catch) -> ControlFlow<Infallible> {
        let names = node.parameter().map(bound_names).unwrap_or_default();
        self.within(names.into_iter().map(Declared::variable), |walk| {
            if let Some(parameter) = node.parameter() {
                walk.bind(parameter, Value::unknown(), Mode::Declare);
            }
            walk.visit_block(node.block())
        })
    }

    fn visit_for_loop(&mut self, node: &'ast ForLoop) -> ControlFlow<Infallible> {
        let declaration = match node.init() {
            Some(ForLoopInitializer::Lexical(lexical)) => Some(lexical.declaration()),
            _ => None,
        };
        let constant = declaration.is_some_and(LexicalDeclaration::is_const);
        let names = declaration.map(bound_names).unwrap_or_default();
        let names = names.into_iter().map(|name| Declared { name, constant });
        self.within(names, |walk| node.visit_with(walk))
    }

    fn visit_for_in_loop(&mut self, node: &'ast ForInLoop) -> ControlFlow<Infallible> {
        let object = self.value(node.target());
        // Only the names of members are taken, which matters to the state alone.
        if object.referents.contains(&Referent::State) {
            self.elements(&Referent::State.into());
        }
        self.iteration(node.initializer(), Value::unknown(), node.body())
    }

    fn visit_for_of_loop(&mut self, node: &'ast ForOfLoop) -> ControlFlow<Infallible> {
        let iterable = self.value(node.iterable());
        let element = self.elements(&iterable);
        self.iteration(node.initializer(), element, node.body())
    }

    fn visit_function_declaration(&mut self, node: &'ast FunctionDeclaration) -> ControlFlow<Infallible> {
        self.function(&Function::new(node.parameters(), node.body()).with_own_this());
        ON
    }

    fn visit_generator_declaration(&mut self, node: &'ast GeneratorDeclaration) -> ControlFlow<Infallible> {
        self.function(&Function::new(node.parameters(), node.body()).with_own_this());
        ON
    }

    fn visit_async_function_declaration(&mut self, node: &'ast AsyncFunctionDeclaration) -> ControlFlow<Infallible> {
        self.function(&Function::new(node.parameters(), node.body()).with_own_this());
        ON
    }

    fn visit_async_generator_declaration(&mut self, node: &'ast AsyncGeneratorDeclaration) -> ControlFlow<Infallible> {
        self.function(&Function::new(node.parameters(), node.body()).with_own_this());
        ON
    }

    fn visit_class_declaration(&mut self, node: &'ast ClassDeclaration) -> ControlFlow<Infallible> {
        self.class(node.super_ref(), node.constructor(), node.elements());
        ON
    }
}
