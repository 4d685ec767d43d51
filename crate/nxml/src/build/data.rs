//! States and computed values.

use std::collections::HashMap;

use nexus_core::{ErrorCode, Location, Value};

use super::Builder;
use crate::data_type::DataType;
use crate::diagnostic::Severity;
use crate::panel::{Computed, Panel, State};
use crate::xml::{ElementId, Target};

/// Methods of `$state`, which hide states of their names.
const STATE_METHODS: &[&str] = &["get", "set", "delete", "has", "keys", "update"];

impl Builder<'_, '_> {
    pub(super) fn data(&mut self, sections: &[ElementId], panel: &mut Panel) {
        let mut names = HashMap::new();
        for (child, name) in self.section_children(sections, &["State", "Computed"]) {
            self.children(child, &[]);
            let declared = if name == "State" { &mut self.states } else { &mut self.computed };
            declared.extend(self.tree.element(child).attribute("name").map(|name| name.value.as_str().to_owned()));
            if name == "State" {
                self.attributes(child, &["name", "type", "default"]);
                let data_type = self.data_type(child);
                let default = self.default_value(child, data_type).unwrap_or_else(|| data_type.empty());
                let Some(name) = self.data_name(child, &mut names) else { continue };
                panel.states.push(State {
                    name,
                    data_type,
                    default,
                    location: self.tree.location(child),
                    element: child,
                });
            } else {
                self.attributes(child, &["name", "value"]);
                let name = self.data_name(child, &mut names);
                self.required(child, "value");
                let expression = self.expression(child, "value");
                let Some((name, expression)) = name.zip(expression) else { continue };
                panel.computed.push(Computed { name, expression, location: self.tree.location(child), element: child });
            }
        }
        for computed in &panel.computed {
            self.references(Target::Attribute(computed.element, "value"), &computed.expression.references(), &[]);
        }
        self.cycles(&panel.computed);
    }

    fn data_name(&mut self, id: ElementId, names: &mut HashMap<String, Location>) -> Option<String> {
        let name = self.identifier(id, "name")?;
        let target = Target::Attribute(id, "name");
        if STATE_METHODS.contains(&name.as_str()) {
            let message = format!("$state.{name} is a method, which hides a state of that name");
            let hint = Some(format!("choose another name; $state.get({name:?}) would still read it"));
            self.report(Severity::Warning, ErrorCode::InvalidIdentifier, target, message, hint);
        }
        self.is_new(ErrorCode::DuplicateState, target, "a state or computed value", &name, names).then_some(name)
    }

    /// `default` as a value of its type; `None` without one.
    pub(super) fn default_value(&mut self, id: ElementId, data_type: DataType) -> Option<Value> {
        let text = self.text(id, "default")?;
        if text.is_empty() {
            return Some(data_type.empty());
        }
        match data_type.coerce(Value::from(text)) {
            Ok(value) => Some(value),
            Err(mismatch) => {
                let hint = match data_type {
                    DataType::List => Some("write JSON, or texts with commas between them".to_owned()),
                    DataType::Object => Some("write a JSON object, its keys in quotes".to_owned()),
                    DataType::Boolean => Some("it is true or false".to_owned()),
                    _ => None,
                };
                let message = format!("{} is no {}", mismatch.given, mismatch.wanted);
                self.error_with(ErrorCode::InvalidType, Target::Attribute(id, "default"), message, hint);
                None
            }
        }
    }
}
