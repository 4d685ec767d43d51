//! The view over a state: conditions decided, lists repeated, bindings evaluated. What a page shows.

use std::collections::HashSet;

use nexus_core::{ErrorCode, Map, Value};

use crate::bind_path;
use crate::binding::Binding;
use crate::diagnostic::{Diagnostic, Severity};
use crate::expression::{
    Budget, Environment, Expression, ExpressionError, ExpressionErrorKind, Item, Scope, is_truthy, text_of,
};
use crate::layout::{self, BREAKPOINTS, COLUMNS, Placement, Strategy};
use crate::limits;
use crate::panel::{Panel, ViewKind, ViewNode};
use crate::state_path::{StatePath, Step};

/// An element that is shown.
// The schema is that of `to_value`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ViewElement {
    /// The component.
    #[cfg_attr(feature = "schema", schemars(rename = "type"))]
    pub component: String,
    /// Its id, by which handlers command it.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "Option::is_none"))]
    pub id: Option<String>,
    /// What tells it from its siblings, if an `Iterate` made it.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "Option::is_none"))]
    pub key: Option<String>,
    /// Its properties, evaluated.
    #[cfg_attr(feature = "schema", schemars(rename = "props"))]
    pub properties: Map,
    /// What it changes in the state: `bind`, and a custom component's properties by name.
    #[cfg_attr(
        feature = "schema",
        schemars(
            rename = "bind",
            with = "std::collections::HashMap<String, StatePath>",
            skip_serializing_if = "is_empty"
        )
    )]
    pub binds: Vec<(String, StatePath)>,
    /// Tools that it runs, by the event: `trigger`, and a custom component's events by name.
    #[cfg_attr(
        feature = "schema",
        schemars(rename = "on", with = "std::collections::HashMap<String, String>", skip_serializing_if = "is_empty")
    )]
    pub triggers: Vec<(String, String)>,
    /// What these tools are given, as of this state: a list by position, an object by name. `null` if it says nothing.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "is_empty"))]
    pub args: Value,
    /// The handler's `$scope`, of an element that runs tools.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "is_empty"))]
    pub scope: Map,
    /// Where it stands among its siblings.
    #[cfg_attr(feature = "schema", schemars(rename = "layout"))]
    pub placement: Placement,
    /// What stands in it.
    pub children: Vec<Self>,
}

/// A resolved view.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewTree {
    /// The element at its root; none if the panel has no view, or the root is an `If` that does not hold.
    pub root: Option<ViewElement>,
    /// Bindings that could not be evaluated; what they would give is `null`.
    pub errors: Vec<Diagnostic>,
}

impl Panel {
    /// Resolves the view.
    ///
    /// What fails in one binding leaves the others alone: its value is `null`, and an error says where. A view of more
    /// than [`limits::VIEW_ELEMENTS`] elements ends there, with an error `RESOURCE_LIMIT`.
    #[must_use]
    pub fn resolve_view(&self, environment: Environment<'_>) -> ViewTree {
        let Environment { state, computed, scope } = environment;
        let mut resolving = Resolving {
            state,
            computed,
            budget: Budget::view(),
            elements: 0,
            is_full: false,
            errors: Vec::new(),
            told: HashSet::new(),
        };
        let root = self.view.as_ref().and_then(|root| {
            let mut roots = Vec::new();
            resolving.node(root, Scope::Root(scope), None, &mut roots);
            arrange(&mut roots, Strategy::Auto);
            roots.into_iter().next()
        });
        ViewTree { root, errors: resolving.errors }
    }
}

struct Resolving<'a> {
    state: &'a Map,
    computed: &'a Map,
    budget: Budget,
    elements: usize,
    is_full: bool,
    errors: Vec<Diagnostic>,
    /// Line, column and whether it was a limit, of each error.
    told: HashSet<(u32, u32, bool)>,
}

impl<'a> Resolving<'a> {
    fn fail(&mut self, node: &ViewNode, attribute: &str, error: ExpressionError) {
        let code = match error.kind {
            ExpressionErrorKind::Limit => ErrorCode::ResourceLimit,
            _ => ErrorCode::ViewError,
        };
        // One mistake in a list of a thousand is one.
        let place = (error.location.line, error.location.column, error.kind == ExpressionErrorKind::Limit);
        if self.errors.len() >= limits::DIAGNOSTICS || !self.told.insert(place) {
            return;
        }
        let path = format!("{}/@{attribute}", node.component);
        let ExpressionError { message, location, hint, .. } = error;
        self.errors.push(Diagnostic { code, severity: Severity::Error, message, path, location, hint });
    }

    fn evaluate(&mut self, node: &ViewNode, attribute: &str, expression: &Expression, scope: Scope<'_>) -> Value {
        let value = expression.evaluate_in(self.state, self.computed, scope, &mut self.budget);
        value.unwrap_or_else(|error| {
            self.fail(node, attribute, error);
            Value::Null
        })
    }

    fn evaluate_binding(&mut self, node: &ViewNode, attribute: &str, binding: &Binding, scope: Scope<'_>) -> Value {
        let value = binding.evaluate(self.state, self.computed, scope, &mut self.budget, node.location);
        value.unwrap_or_else(|error| {
            self.fail(node, attribute, error);
            Value::Null
        })
    }

    /// Adds what `node` shows to `siblings`.
    fn node(&mut self, node: &ViewNode, scope: Scope<'_>, key: Option<&str>, siblings: &mut Vec<ViewElement>) {
        if self.elements >= limits::VIEW_ELEMENTS {
            if !self.is_full {
                let message = format!("the view has more than {} elements", limits::VIEW_ELEMENTS);
                self.fail(node, "", ExpressionError::new(ExpressionErrorKind::Limit, node.location, message));
            }
            self.is_full = true;
            return;
        }
        self.elements += 1;
        let mut children = Vec::new();
        match &node.kind {
            ViewKind::Component => {
                node.children.iter().for_each(|child| self.node(child, scope, None, &mut children));
            }
            ViewKind::If { condition } => {
                if !is_truthy(&self.evaluate(node, "condition", condition, scope)) {
                    return;
                }
                node.children.iter().for_each(|child| self.node(child, scope, None, &mut children));
            }
            ViewKind::Iterate { .. } => self.items(node, scope, &mut children),
        }
        let strategy = match node.properties.get("strategy") {
            Some(binding) if node.component == "Layout" => {
                Strategy::named(self.evaluate_binding(node, "strategy", binding, scope).as_str().unwrap_or_default())
            }
            _ => Strategy::Auto,
        };
        arrange(&mut children, strategy);
        let element = self.element(node, scope, key, children);
        siblings.push(element);
    }

    fn element(
        &mut self,
        node: &ViewNode,
        scope: Scope<'_>,
        key: Option<&str>,
        children: Vec<ViewElement>,
    ) -> ViewElement {
        let id = node.id.as_ref().and_then(|id| text_of(&self.evaluate_binding(node, "id", id, scope)));
        let mut properties = Map::with_capacity(node.properties.len());
        for (name, binding) in &node.properties {
            properties.insert(name.clone(), self.evaluate_binding(node, name, binding, scope));
        }
        let mut binds = Vec::new();
        for (name, path) in &node.binds {
            match path.resolve_in(self.state, self.computed, scope, &mut self.budget) {
                Ok(resolved) => {
                    // What an input shows is what stands there.
                    let shown = if name == "bind" { "value" } else { name };
                    let value = self.evaluate(node, name, path.expression(), scope);
                    properties.entry(shown.to_owned()).or_insert(value);
                    binds.push((name.clone(), resolved));
                }
                Err(error) => self.fail(node, name, error),
            }
        }
        let triggers: Vec<_> = node.triggers.iter().map(|(event, tool)| (event.clone(), tool.clone())).collect();
        let args = node.args.as_ref().map_or(Value::Null, |args| self.evaluate(node, "args", args, scope));
        let scope = if triggers.is_empty() { None } else { scope.to_map(&mut self.budget) };
        ViewElement {
            component: node.component.clone(),
            id,
            key: key.map(str::to_owned),
            properties,
            binds,
            triggers,
            args,
            scope: scope.unwrap_or_default(),
            placement: Placement { col_span: COLUMNS, new_row: false },
            children,
        }
    }

    /// The children of an `Iterate`, once for each item.
    fn items(&mut self, node: &ViewNode, scope: Scope<'_>, children: &mut Vec<ViewElement>) {
        let ViewKind::Iterate { items, name, index_name, key } = &node.kind else { return };
        let list = match self.evaluate(node, "items", items, scope) {
            Value::Array(list) => list,
            Value::Null => return,
            other => {
                let message = format!("items has to be a list, not {}", other.kind());
                let error = ExpressionError::new(ExpressionErrorKind::Type, items.location(), message);
                return self.fail(node, "items", error);
            }
        };
        let origin = bind_path::place(items.tree(), self.state, self.computed, scope, &mut self.budget).ok();
        let origin =
            origin.filter(|origin| self.state.contains_key(&origin.key) && !self.computed.contains_key(&origin.key));
        for (index, value) in list.iter().enumerate() {
            let item_origin = origin.clone().map(|mut origin| {
                origin.steps.push(Step::Index(index));
                origin
            });
            let position = Value::from(u32::try_from(index).unwrap_or(u32::MAX));
            let item = Item { outer: scope, name, value, index_name, index: position, origin: item_origin };
            let scope = Scope::Item(&item);
            let key = match key {
                Some(key) => text_of(&self.evaluate_binding(node, "key", key, scope)).unwrap_or_default(),
                None => index.to_string(),
            };
            for (number, child) in node.children.iter().enumerate() {
                let own = if number == 0 { key.clone() } else { format!("{key}.{number}") };
                self.node(child, scope, Some(&own), children);
            }
            if self.is_full {
                return;
            }
        }
    }
}

fn arrange(siblings: &mut [ViewElement], strategy: Strategy) {
    let weights: Vec<u8> = siblings.iter().map(|sibling| layout::weight(&sibling.component)).collect();
    for (sibling, placement) in siblings.iter_mut().zip(layout::arrange(&weights, strategy, COLUMNS)) {
        sibling.placement = placement;
    }
}

impl ViewElement {
    /// Whether it, or an element in it, changes what stands at `path`.
    #[must_use]
    pub fn binds_to(&self, path: &StatePath) -> bool {
        self.binds.iter().any(|(_, bound)| bound == path) || self.children.iter().any(|child| child.binds_to(path))
    }

    /// The element as data: `{type, id?, key?, props, layout, bind?, on?, args?, scope?, children}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members = vec![("type", Value::from(self.component.as_str()))];
        members.extend(self.id.as_deref().map(|id| ("id", Value::from(id))));
        members.extend(self.key.as_deref().map(|key| ("key", Value::from(key))));
        members.push(("props", Value::Object(self.properties.clone())));
        members.push(("layout", self.placement.to_value()));
        if !self.binds.is_empty() {
            let binds = self.binds.iter().map(|(name, path)| (name.as_str(), path.to_value()));
            members.push(("bind", Value::object(binds)));
        }
        if !self.triggers.is_empty() {
            let on = self.triggers.iter().map(|(event, tool)| (event.as_str(), Value::from(tool.as_str())));
            members.push(("on", Value::object(on)));
            members.push(("args", self.args.clone()));
            members.push(("scope", Value::Object(self.scope.clone())));
        }
        members.push(("children", Value::Array(self.children.iter().map(Self::to_value).collect())));
        Value::object(members)
    }
}

impl ViewTree {
    /// The tree as data: `{root, columns, breakpoints: [{below, columns}], errors}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let breakpoint = |breakpoint: &layout::Breakpoint| {
            let columns = u32::from(breakpoint.columns);
            Value::object([("below", Value::from(breakpoint.below)), ("columns", Value::from(columns))])
        };
        Value::object([
            ("root", self.root.as_ref().map_or(Value::Null, ViewElement::to_value)),
            ("columns", Value::from(u32::from(COLUMNS))),
            ("breakpoints", Value::Array(BREAKPOINTS.iter().map(breakpoint).collect())),
            ("errors", Value::Array(self.errors.iter().map(Diagnostic::to_value).collect())),
        ])
    }
}

/// What [`ViewTree::to_value`] gives.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for ViewTree {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ViewTree".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "description": "A resolved view.",
            "properties": {
                "root": generator.subschema_for::<Option<ViewElement>>(),
                "columns": { "const": COLUMNS, "description": "Columns of a row on a wide page." },
                "breakpoints": generator.subschema_for::<Vec<layout::Breakpoint>>(),
                "errors": generator.subschema_for::<Vec<Diagnostic>>(),
            },
            "required": ["root", "columns", "breakpoints", "errors"],
        })
    }
}
