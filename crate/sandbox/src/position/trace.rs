//! Where the engine was when it made an error: program counters, and the source maps they point into.
//!
//! Boa 0.22 has both in every error object and shows them to its `Debug` formatter alone. The release is pinned, and
//! whatever is not found here counts as unknown: a stack then has fewer locations, never wrong ones.

use std::fmt::{self, Write as _};

use boa_engine::ast::Position;
use boa_engine::builtins::error::Error as ErrorObject;
use boa_engine::vm::{CallFrame, CodeBlock};

/// From its program counter on, code belongs to the position; up to the next entry of its map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub pc: u32,
    pub position: Option<Position>,
}

/// The source map of one function, in ascending order of program counters.
pub type SourceMap = Vec<Entry>;

/// One line of a stack.
#[derive(Debug)]
pub enum Frame {
    Native,
    /// `pc` is within the instruction that was being executed.
    Code {
        pc: u32,
        map: SourceMap,
    },
}

impl Frame {
    /// Whether it is of code with this source map.
    pub fn has_map(&self, of: &SourceMap) -> bool {
        matches!(self, Self::Code { map, .. } if map == of)
    }
}

/// The stack of an error, innermost frame first.
pub fn frames(error: &ErrorObject) -> Vec<Frame> {
    let mut frames = Scanner::scan(&error).frames;
    frames.reverse();
    frames
}

/// A call that is under way. Unlike an error, it can be looked at without the engine's help.
pub fn call(frame: &CallFrame) -> Frame {
    let mut scanner = Scanner { to_pc: true, ..Scanner::default() };
    // It stops behind the program counter.
    let _ = write!(scanner, "{frame:?}");
    let map = scanner.maps.pop().unwrap_or_default();
    Frame::Code { pc: scanner.pc.unwrap_or_default().saturating_sub(1), map }
}

/// The source maps of a function and of all functions in it.
pub fn source_maps(code: &CodeBlock) -> Vec<SourceMap> {
    Scanner::scan(&code).maps
}

/// Reads `Debug` text as it is written, so that the text, many times larger than the code, is never held.
#[derive(Default)]
struct Scanner {
    frames: Vec<Frame>,
    maps: Vec<SourceMap>,
    word: String,
    /// The name in front of the value that is being read.
    field: Field,
    in_map: bool,
    in_string: bool,
    escaped: bool,
    line: Option<u32>,
    /// Whether to read no further than a program counter outside of source maps, and that.
    to_pc: bool,
    pc: Option<u32>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Field {
    ProgramCounter,
    Line,
    Column,
    #[default]
    Other,
}

impl Scanner {
    fn scan(value: &dyn fmt::Debug) -> Self {
        let mut scanner = Self::default();
        // The scanner itself never fails.
        let _ = write!(scanner, "{value:?}");
        scanner
    }

    fn take_word(&mut self) {
        match self.word.as_str() {
            "" => return,
            "Native" => self.frames.push(Frame::Native),
            "Bytecode" => self.frames.push(Frame::Code { pc: 0, map: SourceMap::new() }),
            "SourceMap" => {
                self.in_map = true;
                self.maps.push(SourceMap::new());
            }
            "path" if self.in_map => self.end_map(),
            word => {
                if let Ok(number) = word.parse() {
                    self.take_number(number);
                }
            }
        }
        self.field = match self.word.as_str() {
            "pc" => Field::ProgramCounter,
            "line_number" => Field::Line,
            "column_number" => Field::Column,
            _ => Field::Other,
        };
        self.word.clear();
    }

    fn take_number(&mut self, number: u32) {
        match (self.field, self.in_map) {
            (Field::ProgramCounter, true) => {
                if let Some(map) = self.maps.last_mut() {
                    map.push(Entry { pc: number, position: None });
                }
            }
            (Field::ProgramCounter, false) => {
                self.pc = Some(number);
                if let Some(Frame::Code { pc, .. }) = self.frames.last_mut() {
                    *pc = number;
                }
            }
            (Field::Line, true) => self.line = Some(number),
            (Field::Column, true) => {
                let entry = self.maps.last_mut().and_then(|map| map.last_mut());
                if let (Some(entry), Some(line)) = (entry, self.line.take()) {
                    entry.position = Some(Position::new(line.max(1), number.max(1)));
                }
            }
            _ => {}
        }
    }

    fn end_map(&mut self) {
        self.in_map = false;
        if let (Some(Frame::Code { map, .. }), Some(read)) = (self.frames.last_mut(), self.maps.last()) {
            map.clone_from(read);
        }
    }
}

impl fmt::Write for Scanner {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            if self.in_string {
                match char {
                    _ if self.escaped => self.escaped = false,
                    '\\' => self.escaped = true,
                    '"' => self.in_string = false,
                    _ => {}
                }
            } else if char.is_ascii_alphanumeric() || char == '_' {
                self.word.push(char);
            } else {
                self.take_word();
                if self.to_pc && self.pc.is_some() {
                    return Err(fmt::Error);
                }
                self.in_string = char == '"';
            }
        }
        Ok(())
    }
}
