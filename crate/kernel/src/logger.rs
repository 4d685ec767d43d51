//! The log of a kernel: what whoever operates it needs to know, as records by level.
//!
//! A record is one line, of JSON or for people. Texts come from handlers too: no line can be made to look like two, nor as if it
//! held the terminal's own commands.

use std::fmt::Write;
use std::rc::Rc;

use nexus_core::LogLevel;

use crate::clock::Clock;
use crate::iso_time::iso_time;
use crate::json_text;

/// Bytes of a text. Handlers' lines are bounded by their limits; this is for the messages of errors.
const MOST_TEXT_BYTES: usize = 64 * 1024;

/// Where lines go.
pub type LogSink = Rc<dyn Fn(&LogRecord<'_>, &str)>;

/// Something to be logged.
#[derive(Debug, Clone, Copy)]
pub struct LogRecord<'a> {
    /// Milliseconds since the epoch.
    pub time: f64,
    /// How much it matters.
    pub level: LogLevel,
    /// A sentence, or a handler's line.
    pub message: &'a str,
    /// Whose doing it is.
    pub panel: Option<&'a str>,
    /// The tool.
    pub handler: Option<&'a str>,
    /// The run.
    pub run: Option<&'a str>,
    /// What programs look for.
    pub fields: &'a [(&'a str, LogField<'a>)],
}

/// The value of a field.
#[derive(Debug, Clone, Copy)]
pub enum LogField<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Count(u64),
}

/// How a log looks, and where it goes.
#[derive(Clone, Default)]
pub struct Logger(Option<Rc<Log>>);

struct Log {
    least: LogLevel,
    pretty: bool,
    colour: bool,
    clock: Rc<dyn Clock>,
    sink: LogSink,
}

/// How lines look.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogStyle {
    /// For people instead of JSON.
    pub pretty: bool,
    /// With the terminal's colours, if for people.
    pub colour: bool,
}

impl Logger {
    /// A logger that says nothing.
    #[must_use]
    pub fn silent() -> Self {
        Self::default()
    }

    /// A logger of what matters as much as `least` or more.
    #[must_use]
    pub fn new(least: LogLevel, style: LogStyle, clock: Rc<dyn Clock>, sink: LogSink) -> Self {
        Self(Some(Rc::new(Log { least, pretty: style.pretty, colour: style.colour, clock, sink })))
    }

    /// Whether something of this level is logged. Worth asking before a record is prepared.
    #[must_use]
    pub fn logs(&self, level: LogLevel) -> bool {
        self.0.as_ref().is_some_and(|log| level >= log.least)
    }

    /// Logs a record, if its level matters; its time is now.
    pub fn log(&self, record: LogRecord<'_>) {
        let Some(log) = self.0.as_ref().filter(|log| record.level >= log.least) else { return };
        let record = LogRecord { time: log.clock.now(), ..record };
        let line = if log.pretty { record.to_text(log.colour) } else { record.to_json() };
        (log.sink)(&record, &line);
    }
}

impl<'a> LogRecord<'a> {
    /// A record of nobody's in particular.
    #[must_use]
    pub const fn new(level: LogLevel, message: &'a str) -> Self {
        Self { time: 0.0, level, message, panel: None, handler: None, run: None, fields: &[] }
    }

    /// One line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut line = format!("{{\"time\":\"{}\",\"level\":\"{}\"", iso_time(self.time), level_name(self.level));
        let texts = [("panel", self.panel), ("handler", self.handler), ("run", self.run)];
        json_text::member(&mut line, "message", self.message, MOST_TEXT_BYTES);
        for (name, text) in texts {
            if let Some(text) = text {
                json_text::member(&mut line, name, text, MOST_TEXT_BYTES);
            }
        }
        if !self.fields.is_empty() {
            line.push_str(",\"fields\":{");
            for (index, (name, value)) in self.fields.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                let _ = match value {
                    LogField::Count(count) => write!(line, "{comma}\"{name}\":{count}"),
                    LogField::Text(text) => {
                        let _ = write!(line, "{comma}\"{name}\":\"");
                        json_text::escape(&mut line, text, MOST_TEXT_BYTES);
                        line.push('"');
                        Ok(())
                    }
                };
            }
            line.push('}');
        }
        line.push('}');
        line
    }

    /// One line for people.
    #[must_use]
    pub fn to_text(&self, colour: bool) -> String {
        let (paint, plain) = match (colour, self.level) {
            (false, _) => ("", ""),
            (true, LogLevel::Debug) => ("\u{1b}[90m", "\u{1b}[0m"),
            (true, LogLevel::Info) => ("\u{1b}[32m", "\u{1b}[0m"),
            (true, LogLevel::Warn) => ("\u{1b}[33m", "\u{1b}[0m"),
            (true, LogLevel::Error) => ("\u{1b}[31m", "\u{1b}[0m"),
        };
        let level = match self.level {
            LogLevel::Debug => "DEBUG",
            LogLevel::Info => "INFO ",
            LogLevel::Warn => "WARN ",
            LogLevel::Error => "ERROR",
        };
        let mut line = format!("{} {paint}{level}{plain} ", iso_time(self.time));
        let whose: Vec<&str> = [self.panel, self.handler, self.run].into_iter().flatten().collect();
        if !whose.is_empty() {
            line.push('[');
            visible(&mut line, &whose.join(" "));
            line.push_str("] ");
        }
        visible(&mut line, self.message);
        for (name, value) in self.fields {
            let _ = match value {
                LogField::Count(count) => write!(line, " {name}={count}"),
                LogField::Text(text) => {
                    let _ = write!(line, " {name}=");
                    visible(&mut line, text);
                    Ok(())
                }
            };
        }
        line
    }
}

/// The level as it stands in a line of JSON.
const fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}

/// Appends a text with whatever would not just be shown made visible.
fn visible(line: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\n' => line.push_str("\\n"),
            // Separators of lines, and what turns the direction of writing around.
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(line, "{}", character.escape_unicode());
            }
            control if control.is_control() => {
                let _ = write!(line, "{}", control.escape_default());
            }
            other => line.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &'static [(&'static str, LogField<'static>)]) -> LogRecord<'static> {
        LogRecord {
            time: 1_700_000_000_123.0,
            panel: Some("shop"),
            handler: Some("buy"),
            run: Some("run_1"),
            fields,
            ..LogRecord::new(LogLevel::Warn, "\"no\"\nway \u{1b}[2J\u{9b}")
        }
    }

    #[test]
    fn a_record_is_one_line_of_json() {
        let line = record(&[("code", LogField::Text("TIMEOUT")), ("count", LogField::Count(3))]).to_json();
        let expected = "{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":\"warn\",\"message\":\"\\\"no\\\"\\nway \\u001b[2J\u{9b}\",\
                        \"panel\":\"shop\",\"handler\":\"buy\",\"run\":\"run_1\",\"fields\":{\"code\":\"TIMEOUT\",\"count\":3}}";
        assert_eq!(line, expected);
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
        let plain = LogRecord::new(LogLevel::Info, "up").to_json();
        assert_eq!(plain, "{\"time\":\"1970-01-01T00:00:00.000Z\",\"level\":\"info\",\"message\":\"up\"}");
    }

    #[test]
    fn a_line_for_people_holds_no_line_and_no_command_of_anybody_elses() {
        let line = record(&[("code", LogField::Text("TIME\nOUT"))]).to_text(false);
        assert_eq!(
            line,
            "2023-11-14T22:13:20.123Z WARN  [shop buy run_1] \"no\"\\nway \\u{1b}[2J\\u{9b} code=TIME\\nOUT"
        );
        assert!(record(&[]).to_text(true).contains("\u{1b}[33mWARN \u{1b}[0m"));
    }
}
