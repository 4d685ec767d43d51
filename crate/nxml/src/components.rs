//! The components of views: what each can have, and how wide it is.

/// What a property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyKind {
    /// Any text or binding.
    Text,
    /// One of these words, or a binding.
    Word(&'static [&'static str]),
    /// `true` or `false`, or a binding.
    Boolean,
    /// A binding, with or without braces around it.
    Expression,
}

/// A property of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: PropertyKind,
    /// Whether an element without it is refused.
    pub required: bool,
    /// What it is when it is not given.
    pub default: Option<&'static str>,
}

/// A component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// Its name, that of the element.
    pub name: &'static str,
    /// How many of the twelve columns it takes.
    pub columns: u8,
    /// Whether other elements stand in it.
    pub has_children: bool,
    /// Whether `bind` ties it to a state.
    pub binds: bool,
    /// Its own properties; every component has `id`, `trigger` and `args` beside them.
    pub properties: &'static [Property],
}

const fn property(name: &'static str, kind: PropertyKind) -> Property {
    Property { name, kind, required: false, default: None }
}

const fn required(name: &'static str, kind: PropertyKind) -> Property {
    Property { name, kind, required: true, default: None }
}

const fn default(name: &'static str, kind: PropertyKind, default: &'static str) -> Property {
    Property { name, kind, required: false, default: Some(default) }
}

const fn component(name: &'static str, columns: u8, properties: &'static [Property]) -> Component {
    Component { name, columns, has_children: false, binds: false, properties }
}

use PropertyKind::{Boolean, Expression, Text, Word};

const ALIGNMENTS: PropertyKind = Word(&["start", "center", "end", "stretch"]);
const BUTTONS: PropertyKind = Word(&["primary", "secondary", "danger", "ghost"]);

/// Columns of a component that is not listed.
pub const DEFAULT_COLUMNS: u8 = 6;

/// Attributes that every component has.
pub const COMMON: &[&str] = &["id", "trigger", "args"];

/// Every component.
pub const COMPONENTS: &[Component] = &[
    Component {
        has_children: true,
        ..component(
            "Layout",
            12,
            &[
                default("strategy", Word(&["auto", "stack", "row"]), "auto"),
                default("gap", Word(&["sm", "md", "lg"]), "md"),
                property("align", ALIGNMENTS),
                property("justify", ALIGNMENTS),
            ],
        )
    },
    Component {
        has_children: true,
        ..component(
            "Container",
            12,
            &[property("title", Text), default("variant", Word(&["card", "panel", "section", "transparent"]), "card")],
        )
    },
    Component { has_children: true, ..component("If", 12, &[required("condition", Expression)]) },
    Component {
        has_children: true,
        ..component("Iterate", 12, &[required("items", Expression), required("as", Text), property("key", Text)])
    },
    component(
        "Text",
        12,
        &[
            required("content", Text),
            default("variant", Word(&["h1", "h2", "h3", "h4", "body", "code", "caption"]), "body"),
        ],
    ),
    component(
        "Metric",
        3,
        &[required("label", Text), required("value", Text), property("unit", Text), property("trend", Text)],
    ),
    component(
        "StatusBadge",
        3,
        &[
            required("label", Text),
            required("status", Word(&["success", "warn", "error", "info"])),
            property("value", Text),
        ],
    ),
    component(
        "LogStream",
        12,
        &[required("data", Expression), property("height", Text), default("autoScroll", Boolean, "true")],
    ),
    component(
        "Chart",
        6,
        &[
            required("type", Word(&["line", "bar", "pie", "area"])),
            required("data", Expression),
            property("xKey", Text),
            property("yKey", Text),
            property("height", Text),
        ],
    ),
    Component {
        binds: true,
        ..component(
            "Input",
            6,
            &[
                property("placeholder", Text),
                default("inputType", Word(&["text", "number", "password", "email"]), "text"),
                property("disabled", Boolean),
            ],
        )
    },
    component(
        "Button",
        3,
        &[required("label", Text), default("variant", BUTTONS, "primary"), property("disabled", Boolean)],
    ),
    component(
        "Action",
        3,
        &[required("label", Text), default("variant", BUTTONS, "primary"), property("disabled", Boolean)],
    ),
    Component { binds: true, ..component("Switch", 3, &[property("label", Text), property("disabled", Boolean)]) },
    Component {
        has_children: true,
        ..component("CustomComponent", 6, &[required("module", Text), required("component", Text)])
    },
];

impl Component {
    /// The component of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        COMPONENTS.iter().find(|component| component.name == name)
    }

    /// Its property of that name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}
