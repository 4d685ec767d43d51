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
//! | `lines` | byte offsets of positions |

mod lines;
mod outline;
mod probe;
mod trace;

use boa_engine::Context;
use boa_engine::builtins::error::Error as ErrorObject;
use boa_engine::object::JsObject;
use nexus_core::{Limits, Location};

use self::probe::{Layout, Probe};
use self::trace::Frame;
use crate::source::{self, HandlerSource};

/// Where the frames of an error's stack are in the handler's `text`, innermost first. `message` is what the engine
/// said, if it made the error. Native frames, and those whose place is not known for certain, have no location.
pub fn locate(object: &JsObject, message: Option<&str>, text: &str, context: &mut Context) -> Vec<Option<Location>> {
    let frames = match object.downcast_ref::<ErrorObject>() {
        Some(error) => trace::frames(&error),
        None => return Vec::new(),
    };
    // It was compiled, so it is within its limits.
    let limits = Limits { max_source_bytes: u64::MAX, ..Limits::default() };
    let Ok(source) = HandlerSource::parse(text, &limits) else { return vec![None; frames.len()] };
    let plain = Layout::plain(&source);
    let probe = Probe::compile(&source, message.and_then(undefined), context);
    // An error is thrown by its innermost frame; all others are calls.
    let messages = std::iter::once(message).chain(std::iter::repeat(None));
    let located = frames.iter().zip(messages).map(|(frame, message)| {
        let Frame::Code { pc, map } = frame else { return None };
        let probed = probe.as_ref().map(|probe| probe.operations(&plain, map, *pc)).unwrap_or_default();
        let place = probe::place(&probed, message).or_else(|| probe::place(&plain.at(map, *pc), message))?;
        Some(source::to_author(text, place))
    });
    located.collect()
}

/// The variable of a `ReferenceError`.
fn undefined(message: &str) -> Option<&str> {
    message.strip_suffix(" is not defined")
}
