//! Twelve columns: where each element of a view stands in its row.

use nexus_core::Value;

use crate::components::{Component, DEFAULT_COLUMNS};

/// Columns of a row on a wide page.
pub const COLUMNS: u8 = 12;

/// What a page narrower than some pixels has instead of twelve columns: widest last, and none for wider pages.
pub const BREAKPOINTS: &[Breakpoint] =
    &[Breakpoint { below: 640, columns: 4 }, Breakpoint { below: 1_024, columns: 8 }];

/// The gaps of a `Layout` and what they are in CSS.
pub const GAPS: &[(&str, &str)] = &[("sm", "0.5rem"), ("md", "1rem"), ("lg", "1.5rem")];

/// Columns of a narrow page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Breakpoint {
    /// Pixels that the page is narrower than.
    pub below: u32,
    /// Columns of a row there.
    pub columns: u8,
}

/// Where an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// Columns that it takes.
    pub col_span: u8,
    /// Whether it begins a row. Not said of the first element.
    pub new_row: bool,
}

impl Placement {
    /// The classes of the element: `col-span-6 new-row`.
    #[must_use]
    pub fn class_name(self) -> String {
        format!("col-span-{}{}", self.col_span, if self.new_row { " new-row" } else { "" })
    }

    /// The placement as data: `{colSpan, className, newRow}`.
    #[must_use]
    pub fn to_value(self) -> Value {
        Value::object([
            ("colSpan", Value::from(u32::from(self.col_span))),
            ("className", Value::from(self.class_name())),
            ("newRow", Value::from(self.new_row)),
        ])
    }
}

/// What [`Placement::to_value`] gives.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for Placement {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Placement".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "description": "Where an element stands among its siblings.",
            "properties": {
                "colSpan": { "type": "integer", "minimum": 1, "maximum": COLUMNS, "description": "Columns that it takes." },
                "className": { "type": "string", "description": "Its classes: col-span-6 new-row." },
                "newRow": { "type": "boolean", "description": "Whether it begins a row." },
            },
            "required": ["colSpan", "className", "newRow"],
        })
    }
}

/// How a container places what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strategy {
    /// Side by side while there is room, each as wide as its component is.
    #[default]
    Auto,
    /// Below one another.
    Stack,
    /// Side by side, each as wide as the others.
    Row,
}

impl Strategy {
    /// The strategy of that name; `auto` for any other.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "stack" => Self::Stack,
            "row" => Self::Row,
            _ => Self::Auto,
        }
    }
}

/// Columns that a component takes of twelve.
#[must_use]
pub fn weight(component: &str) -> u8 {
    Component::named(component).map_or(DEFAULT_COLUMNS, |component| component.columns)
}

/// Places elements of these weights in rows of so many columns.
#[must_use]
pub fn arrange(weights: &[u8], strategy: Strategy, columns: u8) -> Vec<Placement> {
    let columns = columns.max(1);
    let share = columns / u8::try_from(weights.len()).unwrap_or(u8::MAX).max(1);
    let mut used = 0;
    let place = |(index, weight): (usize, &u8)| {
        let col_span = match strategy {
            Strategy::Auto => (*weight).clamp(1, columns),
            Strategy::Stack => columns,
            Strategy::Row => share.max(1),
        };
        let is_full = used + col_span > columns;
        used = if is_full { col_span } else { used + col_span };
        Placement { col_span, new_row: is_full && index > 0 }
    };
    weights.iter().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(components: &[&str], strategy: Strategy, columns: u8) -> String {
        let weights: Vec<u8> = components.iter().map(|component| weight(component)).collect();
        let placements = arrange(&weights, strategy, columns);
        let text =
            |placement: &Placement| format!("{}{}", if placement.new_row { "/ " } else { "" }, placement.col_span);
        placements.iter().map(text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn rows_are_filled_one_after_another() {
        use Strategy::{Auto, Row, Stack};
        for (components, strategy, columns, expected) in [
            (&["Metric", "Metric", "Metric", "Metric", "Metric"][..], Auto, 12, "3 3 3 3 / 3"),
            (&["Metric", "Chart", "Input", "Button", "Action"], Auto, 12, "3 6 / 6 3 3"),
            (&["Text", "Switch", "LogStream", "StatusBadge"], Auto, 12, "12 / 3 / 12 / 3"),
            (&["Layout", "Container", "If", "Iterate"], Auto, 12, "12 / 12 / 12 / 12"),
            (&["Unknown", "CustomComponent"], Auto, 12, "6 6"),
            (&["Metric", "Chart", "Text"], Auto, 8, "3 / 6 / 8"),
            (&["Metric", "Chart", "Text"], Auto, 4, "3 / 4 / 4"),
            (&["Metric", "Metric"], Stack, 12, "12 / 12"),
            (&["Text", "Text", "Text"], Row, 12, "4 4 4"),
            (&["Text", "Text", "Text", "Text", "Text"], Row, 4, "1 1 1 1 / 1"),
            (&[], Auto, 12, ""),
        ] {
            assert_eq!(placed(components, strategy, columns), expected, "{components:?}");
        }
        let classes: Vec<_> = arrange(&[12, 3], Auto, 12).iter().map(|one| one.class_name()).collect();
        assert_eq!(classes, ["col-span-12", "col-span-3 new-row"]);
        assert_eq!(arrange(&[6; 300], Row, 12).len(), 300);
    }
}
