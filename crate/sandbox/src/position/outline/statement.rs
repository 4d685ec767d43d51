//! Statements, in the order in which the engine compiles their parts.

use boa_engine::ast::declaration::{Binding, Declaration, LexicalDeclaration, Variable};
use boa_engine::ast::expression::Expression;
use boa_engine::ast::operations::bound_names;
use boa_engine::ast::statement::iteration::{ForLoop, ForLoopInitializer, IterableLoopInitializer};
use boa_engine::ast::statement::{LabelledItem, Statement, Switch, Try};
use boa_engine::ast::{Position, Spanned, StatementListItem};

use super::extent::start;
use super::loops::Keyword;
use super::{Action, Insertion, Walk};

impl Walk<'_> {
    /// The statements of a block or body, in a scope of their own.
    pub fn block(&mut self, items: &[StatementListItem]) {
        self.names.open(items);
        self.items(items);
        self.names.close();
    }

    pub fn items(&mut self, items: &[StatementListItem]) {
        for item in items {
            match item {
                StatementListItem::Statement(statement) => {
                    self.separate(statement);
                    self.statement(statement);
                }
                StatementListItem::Declaration(declaration) => self.declaration(declaration),
            }
        }
    }

    /// A statement that begins with a wrap's parenthesis must not go on with the one before, which may end without
    /// a semicolon.
    fn separate(&mut self, statement: &Statement) {
        let Statement::Expression(expression) = statement else { return };
        if !self.wraps || matches!(expression, Expression::Literal(_)) {
            return;
        }
        if let Some(at) = self.lines.offset(start(expression)) {
            self.outline.insertions.push(Insertion { at, closes: false, text: ";".to_owned(), label: None });
        }
    }

    fn declaration(&mut self, declaration: &Declaration) {
        match declaration {
            Declaration::FunctionDeclaration(function) => {
                self.function(function.parameters(), function.body());
            }
            Declaration::GeneratorDeclaration(function) => {
                self.function(function.parameters(), function.body());
            }
            Declaration::AsyncFunctionDeclaration(function) => {
                self.function(function.parameters(), function.body());
            }
            Declaration::AsyncGeneratorDeclaration(function) => {
                self.function(function.parameters(), function.body());
            }
            Declaration::ClassDeclaration(class) => {
                let at = class.name().span().start();
                self.class(class.super_ref(), class.constructor(), class.elements(), at);
                self.names.initialize([class.name().sym()]);
            }
            Declaration::Lexical(lexical) => self.lexical(lexical),
        }
    }

    fn lexical(&mut self, declaration: &LexicalDeclaration) {
        for variable in declaration.variable_list().as_ref() {
            self.variable(variable);
            self.names.initialize(bound_names(variable));
        }
    }

    fn variable(&mut self, variable: &Variable) {
        match (variable.binding(), variable.init()) {
            (Binding::Identifier(_), Some(value)) => self.expression(value),
            (Binding::Identifier(_), None) => {}
            (Binding::Pattern(pattern), value) => {
                if let Some(value) = value {
                    self.marked(value);
                }
                self.pattern(pattern);
            }
        }
    }

    fn statement(&mut self, statement: &Statement) {
        self.nested(|this| this.statement_parts(statement));
    }

    fn statement_parts(&mut self, statement: &Statement) {
        match statement {
            Statement::Block(block) => self.block(block.statement_list().statements()),
            Statement::Var(declaration) => declaration.0.as_ref().iter().for_each(|variable| self.variable(variable)),
            Statement::Expression(expression) => self.expression(expression),
            Statement::If(statement) => {
                self.condition(statement.cond());
                self.statement(statement.body());
                if let Some(other) = statement.else_node() {
                    self.statement(other);
                }
            }
            // The condition is compiled before the body here, too.
            Statement::DoWhileLoop(statement) => self.r#loop(Keyword::Do, |this| {
                this.condition(statement.cond());
                this.statement(statement.body());
            }),
            Statement::WhileLoop(statement) => self.r#loop(Keyword::While, |this| {
                this.condition(statement.condition());
                this.statement(statement.body());
            }),
            Statement::ForLoop(statement) => self.for_loop(statement),
            Statement::ForInLoop(statement) => {
                self.iteration(statement.initializer(), statement.target(), statement.body());
            }
            Statement::ForOfLoop(statement) => {
                self.iteration(statement.initializer(), statement.iterable(), statement.body());
            }
            Statement::Switch(statement) => self.switch(statement),
            Statement::Return(statement) => {
                if let Some(value) = statement.target() {
                    self.expression(value);
                }
            }
            Statement::Labelled(statement) => match statement.item() {
                LabelledItem::Statement(statement) => self.statement(statement),
                LabelledItem::FunctionDeclaration(function) => {
                    self.function(function.parameters(), function.body());
                }
            },
            Statement::Throw(statement) => {
                let target = statement.target();
                let at = start(target);
                self.guarded(target.span().start(), at, |this| {
                    this.leading(target);
                    this.operation(Action::Operator, at);
                });
            }
            Statement::Try(statement) => self.r#try(statement),
            // `with` does not exist in strict code.
            Statement::With(_)
            | Statement::Empty
            | Statement::Debugger
            | Statement::Continue(_)
            | Statement::Break(_) => {}
        }
    }

    fn for_loop(&mut self, statement: &ForLoop) {
        let mut scoped = false;
        match statement.init() {
            Some(ForLoopInitializer::Expression(expression)) => self.expression(expression),
            Some(ForLoopInitializer::Var(declaration)) => {
                declaration.0.as_ref().iter().for_each(|variable| self.variable(variable));
            }
            Some(ForLoopInitializer::Lexical(lexical)) => {
                scoped = true;
                self.names.open_with(lexical.declaration());
                self.lexical(lexical.declaration());
            }
            None => {}
        }
        self.r#loop(Keyword::For, |this| {
            if let Some(update) = statement.final_expr() {
                this.expression(update);
            }
            if let Some(condition) = statement.condition() {
                this.condition(condition);
            }
            this.statement(statement.body());
        });
        if scoped {
            self.names.close();
        }
    }

    /// `for … of` and `for … in`.
    fn iteration(&mut self, head: &IterableLoopInitializer, iterated: &Expression, body: &Statement) {
        let at = start(iterated);
        self.marked(iterated);
        self.operation(Action::Iterate, at);
        self.r#loop(Keyword::For, |this| this.rounds(head, at, body));
        // The iterator is told that the loop is over.
        self.operation(Action::Iterate, at);
    }

    /// The part of such a loop that is done again and again.
    fn rounds(&mut self, head: &IterableLoopInitializer, at: Position, body: &Statement) {
        self.operation(Action::Iterate, at);
        self.names.open(&[]);
        match head {
            IterableLoopInitializer::Identifier(_) => {}
            IterableLoopInitializer::Access(access) => self.assigned_access(access),
            IterableLoopInitializer::Var(variable) => self.binding(variable.binding()),
            IterableLoopInitializer::Let(binding) | IterableLoopInitializer::Const(binding) => {
                self.names.declare(match binding {
                    Binding::Identifier(identifier) => vec![identifier.sym()],
                    Binding::Pattern(pattern) => bound_names(pattern),
                });
                self.binding(binding);
            }
            IterableLoopInitializer::Pattern(pattern) => self.pattern(pattern),
        }
        self.statement(body);
        self.names.close();
        // And here: something was thrown.
        self.operation(Action::Iterate, at);
    }

    fn switch(&mut self, statement: &Switch) {
        self.expression(statement.val());
        self.names.open(&[]);
        for case in statement.cases() {
            // One scope for all cases.
            for item in case.body().statements() {
                if let StatementListItem::Declaration(declaration) = item {
                    self.names.hoist(declaration);
                }
            }
        }
        for case in statement.cases() {
            if let Some(condition) = case.condition() {
                self.expression(condition);
            }
        }
        for case in statement.cases() {
            self.items(case.body().statements());
        }
        self.names.close();
    }

    fn r#try(&mut self, statement: &Try) {
        self.block(statement.block().statement_list().statements());
        if let Some(catch) = statement.catch() {
            self.names.open(&[]);
            if let Some(parameter) = catch.parameter() {
                self.names.declare(match parameter {
                    Binding::Identifier(identifier) => vec![identifier.sym()],
                    Binding::Pattern(pattern) => bound_names(pattern),
                });
                self.binding(parameter);
            }
            self.block(catch.block().statement_list().statements());
            self.names.close();
        }
        if let Some(finally) = statement.finally() {
            self.block(finally.block().statement_list().statements());
        }
    }
}
