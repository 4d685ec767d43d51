//! The syntax tree of a panel: what a document says, checked as far as it stands alone.

use indexmap::IndexMap;
use nexus_core::{CapabilityToken, Location, Map, Value};

use crate::bind_path::BindPath;
use crate::binding::Binding;
use crate::data_type::DataType;
use crate::expression::Expression;
use crate::handler_code::HandlerCode;
use crate::trigger::Trigger;
use crate::xml::ElementId;

/// A panel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// What it says about itself.
    pub meta: Meta,
    /// Its states, in the order of the document.
    pub states: Vec<State>,
    /// Its computed values, likewise.
    pub computed: Vec<Computed>,
    /// The extensions that its handlers use.
    pub extensions: Vec<Extension>,
    /// Its tools.
    pub tools: Vec<Tool>,
    /// What runs when it is created.
    pub mount: Option<Lifecycle>,
    /// What runs when it is destroyed.
    pub unmount: Option<Lifecycle>,
    /// The root of its view, if it has one.
    pub view: Option<ViewNode>,
}

impl Panel {
    /// The state that a panel begins with: the default of each state.
    #[must_use]
    pub fn initial_state(&self) -> Map {
        self.states.iter().map(|state| (state.name.clone(), state.default.clone())).collect()
    }

    /// The tool of that name.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// All handlers: those of the tools, then those of mount and unmount.
    pub fn handlers(&self) -> impl Iterator<Item = &Handler> {
        let lifecycles = self.mount.iter().chain(&self.unmount);
        self.tools.iter().map(|tool| &tool.handler).chain(lifecycles.map(|lifecycle| &lifecycle.handler))
    }
}

/// What a panel says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// `title`, "Untitled Panel" if there is none.
    pub title: String,
    /// `description`
    pub description: Option<String>,
    /// `id`
    pub id: Option<String>,
    /// `version`
    pub version: Option<String>,
    /// `author`
    pub author: Option<String>,
    /// `tags`, taken apart.
    pub tags: Vec<String>,
}

impl Default for Meta {
    fn default() -> Self {
        Self {
            title: "Untitled Panel".to_owned(),
            description: None,
            id: None,
            version: None,
            author: None,
            tags: Vec::new(),
        }
    }
}

/// A state.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its name, a key of the state.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// What it begins as: of its type.
    pub default: Value,
    /// Where it is declared.
    pub location: Location,
    pub(crate) element: ElementId,
}

/// A value computed from the state.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// Its name, by which `$state` has it too.
    pub name: String,
    /// How it is computed.
    pub expression: Expression,
    /// Where it is declared.
    pub location: Location,
    pub(crate) element: ElementId,
}

/// An extension that handlers use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Its full name: `nexus.http`.
    pub name: String,
    /// Its name in `$ext` and in capabilities: `http`.
    pub alias: String,
    /// Where it comes from, as the author says.
    pub source: Option<String>,
    /// Where it is declared.
    pub location: Location,
    pub(crate) element: ElementId,
}

/// A tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its arguments, in the order of the document, which is that of positional ones.
    pub args: Vec<Arg>,
    /// What makes it run beside a call; nothing says the same as [`Trigger::Manual`].
    pub triggers: Vec<Trigger>,
    /// What runs.
    pub handler: Handler,
    /// Where it is declared.
    pub location: Location,
    pub(crate) element: ElementId,
}

/// An argument of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// Its name, a member of `$args`.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// Whether a call without it is refused. Never true of one with a default.
    pub required: bool,
    /// What it is when a call leaves it out: of its type.
    pub default: Option<Value>,
    /// What it is for.
    pub description: Option<String>,
    /// Where it is declared.
    pub location: Location,
}

/// A capability that the document declares, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// What it allows.
    pub token: CapabilityToken,
    /// Where it is declared.
    pub location: Location,
    pub(crate) element: ElementId,
    pub(crate) attribute: &'static str,
}

/// A handler.
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// Its code.
    pub code: HandlerCode,
    /// What it may do, as far as the embedder agrees: declared by the handler and by what it belongs to.
    pub capabilities: Vec<Declared>,
    /// Milliseconds it may compute, if it is to be another number than the embedder's.
    pub timeout_ms: Option<u64>,
    /// Whether it waits for something: whether there is an `await` in it.
    pub is_async: bool,
    /// Where it is declared.
    pub location: Location,
    pub(crate) element: ElementId,
}

/// A handler of the panel's own life.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifecycle {
    /// What runs.
    pub handler: Handler,
    /// Where it is declared.
    pub location: Location,
}

/// An element of the view.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewNode {
    /// The component: `Text`, `Chart`, or one that only the page knows.
    pub component: String,
    /// `id`, by which handlers command it.
    pub id: Option<Binding>,
    /// What kind of element it is.
    pub kind: ViewKind,
    /// Its properties in the order of the document, then those that have a default and are not given.
    pub properties: IndexMap<String, Binding>,
    /// What it changes in the state: `bind`, and `bind:<prop>` of a custom component by the property's name.
    pub binds: IndexMap<String, BindPath>,
    /// Tools that events of it run: `trigger`, and `on:<event>` of a custom component by the event's name.
    pub triggers: IndexMap<String, String>,
    /// What these tools are given: a list by position, an object by name.
    pub args: Option<Expression>,
    /// What stands in it.
    pub children: Vec<Self>,
    /// Where it is.
    pub location: Location,
    pub(crate) element: ElementId,
}

/// What kind of element of the view.
#[derive(Debug, Clone, PartialEq)]
pub enum ViewKind {
    /// It is shown.
    Component,
    /// Its children are shown if the condition holds.
    If {
        /// `condition`
        condition: Expression,
    },
    /// Its children are shown once for each item.
    Iterate {
        /// `items`
        items: Expression,
        /// `as`: the item's name in `$scope`.
        name: String,
        /// `<as>Index`: the position's name in `$scope`.
        index_name: String,
        /// `key`: what tells the items apart.
        key: Option<Binding>,
    },
}
