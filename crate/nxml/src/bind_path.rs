//! Two-way bindings: expressions that are a place in the state.

use nexus_core::{Location, Map, Value};

use crate::expression::{
    Budget, Environment, Expr, Expression, ExpressionError, ExpressionErrorKind, Node, Scope, position,
};
use crate::state_path::{StatePath, Step};

/// An expression such as `$state.user.name` or `$scope.todo.done`, which names a place that can be changed.
#[derive(Debug, Clone, PartialEq)]
pub struct BindPath {
    expression: Expression,
}

impl BindPath {
    /// Takes an expression as a path.
    ///
    /// # Errors
    /// Where it is anything else than a name in `$state` or `$scope` with members and indices.
    pub(crate) fn new(expression: Expression) -> Result<Self, ExpressionError> {
        check(expression.tree())?;
        Ok(Self { expression })
    }

    /// The expression, which also reads the place.
    #[must_use]
    pub const fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The place that it is now. In an `Iterate` over a list of the state, the item is a place in that list.
    ///
    /// # Errors
    /// Where an index cannot be evaluated, or the scope holds something that does not stand in the state.
    pub fn resolve(&self, environment: Environment<'_>) -> Result<StatePath, ExpressionError> {
        let Environment { state, computed, scope } = environment;
        self.resolve_in(state, computed, Scope::Root(scope), &mut Budget::expression())
    }

    pub(crate) fn resolve_in(
        &self,
        state: &Map,
        computed: &Map,
        scope: Scope<'_>,
        budget: &mut Budget,
    ) -> Result<StatePath, ExpressionError> {
        place(self.expression.tree(), state, computed, scope, budget)
    }
}

fn not_a_place<T>(location: Location) -> Result<T, ExpressionError> {
    let message = "this is no place in the state that can be changed";
    let hint = Some("write a path such as $state.user.name".to_owned());
    Err(ExpressionError { hint, ..ExpressionError::new(ExpressionErrorKind::Syntax, location, message) })
}

/// Whether the tree is a path.
fn check(tree: &Expr) -> Result<(), ExpressionError> {
    match &tree.node {
        Node::Member(object, _) | Node::Index(object, _) if matches!(object.node, Node::State | Node::Scope) => Ok(()),
        Node::Member(object, _) | Node::Index(object, _) => check(object),
        _ => not_a_place(tree.location),
    }
}

/// Where in the state the value of `tree` stands.
pub(crate) fn place(
    tree: &Expr,
    state: &Map,
    computed: &Map,
    scope: Scope<'_>,
    budget: &mut Budget,
) -> Result<StatePath, ExpressionError> {
    let (object, step) = match &tree.node {
        Node::Member(object, name) => (object, Step::Key(name.clone())),
        Node::Index(object, index) => {
            let index_value = Expression::of(index.as_ref().clone()).evaluate_in(state, computed, scope, budget)?;
            let step = match &index_value {
                Value::Number(number) => position(*number).map(Step::Index),
                Value::String(name) => Some(Step::Key(name.clone())),
                _ => None,
            };
            match step {
                Some(step) => (object, step),
                None => return not_a_place(index.location),
            }
        }
        _ => return not_a_place(tree.location),
    };
    match (&object.node, step) {
        (Node::State, Step::Key(key)) => Ok(StatePath { key, steps: Vec::new() }),
        (Node::Scope, Step::Key(name)) => match scope.origin(&name) {
            Some(origin) => Ok(origin.clone()),
            None => not_a_place(tree.location),
        },
        (Node::State | Node::Scope, Step::Index(_)) => not_a_place(tree.location),
        (_, step) => {
            let mut path = place(object, state, computed, scope, budget)?;
            path.steps.push(step);
            Ok(path)
        }
    }
}
