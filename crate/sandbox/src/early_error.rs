//! Early errors that the engine does not report: variables declared twice at the top level of a function's body, and what it
//! only seems to support.

use std::collections::HashMap;
use std::ops::ControlFlow;

use boa_engine::ast::declaration::{Binding, Declaration, LexicalDeclaration, VarDeclaration, Variable};
use boa_engine::ast::expression::{Expression, Identifier};
use boa_engine::ast::function::FunctionBody;
use boa_engine::ast::property::PropertyName;
use boa_engine::ast::statement::iteration::IterableLoopInitializer;
use boa_engine::ast::visitor::{VisitWith, Visitor};
use boa_engine::ast::{Script, Spanned, StatementListItem};

/// The first declaration, in any function of the script, of a name that is declared before and must not be twice.
pub fn redeclaration(script: &Script) -> Option<Identifier> {
    struct Bodies;
    impl<'ast> Visitor<'ast> for Bodies {
        type BreakTy = Identifier;
        fn visit_function_body(&mut self, body: &'ast FunctionBody) -> ControlFlow<Identifier> {
            match redeclaration_in(body) {
                Some(identifier) => ControlFlow::Break(identifier),
                None => body.visit_with(self),
            }
        }
    }
    script.statements().visit_with(&mut Bodies).break_value()
}

/// The first name that is declared by `using`, anywhere in the script. The engine parses it, and then disposes of nothing or
/// panics.
pub fn using(script: &Script) -> Option<Identifier> {
    struct Usings;
    impl<'ast> Visitor<'ast> for Usings {
        type BreakTy = Identifier;
        fn visit_lexical_declaration(&mut self, declaration: &'ast LexicalDeclaration) -> ControlFlow<Identifier> {
            if let LexicalDeclaration::Using(list) | LexicalDeclaration::AwaitUsing(list) = declaration
                && let Some(name) = list.as_ref().iter().flat_map(|variable| bound_by(variable.binding())).next()
            {
                return ControlFlow::Break(name);
            }
            declaration.visit_with(self)
        }
    }
    script.statements().visit_with(&mut Usings).break_value()
}

/// How a name is declared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// By `let`, `const` or `class`: once only.
    Lexically,
    /// By `var` or as a function: as often as one likes.
    AsVariable,
}

fn redeclaration_in(body: &FunctionBody) -> Option<Identifier> {
    let mut declared = Vec::new();
    for item in body.statements() {
        match item {
            StatementListItem::Statement(statement) => {
                let mut variables = Variables::default();
                let _ = statement.visit_with(&mut variables);
                declared.extend(variables.0.into_iter().map(|identifier| (identifier, How::AsVariable)));
            }
            StatementListItem::Declaration(declaration) => match &**declaration {
                Declaration::Lexical(lexical) => {
                    let variables = lexical.variable_list().as_ref().iter();
                    let names = variables.flat_map(|variable| bound_by(variable.binding()));
                    declared.extend(names.map(|identifier| (identifier, How::Lexically)));
                }
                Declaration::ClassDeclaration(class) => declared.push((class.name(), How::Lexically)),
                Declaration::FunctionDeclaration(function) => declared.push((function.name(), How::AsVariable)),
                Declaration::GeneratorDeclaration(function) => declared.push((function.name(), How::AsVariable)),
                Declaration::AsyncFunctionDeclaration(function) => declared.push((function.name(), How::AsVariable)),
                Declaration::AsyncGeneratorDeclaration(function) => declared.push((function.name(), How::AsVariable)),
            },
        }
    }
    declared.sort_by_key(|(identifier, _)| identifier.span().start());
    let mut before = HashMap::new();
    for (identifier, how) in declared {
        if let Some(earlier) = before.insert(identifier.sym(), how)
            && (earlier == How::Lexically || how == How::Lexically)
        {
            return Some(identifier);
        }
    }
    None
}

/// The names that a binding declares.
fn bound_by(binding: &Binding) -> Vec<Identifier> {
    struct Names(Vec<Identifier>);
    impl<'ast> Visitor<'ast> for Names {
        type BreakTy = ();
        fn visit_identifier(&mut self, identifier: &'ast Identifier) -> ControlFlow<()> {
            self.0.push(*identifier);
            ControlFlow::Continue(())
        }
        fn visit_property_name(&mut self, _: &'ast PropertyName) -> ControlFlow<()> {
            ControlFlow::Continue(())
        }
        fn visit_expression(&mut self, _: &'ast Expression) -> ControlFlow<()> {
            ControlFlow::Continue(())
        }
    }
    let mut names = Names(Vec::new());
    let _ = binding.visit_with(&mut names);
    names.0
}

/// What `var` declares in a statement, functions in it aside.
#[derive(Default)]
struct Variables(Vec<Identifier>);

impl<'ast> Visitor<'ast> for Variables {
    type BreakTy = ();

    fn visit_var_declaration(&mut self, declaration: &'ast VarDeclaration) -> ControlFlow<()> {
        self.0.extend(declaration.0.as_ref().iter().map(Variable::binding).flat_map(bound_by));
        ControlFlow::Continue(())
    }

    fn visit_iterable_loop_initializer(&mut self, head: &'ast IterableLoopInitializer) -> ControlFlow<()> {
        if let IterableLoopInitializer::Var(variable) = head {
            self.0.extend(bound_by(variable.binding()));
        }
        ControlFlow::Continue(())
    }

    fn visit_expression(&mut self, _: &'ast Expression) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn visit_declaration(&mut self, _: &'ast Declaration) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
