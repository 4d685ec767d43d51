//! The true positions of run-time errors.
//!
//! The engine reports the position of the innermost guard around an instruction, which for a method call on `null` or
//! an unknown variable is no more than the start of the function. It also says which instruction that was. Only when a
//! run has failed, the text is compiled once more with more guards, and the instruction found again between them; a
//! run that does not fail pays nothing. A place that is not known for certain is not reported; of a run that was stopped,
//! the start of what is around it is.
//!
//! | file | what it does |
//! |---|---|
//! | `trace` | reads program counters and source maps out of the engine |
//! | `outline` | what of the text can throw, and where guards can be put |
//! | `probe` | from a program counter to a place in the text |
//! | `code` | the instructions and loops of what was running |
//! | `opcodes` | what instructions there are |
//! | `stop` | where a stopped run was |

mod code;
mod opcodes;
mod outline;
mod probe;
mod stop;
#[cfg(test)]
mod tests;
mod trace;

use boa_engine::ast::Position;
use boa_engine::builtins::error::Error as ErrorObject;
use boa_engine::vm::CallFrame;
use boa_engine::{Context, JsObject};
use nexus_core::{Limits, Location};

use self::code::Code;
use self::probe::{Layout, Probe};
use self::stop::Stopped;
use self::trace::Frame;
use crate::source::{self, HandlerSource};

/// Bytes of source up to which the handler of a failed or stopped run is parsed again. The memory that this takes counts
/// as the run's; it is some 300 bytes for each byte of the source, and a handler of more than a few times this size does
/// not compile in the default limit of memory at all.
const PROBED_SOURCE_BYTES: usize = 64 << 10;

/// How many calls are told of a stack, as many as the engine does.
const CALLS: usize = 50;

/// Why the engine made an error object.
#[derive(Debug, Clone, Copy)]
pub enum Cause<'a> {
    /// It is thrown, with this message if the engine composed it.
    Thrown(Option<&'a str>),
    /// A host function stops the run, and the object tells where.
    Refused,
    /// The run was stopped, and the object tells where. The engine may be in the middle of anything, so it is not used.
    Stopped,
}

/// What is known of a frame.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Where it is, if that is known.
    pub location: Option<Location>,
    /// The name of its function, where the engine does not know it.
    pub name: Option<String>,
}

/// Where the frames of an error's stack are in the handler's `text`, innermost first. Native frames have no location, nor
/// have those whose place is not known for certain, unless the run was stopped: then there is the construct around it.
pub fn locate(object: &JsObject, cause: Cause<'_>, text: &str, context: &mut Context) -> Vec<Place> {
    let frames = match object.downcast_ref::<ErrorObject>() {
        Some(error) => trace::frames(&error),
        None => return Vec::new(),
    };
    let Some(source) = parse(text) else { return too_long(&frames, cause, text) };
    let plain = Layout::plain(&source);
    let probed = match cause {
        Cause::Thrown(message) => Some(plain.probed(&source, message.and_then(undefined))),
        Cause::Refused => Some(plain.probed(&source, None)),
        Cause::Stopped => None,
    };
    let plain = if matches!(cause, Cause::Thrown(_)) { plain } else { plain.with_loops(&source) };
    // The tree is large, and so is the one of the probe.
    drop(source);
    let probe = probed.and_then(|(layout, text)| Probe::compile(layout, text, context));
    let mut positions = match cause {
        Cause::Thrown(_) | Cause::Refused => certain(&frames, cause, &plain, probe.as_ref()),
        Cause::Stopped => vec![None; frames.len()],
    };
    if matches!(cause, Cause::Refused | Cause::Stopped) {
        for (position, stopped) in positions.iter_mut().zip(stopped(&frames, &plain, context)) {
            *position = position.or(stopped);
        }
    }
    places(&frames, positions, &plain, text)
}

/// The calls that are under way in a stopped run and where they are, innermost first. It takes nothing but memory: the
/// engine may be in the middle of making an object. Native functions are not among them.
pub fn locate_calls(text: &str, context: &Context) -> Vec<(String, Place)> {
    let calls = || context.stack_trace().take(CALLS);
    let frames: Vec<Frame> = calls().map(trace::call).collect();
    let located = match parse(text) {
        Some(source) => {
            let plain = Layout::plain(&source).with_loops(&source);
            drop(source);
            places(&frames, stopped(&frames, &plain, context), &plain, text)
        }
        None => too_long(&frames, Cause::Stopped, text),
    };
    let of_handler = |call: &CallFrame| call.code_block().path().to_string() == source::FILE_NAME;
    let named = calls().zip(located).filter(|(call, _)| of_handler(call));
    named.map(|(call, place)| (call.code_block().name().to_std_string_lossy(), place)).collect()
}

fn parse(text: &str) -> Option<HandlerSource> {
    // It was compiled, so it is within its limits.
    let limits = Limits { max_source_bytes: u64::MAX, ..Limits::default() };
    if text.len() > PROBED_SOURCE_BYTES { None } else { HandlerSource::parse(text, &limits).ok() }
}

fn places(frames: &[Frame], positions: Vec<Option<Position>>, plain: &Layout, text: &str) -> Vec<Place> {
    let place = |(frame, position): (&Frame, Option<Position>)| Place {
        location: position.map(|position| source::to_author(text, position)),
        name: match frame {
            Frame::Native => None,
            Frame::Code { map, .. } => plain.name(map),
        },
    };
    frames.iter().zip(positions).map(place).collect()
}

/// The places in a text that is not parsed again: of a stopped run, the guards that the engine knows.
fn too_long(frames: &[Frame], cause: Cause<'_>, text: &str) -> Vec<Place> {
    let position = |frame: &Frame| match (frame, cause) {
        (Frame::Native, _) | (_, Cause::Thrown(_)) => None,
        (Frame::Code { pc, map }, _) => map[..map.partition_point(|entry| entry.pc <= *pc)].last()?.position,
    };
    let place = |frame: &Frame| position(frame).map(|position| source::to_author(text, position));
    frames.iter().map(|frame| Place { location: place(frame), name: None }).collect()
}

/// The places of what must have happened in each frame.
fn certain(frames: &[Frame], cause: Cause<'_>, plain: &Layout, probe: Option<&Probe>) -> Vec<Option<Position>> {
    // What happened, happened in the innermost frame; all others are calls.
    let causes = std::iter::once(cause).chain(std::iter::repeat(Cause::Thrown(None)));
    let located = frames.iter().zip(causes).map(|(frame, cause)| {
        let Frame::Code { pc, map } = frame else { return None };
        let probed = probe.map(|probe| probe.operations(plain, map, *pc)).unwrap_or_default();
        probe::place(&probed, cause).or_else(|| probe::place(&plain.operations_at(map, *pc), cause))
    });
    located.collect()
}

/// The places of the frames of a stopped run.
fn stopped(frames: &[Frame], plain: &Layout, context: &Context) -> Vec<Option<Position>> {
    let mut calls: Vec<Option<&CallFrame>> = context.stack_trace().take(CALLS + 1).map(Some).collect();
    // The engine keeps calls and frames apart: one of them may not have been put there yet, or be gone already.
    if let Some(Frame::Code { map, .. }) = frames.iter().find(|frame| matches!(frame, Frame::Code { .. })) {
        let is_it = |call: &Option<&CallFrame>| call.is_some_and(|call| trace::call(call).has_map(map));
        match calls.iter().take(2).position(is_it) {
            Some(gone) => calls.drain(..gone).for_each(drop),
            None => calls.insert(0, None),
        }
    }
    let mut calls = calls.into_iter();
    // Memory is asked for by instructions, not between them.
    let mut within = is_out_of_memory();
    let mut places = Vec::with_capacity(frames.len());
    for frame in frames {
        places.push(match frame {
            Frame::Native => None,
            Frame::Code { pc, map } => {
                let code = calls.next().flatten().map(|call| Code::read(call.code_block())).unwrap_or_default();
                Stopped::new(plain, map, &code).and_then(|stopped| stopped.place(*pc, within))
            }
        });
        // All others are in the middle of a call.
        within = true;
    }
    places
}

/// Whether the run was stopped for memory.
fn is_out_of_memory() -> bool {
    #[cfg(target_family = "wasm")]
    return crate::allocator::is_exhausted();
    #[cfg(not(target_family = "wasm"))]
    false
}

/// The variable of a `ReferenceError`.
fn undefined(message: &str) -> Option<&str> {
    message.strip_prefix("ReferenceError: ")?.strip_suffix(" is not defined")
}
