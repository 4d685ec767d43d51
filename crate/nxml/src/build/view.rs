//! The view.

use std::collections::HashMap;

use indexmap::IndexMap;
use nexus_core::{ErrorCode, Location, Value};

use super::Builder;
use super::attribute::is_identifier;
use crate::bind_path::BindPath;
use crate::binding::Binding;
use crate::components::{COMMON, COMPONENTS, Component, Property, PropertyKind};
use crate::diagnostic::Severity;
use crate::expression::{Expression, Node};
use crate::panel::{Panel, Tool, ViewKind, ViewNode};
use crate::suggest;
use crate::xml::{ElementId, Target};

/// Where the walk is.
struct Place<'p> {
    panel: &'p Panel,
    /// Names in the scope, outermost first.
    scopes: Vec<String>,
    /// Ids given so far.
    ids: HashMap<String, Location>,
}

impl Builder<'_, '_> {
    pub(super) fn view(&mut self, id: ElementId, panel: &mut Panel) {
        self.attributes(id, &[]);
        self.stray_text(id, None);
        let children: Vec<ElementId> = self.tree.element(id).children.clone();
        let mut place = Place { panel, scopes: Vec::new(), ids: HashMap::new() };
        let mut roots = Vec::new();
        for child in children {
            if !roots.is_empty() {
                let hint = Some("put them into a <Layout>".to_owned());
                let message = "a view has one element at its root";
                self.error_with(ErrorCode::ParseError, Target::Element(child), message, hint);
            }
            roots.push(self.node(child, &mut place));
        }
        panel.view = panel.view.take().or(roots.into_iter().next());
    }

    fn node(&mut self, id: ElementId, place: &mut Place<'_>) -> ViewNode {
        let tree = self.tree;
        let element = tree.element(id);
        let component = Component::named(element.name);
        if component.is_none() {
            let names = COMPONENTS.iter().map(|component| component.name);
            let hint = suggest::did_you_mean(element.name, names);
            let message =
                format!("there is no component <{}>: a page that does not know it shows nothing", element.name);
            self.report(Severity::Warning, ErrorCode::ViewError, Target::Element(id), message, hint);
        }
        let content = component.is_some_and(|component| component.property("content").is_some());
        let hint = content.then(|| "write it into the attribute content".to_owned());
        self.stray_text(id, hint);
        let mut node = ViewNode {
            component: element.name.to_owned(),
            id: None,
            kind: ViewKind::Component,
            properties: IndexMap::new(),
            binds: IndexMap::new(),
            triggers: IndexMap::new(),
            args: None,
            children: Vec::new(),
            location: tree.location(id),
            element: id,
        };
        for attribute in &element.attributes {
            self.view_attribute(id, attribute.name, component, &mut node, place);
        }
        if let Some(component) = component {
            self.required_properties(id, component, &mut node);
        }
        self.check_triggers(id, &node, place.panel);
        let scopes = place.scopes.len();
        node.kind = self.kind(id, &mut node, place);
        if let Some(child) = element.children.first()
            && component.is_some_and(|component| !component.has_children)
        {
            let message = format!("nothing can stand in <{}>", element.name);
            self.error(ErrorCode::ParseError, Target::Element(*child), message);
        }
        node.children = element.children.iter().map(|child| self.node(*child, place)).collect();
        place.scopes.truncate(scopes);
        node
    }

    fn view_attribute(
        &mut self,
        id: ElementId,
        name: &str,
        component: Option<&'static Component>,
        node: &mut ViewNode,
        place: &mut Place<'_>,
    ) {
        let is_free = component.is_none_or(|component| component.name == "CustomComponent");
        let is_button = component.is_some_and(|component| matches!(component.name, "Button" | "Action"));
        let element_is_iterate = component.is_some_and(|component| component.name == "Iterate");
        let target = Target::Attribute(id, name);
        match name {
            "id" => node.id = self.view_id(id, place),
            "trigger" => {
                let tool = self.text(id, name).unwrap_or_default().to_owned();
                node.triggers.insert("trigger".to_owned(), tool);
            }
            // Where its own scope is open.
            "as" | "key" if element_is_iterate => {}
            "args" => node.args = self.view_expression(id, name, place),
            // The name that it had before.
            "payload" if is_button => {
                let payload = self.view_expression(id, name, place);
                node.args = node.args.take().or(payload);
            }
            "bind" if is_free || component.is_some_and(|component| component.binds) => {
                node.binds.extend(self.bind(id, name, place).map(|path| ("bind".to_owned(), path)));
            }
            _ => match name.split_once(':') {
                Some(("bind", property)) if is_free && !property.is_empty() => {
                    node.binds.extend(self.bind(id, name, place).map(|path| (property.to_owned(), path)));
                }
                Some(("on", event)) if is_free && !event.is_empty() => {
                    let tool = self.text(id, name).unwrap_or_default().to_owned();
                    node.triggers.insert(event.to_owned(), tool);
                }
                _ => {
                    let property = component.and_then(|component| component.property(name));
                    if property.is_none() && !is_free {
                        let own = component.into_iter().flat_map(|component| component.properties);
                        let bind = component.filter(|component| component.binds).map(|_| "bind");
                        let known = own.map(|property| property.name).chain(COMMON.iter().copied()).chain(bind);
                        let hint = suggest::did_you_mean(name, known);
                        let message = format!("<{}> has no property {name}", node.component);
                        self.report(Severity::Warning, ErrorCode::SchemaError, target, message, hint);
                    }
                    let value = self.property(id, name, property, place);
                    node.properties.extend(value.map(|value| (name.to_owned(), value)));
                }
            },
        }
    }

    fn scoped_references(&mut self, id: ElementId, name: &str, expression: &Expression, place: &Place<'_>) {
        let scopes: Vec<&str> = place.scopes.iter().map(String::as_str).collect();
        self.references(Target::Attribute(id, name), &expression.references(), &scopes);
    }

    fn view_expression(&mut self, id: ElementId, name: &str, place: &Place<'_>) -> Option<Expression> {
        let expression = self.expression(id, name)?;
        self.scoped_references(id, name, &expression, place);
        Some(expression)
    }

    fn view_binding(&mut self, id: ElementId, name: &str, place: &Place<'_>) -> Option<Binding> {
        let binding = self.binding(id, name)?;
        for expression in binding.expressions() {
            self.scoped_references(id, name, expression, place);
        }
        Some(binding)
    }

    fn view_id(&mut self, id: ElementId, place: &mut Place<'_>) -> Option<Binding> {
        let binding = self.view_binding(id, "id", place)?;
        if let Binding::Static(Value::String(name)) = &binding {
            let target = Target::Attribute(id, "id");
            if name.is_empty() {
                self.error(ErrorCode::InvalidIdentifier, target, "an id cannot be empty");
            } else if self.is_new(
                ErrorCode::DuplicateViewId,
                target,
                "a view element with the id",
                name,
                &mut place.ids,
            ) && !place.scopes.is_empty()
            {
                let message = format!("each item of the list has an element with the id {name}");
                let index = place.scopes.last().map_or("", String::as_str);
                let hint = Some(format!("make it another for each: id=\"{name}-{{$scope.{index}}}\""));
                self.report(Severity::Warning, ErrorCode::DuplicateViewId, target, message, hint);
            }
        }
        Some(binding)
    }

    fn bind(&mut self, id: ElementId, name: &str, place: &Place<'_>) -> Option<BindPath> {
        let expression = self.view_expression(id, name, place)?;
        let target = Target::Attribute(id, name);
        for reference in expression.references() {
            if let Some(name) = reference.name.filter(|name| self.computed.contains(*name)) {
                let message = format!("{name} is computed; it cannot be changed");
                self.error(ErrorCode::StateError, target, message);
                return None;
            }
        }
        BindPath::new(expression).map_err(|error| self.expression_error(target, error)).ok()
    }

    fn property(
        &mut self,
        id: ElementId,
        name: &str,
        property: Option<&Property>,
        place: &Place<'_>,
    ) -> Option<Binding> {
        let kind = property.map_or(PropertyKind::Text, |property| property.kind);
        if kind == PropertyKind::Expression {
            return self.view_expression(id, name, place).map(Binding::Whole);
        }
        let binding = self.view_binding(id, name, place)?;
        let Binding::Static(Value::String(text)) = &binding else { return Some(binding) };
        match kind {
            PropertyKind::Word(words) => {
                self.word(id, name, text, words);
            }
            PropertyKind::Boolean => {
                let known = self.word(id, name, text, &["true", "false"]);
                return known.then(|| Binding::Static(Value::Bool(text == "true")));
            }
            _ if property.is_some() && ["$state.", "$scope."].iter().any(|root| text.starts_with(root)) => {
                let hint = Some(format!("for its value write {{{text}}}"));
                let target = Target::Attribute(id, name);
                self.report(Severity::Warning, ErrorCode::SchemaError, target, "this is text, not a binding", hint);
            }
            _ => {}
        }
        Some(binding)
    }

    fn required_properties(&mut self, id: ElementId, component: &'static Component, node: &mut ViewNode) {
        let own = component.properties.iter().filter(|property| property.required).map(|property| property.name);
        let bind = component.binds.then_some("bind");
        let trigger = (component.name == "Action").then_some("trigger");
        for name in own.chain(bind).chain(trigger) {
            self.required(id, name);
        }
        for property in component.properties {
            if let Some(default) = property.default
                && !node.properties.contains_key(property.name)
            {
                let value = match property.kind {
                    PropertyKind::Boolean => Value::Bool(default == "true"),
                    _ => Value::from(default),
                };
                node.properties.insert(property.name.to_owned(), Binding::Static(value));
            }
        }
    }

    /// What kind of element it is; an `Iterate` opens its scope.
    fn kind(&mut self, id: ElementId, node: &mut ViewNode, place: &mut Place<'_>) -> ViewKind {
        let expression = |node: &mut ViewNode, name: &str| match node.properties.shift_remove(name) {
            Some(Binding::Whole(expression)) => Some(expression),
            _ => None,
        };
        match node.component.as_str() {
            "If" => match expression(node, "condition") {
                Some(condition) => ViewKind::If { condition },
                None => ViewKind::Component,
            },
            "Iterate" => {
                let items = expression(node, "items");
                node.properties.shift_remove("as");
                node.properties.shift_remove("key");
                let name = self.text(id, "as");
                if let Some(name) = name {
                    self.check_identifier(id, "as", name);
                }
                let name = name.filter(|name| is_identifier(name)).unwrap_or("item").to_owned();
                let index_name = format!("{name}Index");
                place.scopes.extend([name.clone(), index_name.clone()]);
                let key = self.text(id, "key").is_some().then(|| self.view_binding(id, "key", place)).flatten();
                match items {
                    Some(items) => ViewKind::Iterate { items, name, index_name, key },
                    None => ViewKind::Component,
                }
            }
            _ => ViewKind::Component,
        }
    }

    /// Whether the tools that the element runs are there and take what it gives.
    fn check_triggers(&mut self, id: ElementId, node: &ViewNode, panel: &Panel) {
        for (event, name) in &node.triggers {
            let attribute = if event == "trigger" { event.clone() } else { format!("on:{event}") };
            let target = Target::Attribute(id, &attribute);
            match panel.tool(name) {
                Some(tool) => {
                    self.used.tools.insert(name.clone());
                    self.check_args(id, node, tool, event == "trigger");
                }
                None => {
                    let near = suggest::nearest(name, panel.tools.iter().map(|tool| tool.name.as_str()));
                    let hint = near.map(|near| format!("did you mean {near:?}?"));
                    let message = format!("there is no tool {name:?}");
                    self.error_with(ErrorCode::UndefinedToolReference, target, message, hint);
                    self.used.tools.extend(near.map(str::to_owned));
                }
            }
        }
    }

    fn check_args(&mut self, id: ElementId, node: &ViewNode, tool: &Tool, is_trigger: bool) {
        let attribute = if self.text(id, "args").is_some() { "args" } else { "payload" };
        let target = Target::Attribute(id, attribute);
        let given: Vec<&str> = match node.args.as_ref().map(|args| &args.tree().node) {
            Some(Node::Array(items)) if items.len() > tool.args.len() => {
                let message = format!("{} takes {} arguments, not {}", tool.name, tool.args.len(), items.len());
                self.error(ErrorCode::InvalidArgument, target, message);
                return;
            }
            Some(Node::Array(items)) => tool.args.iter().take(items.len()).map(|arg| arg.name.as_str()).collect(),
            Some(Node::Object(members)) => {
                for (name, _) in members {
                    if !tool.args.iter().any(|arg| arg.name == *name) {
                        let hint = suggest::did_you_mean(name, tool.args.iter().map(|arg| arg.name.as_str()));
                        let message = format!("{} has no argument {name}", tool.name);
                        self.error_with(ErrorCode::InvalidArgument, target, message, hint);
                    }
                }
                members.iter().map(|(name, _)| name.as_str()).collect()
            }
            Some(Node::Literal(value)) if *value != Value::Null => {
                let hint = Some(format!("put it into a list: [{}]", self.text(id, attribute).unwrap_or_default()));
                self.error_with(ErrorCode::InvalidArgument, target, "arguments are a list or an object", hint);
                return;
            }
            // What another expression gives is known when it is evaluated.
            Some(_) => return,
            // What is there could not be read.
            None if self.mapped(id, attribute).is_some() => return,
            // The page may give the value of an input, or an event's.
            None if !is_trigger || !matches!(node.component.as_str(), "Button" | "Action") => return,
            None => Vec::new(),
        };
        for arg in tool.args.iter().filter(|arg| arg.required && !given.contains(&arg.name.as_str())) {
            let message = format!("{} needs the argument {}", tool.name, arg.name);
            let target = if node.args.is_some() { target } else { Target::Attribute(id, "trigger") };
            self.error(ErrorCode::InvalidArgument, target, message);
        }
    }
}
