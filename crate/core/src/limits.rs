//! Every limit of a run: its default as a named constant with the reason for it, and [`Limits`], which holds them.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Units of fuel for compiling a source of so many bytes, or for what is found in its syntax tree. Not the run's own, so that
/// a run costs the same whether its handler was compiled before or not. Ordinary sources take 100 to 900 a byte; some
/// 5000 names in one scope, or 10 000 pieces of one template, which the engine handles in quadratic time, take 6400. What
/// is beyond that works for the author, like the power of two literals that the engine computes while it compiles.
#[must_use]
pub const fn compilation_fuel(source_bytes: u64) -> u64 {
    const LEAST: u64 = 20_000_000;
    const PER_BYTE: u64 = 10_000;
    let fuel = LEAST.saturating_add(PER_BYTE.saturating_mul(source_bytes));
    if fuel < FUEL { fuel } else { FUEL }
}

/// Milliseconds a run may compute, over all its segments; time spent suspended does not count. Long enough for any
/// handler a person waits for, short enough that a page recovers.
pub const TIMEOUT_MS: u64 = 5_000;
/// Most milliseconds that a limit may be: timers of JavaScript take no more than a signed 32-bit number.
pub const LONGEST_MS: u64 = i32::MAX as u64;
/// Units of fuel for a run across resumes: some 8 s of interpreted work at 130 million units a second (Node 20, x86-64).
/// On such a machine [`TIMEOUT_MS`] comes first; where the clock stands still while a handler computes, as on Workers,
/// fuel is what stops it.
pub const FUEL: u64 = 1_000_000_000;
/// Bytes of linear memory, the engine's own few included (the memory limit of the systems this kernel replaces).
pub const MEMORY_BYTES: u64 = 32 << 20;
/// Bytes of shadow stack. The engine's parser takes 17 KB a nesting level, so 2 MiB parses 120 levels. It is fixed when
/// the sandbox is linked (`crate/sandbox/build.rs`).
pub const STACK_BYTES: u64 = 2 << 20;
/// Calls of host functions, state access included.
pub const HOST_CALLS: u64 = 10_000;
/// Recorded changes of the state.
pub const STATE_MUTATIONS: u64 = 1_000;
/// Emitted events, toasts included.
pub const EVENTS: u64 = 100;
/// Commands to the view.
pub const VIEW_COMMANDS: u64 = 1_000;
/// Log lines; further ones are dropped and the last line kept says so.
pub const LOG_LINES: u64 = 1_000;
/// Bytes of log text, counted like [`LOG_LINES`].
pub const LOG_BYTES: u64 = 64 << 10;
/// Extension calls that may be under way at once.
pub const PENDING_CALLS: u64 = 100;
/// Bytes of a handler's source.
pub const SOURCE_BYTES: u64 = 1 << 20;
/// Containers a value may nest. Decoding recurses, so this bounds the native stack too.
pub const VALUE_DEPTH: usize = 64;
/// Bytes of a value in its MessagePack form.
pub const VALUE_BYTES: usize = 1 << 20;
/// Milliseconds an extension call may take before it is answered with a failure: above the 30 s default of `http`, so
/// that the extension's own, better message comes first.
pub const SUSPENSION_TIMEOUT_MS: u64 = 60_000;
/// Panels of a kernel. One takes some ten kilobytes besides its state and its document.
pub const PANELS: usize = 10_000;
/// Runs of one panel that wait for their first turn: more than any page asks for at once, few enough that the last one waits for
/// seconds and not for minutes.
pub const PANEL_QUEUE: usize = 1_000;
/// Bytes of a panel's whole state, its keys included: copied into the sandbox's 32 MiB at each run, where it takes some three
/// times as much.
pub const PANEL_STATE_BYTES: usize = 8 << 20;
/// Keys of a panel's state, those included that were deleted and that a suspended run has not heard of.
pub const PANEL_STATE_KEYS: usize = 100_000;
/// Triggers in a row, each fired by what the one before it did, until the next is refused (the limit that reactive loops have in
/// the systems this kernel replaces).
pub const TRIGGER_DEPTH: u32 = 50;
/// Milliseconds that the `unmount` of a panel may take in all, waiting included: a panel that is destroyed has to go.
pub const UNMOUNT_MS: u64 = 5_000;
/// Levels of a message between kernel and sandbox: a value of any allowed depth inside the message's own few levels.
pub const MESSAGE_DEPTH: usize = 1_024;
/// Least memory a run can be given: the booted engine itself takes 4 MiB.
pub const MIN_MEMORY_BYTES: u64 = 8 << 20;

/// The limits of one run. Named on the wire and in the API as in camel case: `timeoutMs`, `maxHostCalls`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Limits {
    /// See [`TIMEOUT_MS`].
    pub timeout_ms: u64,
    /// See [`FUEL`].
    pub fuel: u64,
    /// See [`MEMORY_BYTES`].
    pub memory_bytes: u64,
    /// See [`STACK_BYTES`].
    pub stack_bytes: u64,
    /// See [`HOST_CALLS`].
    pub max_host_calls: u64,
    /// See [`STATE_MUTATIONS`].
    pub max_state_mutations: u64,
    /// See [`EVENTS`].
    pub max_events: u64,
    /// See [`VIEW_COMMANDS`].
    pub max_view_commands: u64,
    /// See [`LOG_LINES`].
    pub max_log_lines: u64,
    /// See [`LOG_BYTES`].
    pub max_log_bytes: u64,
    /// See [`PENDING_CALLS`].
    pub max_pending_calls: u64,
    /// See [`SOURCE_BYTES`].
    pub max_source_bytes: u64,
    /// See [`VALUE_DEPTH`].
    pub max_value_depth: u64,
    /// See [`VALUE_BYTES`].
    pub max_value_bytes: u64,
    /// See [`SUSPENSION_TIMEOUT_MS`].
    pub suspension_timeout_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout_ms: TIMEOUT_MS,
            fuel: FUEL,
            memory_bytes: MEMORY_BYTES,
            stack_bytes: STACK_BYTES,
            max_host_calls: HOST_CALLS,
            max_state_mutations: STATE_MUTATIONS,
            max_events: EVENTS,
            max_view_commands: VIEW_COMMANDS,
            max_log_lines: LOG_LINES,
            max_log_bytes: LOG_BYTES,
            max_pending_calls: PENDING_CALLS,
            max_source_bytes: SOURCE_BYTES,
            max_value_depth: VALUE_DEPTH as u64,
            max_value_bytes: VALUE_BYTES as u64,
            suspension_timeout_ms: SUSPENSION_TIMEOUT_MS,
        }
    }
}

impl Limits {
    /// The names of all limits, as the API spells them.
    pub const NAMES: &[&str] = &[
        "timeoutMs",
        "fuel",
        "memoryBytes",
        "stackBytes",
        "maxHostCalls",
        "maxStateMutations",
        "maxEvents",
        "maxViewCommands",
        "maxLogLines",
        "maxLogBytes",
        "maxPendingCalls",
        "maxSourceBytes",
        "maxValueDepth",
        "maxValueBytes",
        "suspensionTimeoutMs",
    ];

    /// Sets the limit called `name` in the API.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a name that is no limit, a number that is no whole one from 0 on, or one outside what
    /// the limit can be ([`Self::validate`]).
    pub fn set(&mut self, name: &str, number: f64) -> Result<(), Error> {
        #[expect(clippy::cast_precision_loss, reason = "a bound, not a count")]
        if !(0.0..=crate::value::MAX_SAFE_INTEGER as f64).contains(&number) || number.fract() != 0.0 {
            return Err(Error::invalid_argument(format!(
                "limits.{name} has to be a whole number from 0 on, not {number}"
            )));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
        let number = number as u64;
        *match name {
            "timeoutMs" => &mut self.timeout_ms,
            "fuel" => &mut self.fuel,
            "memoryBytes" => &mut self.memory_bytes,
            "stackBytes" => &mut self.stack_bytes,
            "maxHostCalls" => &mut self.max_host_calls,
            "maxStateMutations" => &mut self.max_state_mutations,
            "maxEvents" => &mut self.max_events,
            "maxViewCommands" => &mut self.max_view_commands,
            "maxLogLines" => &mut self.max_log_lines,
            "maxLogBytes" => &mut self.max_log_bytes,
            "maxPendingCalls" => &mut self.max_pending_calls,
            "maxSourceBytes" => &mut self.max_source_bytes,
            "maxValueDepth" => &mut self.max_value_depth,
            "maxValueBytes" => &mut self.max_value_bytes,
            "suspensionTimeoutMs" => &mut self.suspension_timeout_ms,
            _ => {
                let names = Self::NAMES.join(", ");
                return Err(Error::invalid_argument(format!("limits has no field {name:?}; it has {names}")));
            }
        } = number;
        self.validate()
    }

    /// Checks that every limit can be kept.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`, naming the limit.
    pub fn validate(&self) -> Result<(), Error> {
        let bounds = [
            ("timeoutMs", self.timeout_ms, 1, LONGEST_MS),
            ("fuel", self.fuel, 1, crate::value::MAX_SAFE_INTEGER.unsigned_abs()),
            ("memoryBytes", self.memory_bytes, MIN_MEMORY_BYTES, 4 << 30),
            ("stackBytes", self.stack_bytes, STACK_BYTES, STACK_BYTES),
            ("maxValueDepth", self.max_value_depth, 1, VALUE_DEPTH as u64),
            ("maxValueBytes", self.max_value_bytes, 1, 256 << 20),
            ("maxSourceBytes", self.max_source_bytes, 1, 64 << 20),
            ("suspensionTimeoutMs", self.suspension_timeout_ms, 1, LONGEST_MS),
        ];
        for (name, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                return Err(Error::invalid_argument(format!("limits.{name} has to be {least} to {most}, not {value}")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_sets_its_own_limit() {
        for name in Limits::NAMES {
            let mut limits = Limits::default();
            let before = serde_json::to_value(&limits).unwrap();
            let number = match *name {
                "memoryBytes" => 64 << 20,
                "stackBytes" => STACK_BYTES,
                "maxValueDepth" => 63,
                _ => 4_711,
            };
            #[expect(clippy::cast_precision_loss, reason = "small")]
            limits.set(name, number as f64).unwrap();
            let after = serde_json::to_value(&limits).unwrap();
            assert_eq!(after[*name], number);
            for other in Limits::NAMES.iter().filter(|other| *other != name) {
                assert_eq!(before[*other], after[*other], "{name} changed {other}");
            }
        }
    }

    #[test]
    fn unusable_limits_are_refused_by_name() {
        for (name, number) in [
            ("timeoutMs", 0.0),
            ("fuel", f64::NAN),
            ("fuel", 1.5),
            ("maxEvents", -1.0),
            ("memoryBytes", 1024.0),
            ("maxValueDepth", 65.0),
            ("nonsense", 1.0),
        ] {
            let error = Limits::default().set(name, number).unwrap_err();
            assert!(error.message.contains(name), "{}", error.message);
        }
    }
}
