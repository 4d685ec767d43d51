//! Where a run was that was stopped in the middle.
//!
//! Nothing was thrown, so there is no operation that must be it, and the engine cannot be asked to compile a probe. What
//! can be had is the code that was running, its loops and the engine's own guards. Each place is the line that was running
//! where that is certain, otherwise the start of the innermost construct that certainly was: a guarded expression, a
//! loop, or else the function.

use boa_engine::ast::Position;

use super::code::{CALLS, Code, Doing};
use super::outline::{Action, Operation};
use super::probe::Layout;
use super::trace::SourceMap;

/// A frame of a stopped run.
pub struct Stopped<'a> {
    layout: &'a Layout,
    map: &'a SourceMap,
    code: &'a Code,
    function: usize,
    /// The loops of the function in the layout, as in the code; `None` if they are not the same.
    loops: Option<Vec<usize>>,
}

impl<'a> Stopped<'a> {
    /// `None` if it is not known which function of the text it is.
    pub fn new(layout: &'a Layout, map: &'a SourceMap, code: &'a Code) -> Option<Self> {
        let function = layout.function_of(map)?;
        let loops = layout.loops_of(function);
        let loops = (loops.len() == code.loops.len()).then_some(loops);
        Some(Self { layout, map, code, function, loops })
    }

    /// Where it was. `pc` and `within` as for [`Code::doing`].
    pub fn place(&self, pc: u32, within: bool) -> Option<Position> {
        match self.code.doing(pc, within) {
            Some(Doing::One(instruction)) => self.line(instruction).or_else(|| self.around(instruction)),
            Some(Doing::Either(one, other)) => self.common(one, other),
            None => self.layout.guard_at(self.map, pc).or_else(|| self.layout.start(self.function)),
        }
    }

    fn common(&self, one: usize, other: usize) -> Option<Position> {
        let (first, second) = (self.line(one), self.line(other));
        if let (Some(first), Some(second)) = (first, second)
            && first.line_number() == second.line_number()
        {
            return Some(second);
        }
        let (one, other) = (self.code.loop_at(one), self.code.loop_at(other));
        let around = match (one, other) {
            (Some(one), Some(other)) => (0..=one.min(other))
                .rev()
                .find(|outer| self.code.is_around(*outer, one) && self.code.is_around(*outer, other)),
            _ => None,
        };
        self.keyword(around).or_else(|| self.layout.start(self.function))
    }

    /// Where an instruction is, if that is certain.
    fn line(&self, index: usize) -> Option<Position> {
        let instruction = self.code.instructions[index];
        if !instruction.acts() {
            return None;
        }
        let operations = self.operations(index);
        let opcode = instruction.opcode;
        let is_it = |operation: &&&Operation| match operation.opcode {
            Some(own) => own == opcode,
            None => operation.action == Action::Call && CALLS.contains(&opcode),
        };
        let alike: Vec<_> = operations.iter().filter(is_it).collect();
        let range = self.layout.segment(self.map, instruction.pc);
        let rivals = self.code.instructions.iter().enumerate().filter(|(other, rival)| {
            range.contains(&rival.pc) && rival.opcode == opcode && self.code.loop_at(*other) == self.code.loop_at(index)
        });
        let rivals: Vec<usize> = rivals.map(|(index, _)| index).collect();
        if alike.len() == rivals.len() {
            return rivals.iter().zip(alike).find(|(rival, _)| **rival == index).map(|(_, operation)| operation.at);
        }
        let places = operations.iter().filter(|operation| match (opcode, operation.action) {
            (iterates, action) if iterates.contains("Iterator") => {
                matches!(action, Action::Iterate | Action::Destructure)
            }
            (property, action) if property.contains("Property") => {
                matches!(action, Action::Member | Action::Destructure | Action::Operator)
            }
            _ => true,
        });
        let mut places = places.map(|operation| operation.at);
        let first = places.next()?;
        places.all(|place| place.line_number() == first.line_number()).then_some(first)
    }

    /// What may have happened at an instruction: what is in the same loop.
    fn operations(&self, index: usize) -> Vec<&'a Operation> {
        let mut operations = self.layout.operations_at(self.map, self.code.instructions[index].pc);
        if let Some(loops) = &self.loops {
            let in_loop = self.code.loop_at(index).map(|found| loops[found]);
            operations.retain(|operation| operation.in_loop == in_loop);
        }
        operations
    }

    /// The start of the innermost construct that an instruction is certainly in.
    fn around(&self, index: usize) -> Option<Position> {
        self.layout
            .guard_at(self.map, self.code.instructions[index].pc)
            .or_else(|| self.keyword(self.code.loop_at(index)))
            .or_else(|| self.layout.start(self.function))
    }

    /// Where a loop of the code begins, or the next one around it that is known.
    fn keyword(&self, found: Option<usize>) -> Option<Position> {
        let (loops, found) = (self.loops.as_ref()?, found?);
        let around = (0..=found).rev().filter(|outer| self.code.is_around(*outer, found));
        around.into_iter().find_map(|outer| self.layout.keyword(loops[outer]))
    }
}
