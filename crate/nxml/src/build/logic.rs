//! Extensions, tools, their arguments and triggers, lifecycles.

use std::collections::HashMap;

use nexus_core::limits::LONGEST_MS;
use nexus_core::{ErrorCode, Location};

use super::Builder;
use super::handler::{CAPABILITIES, TIMEOUT};
use crate::bind_path::BindPath;
use crate::diagnostic::Severity;
use crate::expression::{Environment, Expression, Reference, Root};
use crate::limits;
use crate::panel::{Arg, Extension, Lifecycle, Panel, Tool};
use crate::suggest;
use crate::trigger::{CronSchedule, EventPattern, Trigger};
use crate::xml::{ElementId, HANDLER, Target};

/// The attribute of a tool that has one trigger.
const TRIGGER: &str = "trigger";

/// Functions of `$ext`, which no extension can be called by.
const EXT_FUNCTIONS: &[&str] = &["exists", "methods", "list"];

impl Builder<'_, '_> {
    pub(super) fn logic(&mut self, sections: &[ElementId], panel: &mut Panel) {
        let (mut aliases, mut tools) = (HashMap::new(), HashMap::new());
        let mut lifecycles = HashMap::new();
        for (child, name) in self.section_children(sections, &["Extension", "Tool", "Lifecycle"]) {
            match name {
                "Extension" => {
                    let extension = self.extension(child);
                    panel.extensions.extend(extension.filter(|extension| {
                        let code = ErrorCode::DuplicateExtensionAlias;
                        let attribute = if self.text(child, "alias").is_some() { "alias" } else { "name" };
                        let target = Target::Attribute(child, attribute);
                        self.is_new(code, target, "an extension with the alias", &extension.alias, &mut aliases)
                    }));
                }
                "Tool" => {
                    let tool = self.tool(child);
                    panel.tools.extend(tool.filter(|tool| {
                        let target = Target::Attribute(child, "name");
                        self.is_new(ErrorCode::DuplicateTool, target, "a tool", &tool.name, &mut tools)
                    }));
                }
                _ => {
                    let Some((on, lifecycle)) = self.lifecycle(child) else { continue };
                    let target = Target::Attribute(child, "on");
                    if self.is_new(
                        ErrorCode::DuplicateLifecycle,
                        target,
                        "a lifecycle handler for",
                        on,
                        &mut lifecycles,
                    ) {
                        let place = if on == "mount" { &mut panel.mount } else { &mut panel.unmount };
                        *place = Some(lifecycle);
                    }
                }
            }
        }
    }

    fn extension(&mut self, id: ElementId) -> Option<Extension> {
        self.attributes(id, &["name", "alias", "source"]);
        self.children(id, &[]);
        let name = self.required(id, "name")?;
        let target = Target::Attribute(id, "name");
        let is_segment = |segment: &str| {
            !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        };
        if !name.split('.').all(is_segment) {
            let hint = Some("letters, digits and dashes, with dots between them: nexus.http".to_owned());
            self.error_with(ErrorCode::InvalidIdentifier, target, format!("{name:?} is no name of an extension"), hint);
        } else if name.len() > limits::EXTENSION_NAME_LENGTH {
            let message =
                format!("the name has {} characters of at most {}", name.len(), limits::EXTENSION_NAME_LENGTH);
            self.error(ErrorCode::InvalidIdentifier, target, message);
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let alias = match self.text(id, "alias") {
            Some(alias) => {
                self.check_identifier(id, "alias", alias);
                alias
            }
            None => last,
        };
        if EXT_FUNCTIONS.contains(&alias) {
            let attribute = if self.text(id, "alias").is_some() { "alias" } else { "name" };
            let message = format!("$ext.{alias} is a function; no extension can have that alias");
            let hint = Some("give it another alias".to_owned());
            self.error_with(ErrorCode::InvalidIdentifier, Target::Attribute(id, attribute), message, hint);
        }
        Some(Extension {
            name: name.to_owned(),
            alias: alias.to_owned(),
            source: self.text(id, "source").map(str::to_owned),
            location: self.tree.location(id),
            element: id,
        })
    }

    fn tool(&mut self, id: ElementId) -> Option<Tool> {
        let own = ["name", "description", CAPABILITIES, TIMEOUT, TRIGGER];
        let name = self.identifier(id, "name");
        let children = self.children(id, &["Arg", "Capabilities", "Trigger", HANDLER]);
        let mut names = HashMap::new();
        let mut args = Vec::new();
        let mut triggers = Vec::new();
        for (child, kind) in &children {
            match *kind {
                "Arg" => args.extend(self.arg(*child, &mut names)),
                "Trigger" => triggers.extend(self.trigger(*child, "type", &[])),
                _ => {}
            }
        }
        let in_attributes = self.text(id, TRIGGER).is_some();
        if in_attributes {
            triggers.extend(self.trigger(id, TRIGGER, &own));
        } else {
            self.attributes(id, &own);
        }
        if triggers.is_empty() && (in_attributes || children.iter().any(|(_, kind)| *kind == "Trigger")) {
            // It was to have one.
            self.used.tools.extend(name.clone());
        }
        let handler = self.handler(id, &children);
        let by_itself = |trigger: &Trigger| {
            matches!(trigger, Trigger::Interval { .. } | Trigger::Cron(_) | Trigger::StateChange(_))
        };
        if let (Some(arg), Some(trigger)) =
            (args.iter().find(|arg: &&Arg| arg.required), triggers.iter().find(|trigger| by_itself(trigger)))
        {
            let message = format!("nothing gives the argument {} when the trigger {} fires", arg.name, trigger.kind());
            let hint = Some("give it a default, or required=\"false\"".to_owned());
            self.report(Severity::Warning, ErrorCode::MissingRequired, Target::Element(id), message, hint);
        }
        Some(Tool {
            name: name?,
            description: self.text(id, "description").map(str::to_owned),
            args,
            triggers,
            handler,
            location: self.tree.location(id),
            element: id,
        })
    }

    fn arg(&mut self, id: ElementId, names: &mut HashMap<String, Location>) -> Option<Arg> {
        self.attributes(id, &["name", "type", "required", "default", "description"]);
        self.children(id, &[]);
        let name = self.identifier(id, "name");
        let data_type = self.data_type(id);
        let default = self.default_value(id, data_type);
        let required = self.boolean(id, "required").unwrap_or(true);
        let name = name?;
        let is_new = self.is_new(ErrorCode::DuplicateArg, Target::Attribute(id, "name"), "an argument", &name, names);
        is_new.then(|| Arg {
            name,
            data_type,
            required: required && default.is_none(),
            default,
            description: self.text(id, "description").map(str::to_owned),
            location: self.tree.location(id),
        })
    }

    /// A trigger: an element of its own, or attributes of a tool beside those that it has else.
    fn trigger(&mut self, id: ElementId, kind: &'static str, beside: &[&'static str]) -> Option<Trigger> {
        if beside.is_empty() {
            self.children(id, &[]);
        }
        let attribute = match self.required(id, kind) {
            Some("manual") => None,
            Some("interval") => Some("ms"),
            Some("cron") => Some("expression"),
            Some("event") => Some("pattern"),
            Some("state_change") => Some("path"),
            Some(other) => {
                let hint = suggest::did_you_mean(other, Trigger::NAMES.iter().copied())
                    .unwrap_or_else(|| format!("a trigger is {}", suggest::one_of(Trigger::NAMES)));
                let message = format!("there is no trigger {other:?}");
                self.error_with(ErrorCode::InvalidType, Target::Attribute(id, kind), message, Some(hint));
                return None;
            }
            None => return None,
        };
        let mut allowed = if beside.is_empty() { vec![kind] } else { beside.to_vec() };
        allowed.extend(attribute);
        self.attributes(id, &allowed);
        let Some(attribute) = attribute else { return Some(Trigger::Manual) };
        let value = self.required(id, attribute)?;
        let target = Target::Attribute(id, attribute);
        match attribute {
            "ms" => {
                let ms = self.time_span(id, attribute, limits::MIN_INTERVAL_MS, LONGEST_MS)?;
                Some(Trigger::Interval { ms })
            }
            "expression" => match CronSchedule::parse(value) {
                Ok(schedule) => Some(Trigger::Cron(schedule)),
                Err(why) => {
                    let hint = Some("minute hour day month weekday, as in \"0 9 * * MON-FRI\"".to_owned());
                    let message = format!("{value:?} is no cron expression: {why}");
                    self.error_with(ErrorCode::SchemaError, target, message, hint);
                    None
                }
            },
            "pattern" => {
                let pattern = EventPattern::parse(value);
                if pattern.is_none() {
                    let hint = Some("a name, * for all, or a prefix as in order.*".to_owned());
                    self.error_with(ErrorCode::SchemaError, target, format!("{value:?} is no event pattern"), hint);
                }
                pattern.map(Trigger::Event)
            }
            _ => self.state_change(id, value),
        }
    }

    /// `path`: with or without `$state.` before it.
    fn state_change(&mut self, id: ElementId, value: &str) -> Option<Trigger> {
        let written =
            if value.trim_start().starts_with("$state") { value.to_owned() } else { format!("$state.{value}") };
        let environment = Environment { state: &<_>::default(), computed: &<_>::default(), scope: &<_>::default() };
        let path = Expression::parse(&written)
            .and_then(BindPath::new)
            .and_then(|path| path.resolve(environment))
            .map_err(|_| {
                let hint = Some("write a state and members of it, as in cart.items".to_owned());
                let message = format!("{value:?} is no path in the state");
                self.error_with(ErrorCode::ParseError, Target::Attribute(id, "path"), message, hint);
            })
            .ok()?;
        let offset = self.mapped(id, "path").map_or(0, |text| text.offset(0));
        let location = self.tree.map.locate(offset);
        let reference = Reference { root: Root::State, name: Some(&path.key), location };
        self.references(Target::Attribute(id, "path"), &[reference], &[]);
        Some(Trigger::StateChange(path))
    }

    fn lifecycle(&mut self, id: ElementId) -> Option<(&'static str, Lifecycle)> {
        self.attributes(id, &["on", CAPABILITIES, TIMEOUT]);
        let children = self.children(id, &["Capabilities", HANDLER]);
        let handler = self.handler(id, &children);
        let on = self.required(id, "on")?;
        let known = ["mount", "unmount"].into_iter().find(|known| *known == on);
        if known.is_none() {
            self.word(id, "on", on, &["mount", "unmount"]);
        }
        known.map(|on| (on, Lifecycle { handler, location: self.tree.location(id) }))
    }
}
