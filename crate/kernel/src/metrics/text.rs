//! The text format of Prometheus, version 0.0.4.
//! <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>

use std::fmt::{Display, Write};

/// What a family of samples is.
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// A text that is being written.
#[derive(Default)]
pub(super) struct Text {
    text: String,
    family: &'static str,
}

impl Text {
    /// Begins a family; the samples that follow are its own.
    pub(super) fn family(&mut self, name: &'static str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        self.family = name;
    }

    /// A sample of the family, its name with `suffix`.
    pub(super) fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let _ = write!(self.text, "{}{suffix}", self.family);
        for (index, (name, value)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let _ = write!(self.text, "{before}{name}=\"");
            for character in value.chars() {
                match character {
                    '\\' => self.text.push_str("\\\\"),
                    '"' => self.text.push_str("\\\""),
                    '\n' => self.text.push_str("\\n"),
                    other => self.text.push(other),
                }
            }
            self.text.push('"');
        }
        let after = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{after} {value}");
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_values_as_they_are() {
        let mut text = Text::default();
        text.family("a", Kind::Gauge, "What it is.");
        text.sample("", &[], 1.5);
        text.sample("_x", &[("l", "a\\b\"c\nd"), ("m", "é")], 2);
        assert_eq!(
            text.finish(),
            "# HELP a What it is.\n# TYPE a gauge\na 1.5\na_x{l=\"a\\\\b\\\"c\\nd\",m=\"é\"} 2\n"
        );
    }
}
