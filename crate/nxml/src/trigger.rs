//! What makes a tool run by itself.

use std::fmt;

use chrono::{DateTime, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use crate::state_path::StatePath;

/// What makes a tool run.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// Nothing but a call.
    Manual,
    /// Every so many milliseconds.
    Interval {
        /// How many.
        ms: u64,
    },
    /// At certain times.
    Cron(CronSchedule),
    /// When an event of such a name is emitted in the panel.
    Event(EventPattern),
    /// When the state at this path becomes another.
    StateChange(StatePath),
}

impl Trigger {
    /// The names of all kinds.
    pub const NAMES: &[&str] = &["manual", "interval", "cron", "event", "state_change"];

    /// The kind's name.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Interval { .. } => "interval",
            Self::Cron(_) => "cron",
            Self::Event(_) => "event",
            Self::StateChange(_) => "state_change",
        }
    }
}

/// Times after a cron expression, in UTC: five fields, or six with seconds first; or `@hourly` and its like.
#[derive(Debug, Clone)]
pub struct CronSchedule {
    text: String,
    cron: Box<Cron>,
}

impl CronSchedule {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let cron = parser.parse(text).map_err(|error| error.to_string())?;
        Ok(Self { text: text.trim().to_owned(), cron: Box::new(cron) })
    }

    /// The next time after `now`, both in milliseconds since the epoch; `None` if there is none.
    #[must_use]
    pub fn next_after(&self, now: f64) -> Option<f64> {
        #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds; out of range is no date")]
        let now = DateTime::<Utc>::from_timestamp_millis(now.floor() as i64)?;
        let next = self.cron.find_next_occurrence(&now, false).ok()?;
        #[expect(clippy::cast_precision_loss, reason = "dates stay below 2^53 milliseconds")]
        Some(next.timestamp_millis() as f64)
    }
}

impl fmt::Display for CronSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for CronSchedule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Names of events: one, `*` for all, or `order.*` for those that begin with `order.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPattern {
    text: String,
}

impl EventPattern {
    /// Reads a pattern; `None` if it is empty or has a `*` elsewhere than at its end, alone or behind a dot or a colon.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = match text.strip_suffix('*') {
            None => !text.is_empty() && !text.contains('*'),
            Some(prefix) => {
                prefix.is_empty() || (prefix.len() > 1 && prefix.ends_with(['.', ':']) && !prefix.contains('*'))
            }
        };
        well_formed.then(|| Self { text: text.to_owned() })
    }

    /// Whether an event of that name is meant.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self.text.strip_suffix('*') {
            Some(prefix) => name.len() > prefix.len() && name.starts_with(prefix),
            None => self.text == name,
        }
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads a time span: milliseconds, or a number with `ms`, `s`, `m`, `h` or `d` behind it.
pub(crate) fn milliseconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim() {
        "" | "ms" => 1.0,
        "s" => 1_000.0,
        "m" | "min" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return None,
    };
    let ms = number.parse::<f64>().ok()? * unit;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
    (ms.fract() == 0.0 && (0.0..9e15).contains(&ms)).then_some(ms as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01T00:00:00Z, a Thursday.
    const NEW_YEAR: f64 = 1_767_225_600_000.0;
    const MINUTE: f64 = 60_000.0;
    const DAY: f64 = 86_400_000.0;

    #[test]
    fn cron_tells_the_next_time() {
        for (text, now, after) in [
            ("* * * * *", NEW_YEAR, Some(MINUTE)),
            ("* * * * *", NEW_YEAR + 1.0, Some(MINUTE - 1.0)),
            ("*/15 * * * *", NEW_YEAR + MINUTE, Some(14.0 * MINUTE)),
            ("0 9 * * MON-FRI", NEW_YEAR, Some(9.0 * 60.0 * MINUTE)),
            ("0 0 * * SUN", NEW_YEAR, Some(3.0 * DAY)),
            ("@daily", NEW_YEAR, Some(DAY)),
            ("30 * * * * *", NEW_YEAR, Some(30_000.0)),
            ("0 0 29 2 *", NEW_YEAR, Some(789.0 * DAY)),
            ("0 0 30 2 *", NEW_YEAR, None),
            ("* * * * *", 1e300, None),
        ] {
            let schedule = CronSchedule::parse(text).unwrap();
            assert_eq!(schedule.next_after(now), after.map(|after| now + after), "{text}");
        }
    }

    #[test]
    fn what_is_no_cron_expression_is_refused() {
        for text in ["", "* * * *", "60 * * * *", "* * * * * * *", "a b c d e", "*/0 * * * *", "@never"] {
            assert!(CronSchedule::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn patterns_match_whole_names_or_whatever_follows_a_prefix() {
        for (pattern, name, matches) in [
            ("saved", "saved", true),
            ("saved", "saved.draft", false),
            ("*", "anything:at all", true),
            ("order.*", "order.paid", true),
            ("order.*", "order.paid.twice", true),
            ("order.*", "order.", false),
            ("order.*", "order", false),
            ("order.*", "orders.paid", false),
            ("system:*", "system:error", true),
        ] {
            assert_eq!(EventPattern::parse(pattern).unwrap().matches(name), matches, "{pattern} {name}");
        }
        for pattern in ["", "a*", "*.a", "a.*.b", "**", ".*"] {
            assert_eq!(EventPattern::parse(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn time_spans_have_units() {
        for (text, ms) in [
            ("250", Some(250)),
            ("250ms", Some(250)),
            ("1.5s", Some(1_500)),
            ("5 m", Some(300_000)),
            ("2h", Some(7_200_000)),
            ("1d", Some(86_400_000)),
            ("", None),
            ("s", None),
            ("-1s", None),
            ("1.0001ms", None),
            ("1 week", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(milliseconds(text), ms, "{text}");
        }
    }
}
