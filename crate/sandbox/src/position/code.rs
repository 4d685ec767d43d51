//! The instructions of a function: which there are, where they jump to, and the loops that they make.
//!
//! Boa 0.22 shows their bytes to the `Debug` formatter alone. Its `Display` takes them apart, and panics where the run was
//! stopped while an instruction had its cache open. What is not read here counts as unknown.

use std::fmt::{self, Write as _};
use std::ops::Range;

use boa_engine::vm::CodeBlock;

use super::opcodes::OPCODES;

/// The instruction that every loop of the source has one of.
const LOOP: &str = "IncrementLoopIteration";

/// Instructions that never go on to the next one.
const LEAVING: [&str; 4] = ["Jump", "Return", "Throw", "ReThrow"];

/// Instructions that may take long by themselves: arithmetic of large integers, and what empties an iterator.
const SLOW: [&str; 5] = ["Pow", "Mul", "Div", "Mod", "PushIteratorToArray"];

/// Instructions that put a number into a register.
const NUMBERS: [&str; 7] =
    ["StoreZero", "StoreOne", "StoreInt8", "StoreInt16", "StoreInt32", "StoreFloat", "StoreDouble"];

/// Instructions that do what an [`super::outline::Operation`] stands for, but for these and [`CALLS`] it is not one kind
/// for one operation.
const ACTING: [&str; 31] = [
    "GetPropertyByName",
    "GetPropertyByNameWithThis",
    "GetPropertyByValue",
    "GetPropertyByValuePush",
    "GetLengthProperty",
    "GetPrivateField",
    "GetMethod",
    "SetPropertyByName",
    "SetPropertyByNameWithThis",
    "SetPropertyByValue",
    "SetPrivateField",
    "DeletePropertyByName",
    "DeletePropertyByValue",
    "GetIterator",
    "GetAsyncIterator",
    "CreateForInIterator",
    "IteratorNext",
    "IteratorValue",
    "IteratorReturn",
    "IteratorToArray",
    "PushIteratorToArray",
    "CopyDataProperties",
    "ToPropertyKey",
    "Inc",
    "Dec",
    "Neg",
    "Pos",
    "BitNot",
    "InPrivate",
    "TemplateCreate",
    "Throw",
];

/// Instructions that call a function.
pub const CALLS: [&str; 6] = ["Call", "CallSpread", "New", "NewSpread", "SuperCall", "SuperCallSpread"];

/// Instructions that do one thing for one operator of the source.
const OPERATORS: [&str; 20] = [
    "Add",
    "Sub",
    "Div",
    "Mul",
    "Pow",
    "Mod",
    "BitAnd",
    "BitOr",
    "BitXor",
    "ShiftLeft",
    "ShiftRight",
    "UnsignedShiftRight",
    "Eq",
    "NotEq",
    "StrictEq",
    "StrictNotEq",
    "In",
    "InstanceOf",
    "ConcatToString",
    "Await",
];

/// Comparisons, which are no [`OPERATORS`] because a condition makes them one with its jump.
const COMPARISONS: [&str; 8] = [
    "LessThan",
    "LessThanOrEq",
    "GreaterThan",
    "GreaterThanOrEq",
    "JumpIfNotLessThan",
    "JumpIfNotLessThanOrEqual",
    "JumpIfNotGreaterThan",
    "JumpIfNotGreaterThanOrEqual",
];

#[derive(Debug, Clone, Copy)]
pub struct Instruction {
    /// Where it begins.
    pub pc: u32,
    pub opcode: &'static str,
    /// Whether it may take long by itself, so that a run may well have been stopped in it.
    slow: bool,
}

impl Instruction {
    /// Whether it does what one operation of the source does, or a part of that.
    pub fn acts(&self) -> bool {
        [&ACTING[..], &CALLS, &OPERATORS, &COMPARISONS].iter().any(|known| known.contains(&self.opcode))
    }
}

#[derive(Debug, Default)]
pub struct Code {
    /// In ascending order.
    pub instructions: Vec<Instruction>,
    /// Where jumps go to, in ascending order.
    pub targets: Vec<u32>,
    /// The instructions of each loop that are executed again and again, in the order of the source.
    pub loops: Vec<Range<u32>>,
}

/// What a frame was doing, by the number of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It was executing it, or about to.
    One(usize),
    /// One of the two, which cannot be told apart.
    Either(usize, usize),
}

impl Code {
    pub fn read(code: &CodeBlock) -> Self {
        let mut reader = Reader::default();
        // It stops where the bytes end.
        let _ = write!(reader, "{code:?}");
        Self::decode(&reader.bytes).unwrap_or_default()
    }

    /// `None` if it is not what [`OPCODES`] say.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut code = Self::default();
        // From where to where.
        let mut jumps = Vec::new();
        // The register into which the last instruction put a number that stands in the source.
        let mut number = None;
        let mut at = 0;
        while at < bytes.len() {
            let pc = u32::try_from(at).ok()?;
            let (opcode, kinds) = *OPCODES.get(usize::from(bytes[at]))?;
            at += 1;
            let mut registers = Vec::new();
            for kind in kinds.chars() {
                let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
                let list = if kind.is_ascii_uppercase() { 4 * word(at)? as usize } else { 0 };
                match kind {
                    'r' => registers.push(word(at)?),
                    'a' => jumps.push((pc, word(at)?)),
                    'A' => {
                        for entry in (at + 4..at + 4 + list).step_by(4) {
                            jumps.push((pc, word(entry)?));
                        }
                    }
                    _ => {}
                }
                at += match kind {
                    'b' => 1,
                    'h' => 2,
                    'd' => 8,
                    _ => 4 + list,
                };
            }
            // A large integer cannot be multiplied with a number.
            let with_number = number.is_some_and(|number| registers.iter().skip(1).any(|operand| *operand == number))
                && !jumps.iter().any(|(_, target)| *target == pc);
            let slow = SLOW.contains(&opcode) && !with_number;
            number = registers.first().copied().filter(|_| NUMBERS.contains(&opcode));
            code.instructions.push(Instruction { pc, opcode, slow });
        }
        code.loops = code.find_loops(&jumps);
        code.targets.extend(jumps.into_iter().map(|(_, target)| target));
        code.targets.sort_unstable();
        (at == bytes.len()).then_some(code)
    }

    /// A loop goes from where it jumps back to, to where it does so. That is not always the instruction that counts its
    /// rounds, but before it there is none of another loop.
    fn find_loops(&self, jumps: &[(u32, u32)]) -> Vec<Range<u32>> {
        let heads: Vec<u32> =
            self.instructions.iter().filter(|instruction| instruction.opcode == LOOP).map(|head| head.pc).collect();
        let mut loops: Vec<Range<u32>> = heads.iter().map(|head| *head..*head + 1).collect();
        for (from, to) in jumps {
            let index = heads.partition_point(|head| head < to);
            if let Some(found) = loops.get_mut(index).filter(|_| heads[index] <= *from) {
                found.start = found.start.min(*to);
                found.end = found.end.max(from + 1);
            }
        }
        loops
    }

    /// The innermost loop that an instruction is part of.
    pub fn loop_at(&self, index: usize) -> Option<usize> {
        let pc = self.instructions[index].pc;
        self.loops.iter().rposition(|range| range.contains(&pc))
    }

    /// Whether a loop is the other one or around it.
    pub fn is_around(&self, outer: usize, inner: usize) -> bool {
        self.loops[outer].start <= self.loops[inner].start && self.loops[inner].end <= self.loops[outer].end
    }

    /// What the frame whose last instruction ends behind `pc` was doing; `None` if none ends there.
    ///
    /// `within` says that it is in the middle of that instruction: it called something, or asked for memory.
    pub fn doing(&self, pc: u32, within: bool) -> Option<Doing> {
        let next = self.instructions.partition_point(|instruction| instruction.pc <= pc);
        let at = self.instructions.get(next).map(|instruction| instruction.pc);
        if at.is_some_and(|at| at != pc + 1) {
            // Not even the first was begun.
            return (pc == 0).then_some(Doing::One(0));
        }
        let last = next.checked_sub(1)?;
        let Instruction { opcode, slow, .. } = self.instructions[last];
        let Some(at) = at else { return Some(Doing::One(last)) };
        Some(if within {
            Doing::One(last)
        } else if LEAVING.contains(&opcode) {
            // It came from elsewhere.
            Doing::One(next)
        } else if self.targets.binary_search(&at).is_ok() {
            if slow { Doing::Either(last, next) } else { Doing::One(next) }
        } else {
            Doing::One(last)
        })
    }
}

/// Reads the bytes that are printed as `bytes: [144, 1, 0]`.
#[derive(Default)]
struct Reader {
    bytes: Vec<u8>,
    /// The last word or number, and whether it is over.
    word: String,
    over: bool,
    begun: bool,
}

impl fmt::Write for Reader {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if character.is_ascii_alphanumeric() || character == '_' {
                if std::mem::take(&mut self.over) {
                    self.word.clear();
                }
                self.word.push(character);
                continue;
            }
            if self.begun && !self.over {
                self.bytes.extend(self.word.parse::<u8>().ok());
            }
            self.over = true;
            match character {
                '[' if self.word == "bytes" => self.begun = true,
                ']' if self.begun => return Err(fmt::Error),
                _ => {}
            }
        }
        Ok(())
    }
}
