//! The true positions of run-time errors.
//!
//! The engine reports the position of the innermost guard around an instruction, which for a method call on `null` or
//! an unknown variable is no more than the start of the function. It also says which instruction that was. Only when a
//! run has failed, the text is compiled once more with more guards, and the instruction found again between them; a
//! run that does not fail pays nothing. A place that is not known for certain is not reported.
//!
//! | file | what it does |
//! |---|---|
//! | `trace` | reads program counters and source maps out of the engine |
//! | `outline` | what of the text can throw, and where guards can be put |
//! | `probe` | from a program counter to a place in the text |

mod outline;
mod probe;
#[cfg(test)]
mod tests;
mod trace;

use boa_engine::builtins::error::Error as ErrorObject;
use boa_engine::{Context, JsObject};
use nexus_core::{Limits, Location};

use self::probe::{Layout, Probe};
use self::trace::Frame;
use crate::source::{self, HandlerSource};

/// Bytes of source up to which a failed handler is compiled again. The memory that this takes counts as the run's; it is
/// some 300 bytes for each byte of the source, and a handler of more than a few times this size does not compile in
/// the default limit of memory at all.
const PROBED_SOURCE_BYTES: usize = 64 << 10;

/// Bytes of source up to which a stopped handler is parsed again: that happens in what memory is left.
const STOPPED_SOURCE_BYTES: usize = 8 << 10;

/// Why the engine made an error object.
#[derive(Debug, Clone, Copy)]
pub enum Cause<'a> {
    /// It is thrown, with this message if the engine composed it.
    Thrown(Option<&'a str>),
    /// The run was stopped, and the object tells where. The engine may be in the middle of anything, so it is not used.
    Stopped,
}

/// Where the frames of an error's stack are in the handler's `text`, innermost first. Native frames, and those whose
/// place is not known for certain, have no location.
pub fn locate(object: &JsObject, cause: Cause<'_>, text: &str, context: &mut Context) -> Vec<Option<Location>> {
    let frames = match object.downcast_ref::<ErrorObject>() {
        Some(error) => trace::frames(&error),
        None => return Vec::new(),
    };
    if matches!(cause, Cause::Stopped) && text.len() > STOPPED_SOURCE_BYTES {
        return vec![None; frames.len()];
    }
    // It was compiled, so it is within its limits.
    let limits = Limits { max_source_bytes: u64::MAX, ..Limits::default() };
    let Ok(source) = HandlerSource::parse(text, &limits) else { return vec![None; frames.len()] };
    let plain = Layout::plain(&source);
    let probed = match cause {
        Cause::Thrown(message) if text.len() <= PROBED_SOURCE_BYTES => {
            Some(plain.probed(&source, message.and_then(undefined)))
        }
        _ => None,
    };
    // The tree is large, and so is the one of the probe.
    drop(source);
    let probe = probed.and_then(|(layout, text)| Probe::compile(layout, text, context));
    // What happened, happened in the innermost frame; all others are calls.
    let causes = std::iter::once(cause).chain(std::iter::repeat(Cause::Thrown(None)));
    let located = frames.iter().zip(causes).map(|(frame, cause)| {
        let Frame::Code { pc, map } = frame else { return None };
        let probed = probe.as_ref().map(|probe| probe.operations(&plain, map, *pc)).unwrap_or_default();
        let mut operations = plain.operations_at(map, *pc);
        if matches!(cause, Cause::Stopped) {
            // It may have been between two instructions, one that was done and the first of a loop.
            operations.extend(plain.operations_at(map, pc + 1));
        }
        let place = probe::place(&probed, cause).or_else(|| probe::place(&operations, cause))?;
        Some(source::to_author(text, place))
    });
    located.collect()
}

/// The variable of a `ReferenceError`.
fn undefined(message: &str) -> Option<&str> {
    message.strip_prefix("ReferenceError: ")?.strip_suffix(" is not defined")
}
