//! Proof, read off a finished module, that no cycle in it is free.
//!
//! The audit shares nothing with the pass that it judges: it reads the module's instructions one after the other, knows what
//! a charge looks like, and asks for one wherever work could repeat or grow with an operand.

use std::collections::HashSet;
use std::fmt;

use wasmparser::{
    BinaryReaderError, BlockType, ElementItems, ExternalKind, FunctionBody, Operator, Parser, Payload, TypeRef,
};

use crate::meter::{FUEL_EXPORT, GRANT_EXPORT, TICK_MODULE, TICK_NAME};

/// Where a module works without paying.
#[derive(Debug)]
pub enum AuditError {
    /// Not shaped like a module.
    Invalid(BinaryReaderError),
    /// The module as a whole is not metered as it should be; the text says why.
    Module(&'static str),
    /// A function does something that it does not pay for.
    Function {
        /// The function's index, imported ones counted.
        index: u32,
        /// Byte offset of the instruction in the module.
        offset: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => write!(f, "not a module: {error}"),
            Self::Module(reason) => f.write_str(reason),
            Self::Function { index, offset, reason } => write!(f, "function {index}, offset {offset}: {reason}"),
        }
    }
}

impl std::error::Error for AuditError {}

impl From<BinaryReaderError> for AuditError {
    fn from(error: BinaryReaderError) -> Self {
        Self::Invalid(error)
    }
}

/// Checks that `wasm`, a valid module, pays for its work:
///
/// - each loop begins with a charge, and so does each function with a call of any kind in it;
/// - each instruction that works in proportion to a length follows a charge for that length;
/// - nothing else sets the counter or asks the host for fuel.
///
/// Branches go back to the headers of loops alone, so what is left without a charge runs through once.
///
/// # Errors
/// The first place where that is not so.
pub fn audit(wasm: &[u8]) -> Result<(), AuditError> {
    let outline = Outline::read(wasm)?;
    let bodies: Vec<Vec<(Operator<'_>, usize)>> =
        outline.bodies.iter().map(instructions).collect::<Result<_, BinaryReaderError>>()?;
    let calls_tick = |body: &[(Operator<'_>, usize)]| body.iter().any(|(op, _)| is_call_of(op, outline.tick));
    let mut refills = (outline.first..).zip(&bodies).filter(|(_, body)| calls_tick(body));
    let (Some((refill, body)), None) = (refills.next(), refills.next()) else {
        return Err(AuditError::Module("not exactly one function asks the host for fuel"));
    };
    if !is_refill(body, &outline) {
        return Err(AuditError::Module("the function that asks the host for fuel does something else"));
    }
    if outline.references.iter().any(|index| [outline.tick, refill].contains(index)) {
        return Err(AuditError::Module("a table or an export reaches the function that asks for fuel"));
    }
    let mut charges =
        Charges { fuel: outline.fuel, grant: outline.grant, tick: outline.tick, refill, tolls: HashSet::new() };
    charges.tolls =
        (outline.first..).zip(&bodies).filter(|(_, body)| charges.is_toll(body)).map(|(index, _)| index).collect();
    for (index, body) in (outline.first..).zip(&bodies).filter(|(index, _)| *index != refill) {
        charges.check(body).map_err(|(offset, reason)| AuditError::Function { index, offset, reason })?;
    }
    Ok(())
}

/// What the audit needs to know before it reads code.
struct Outline<'a> {
    tick: u32,
    fuel: u32,
    grant: u32,
    /// Index of the first function that has a body.
    first: u32,
    bodies: Vec<FunctionBody<'a>>,
    /// Functions that elements and exports name.
    references: Vec<u32>,
}

impl<'a> Outline<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self, AuditError> {
        let (mut tick, mut fuel, mut grant) = (Vec::new(), None, None);
        let (mut first, mut bodies, mut references) = (0, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        if matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                            if (import.module, import.name) == (TICK_MODULE, TICK_NAME) {
                                tick.push(first);
                            }
                            first += 1;
                        }
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        match (export.kind, export.name) {
                            (ExternalKind::Global, FUEL_EXPORT) => fuel = Some(export.index),
                            (ExternalKind::Global, GRANT_EXPORT) => grant = Some(export.index),
                            (ExternalKind::Func | ExternalKind::FuncExact, _) => references.push(export.index),
                            _ => {}
                        }
                    }
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        match element?.items {
                            ElementItems::Functions(functions) => {
                                for function in functions {
                                    references.push(function?);
                                }
                            }
                            ElementItems::Expressions(_, expressions) => {
                                for expression in expressions {
                                    for operator in expression?.get_operators_reader() {
                                        if let Operator::RefFunc { function_index } = operator? {
                                            references.push(function_index);
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body),
                _ => {}
            }
        }
        let ([tick], Some(fuel), Some(grant)) = (&tick[..], fuel, grant) else {
            return Err(AuditError::Module("the module is not metered"));
        };
        Ok(Self { tick: *tick, fuel, grant, first, bodies, references })
    }
}

/// The instructions of a body with their offsets, without those `else` that hold nothing.
fn instructions<'a>(body: &FunctionBody<'a>) -> Result<Vec<(Operator<'a>, usize)>, BinaryReaderError> {
    let mut all: Vec<(Operator<'a>, usize)> = Vec::new();
    for instruction in body.get_operators_reader()?.into_iter_with_offsets() {
        let instruction = instruction?;
        if matches!((&instruction.0, all.last()), (Operator::End, Some((Operator::Else, _)))) {
            all.pop();
        }
        all.push(instruction);
    }
    Ok(all)
}

fn is_call_of(op: &Operator<'_>, function: u32) -> bool {
    matches!(op, Operator::Call { function_index } | Operator::ReturnCall { function_index } | Operator::RefFunc { function_index }
        if *function_index == function)
}

const EMPTY: BlockType = BlockType::Empty;

/// Whether the body is `answer = tick(grant - fuel); if answer < 0 { trap }; grant = fuel = answer`.
fn is_refill(body: &[(Operator<'_>, usize)], outline: &Outline<'_>) -> bool {
    use Operator::{Call, End, GlobalGet, GlobalSet, I64Const, I64LtS, I64Sub, If, LocalGet, LocalTee, Unreachable};
    let ops: Vec<&Operator<'_>> = body.iter().map(|(op, _)| op).collect();
    matches!(ops[..], [
        GlobalGet { global_index: g1 }, GlobalGet { global_index: f1 }, I64Sub, Call { function_index },
        LocalTee { local_index: a1 }, I64Const { value: 0 }, I64LtS, If { blockty: EMPTY }, Unreachable, End,
        LocalGet { local_index: a2 }, GlobalSet { global_index: g2 }, LocalGet { local_index: a3 },
        GlobalSet { global_index: f2 }, End,
    ] if [g1, g2] == [&outline.grant; 2] && [f1, f2] == [&outline.fuel; 2] && *function_index == outline.tick && a1 == a2 && a2 == a3)
}

/// What a body is made of, as far as paying goes.
enum Part<'o, 'a> {
    /// A charge of a fixed cost.
    Fixed,
    /// A charge for the length on top of the stack, which stays there.
    Length(u32),
    /// Anything else.
    Other(&'o Operator<'a>, usize),
}

/// Recognises charges.
struct Charges {
    fuel: u32,
    grant: u32,
    tick: u32,
    refill: u32,
    /// Functions that are a charge and nothing else: who calls one has paid.
    tolls: HashSet<u32>,
}

/// Instructions that store what is left in the counter and refill it if that is negative.
const SETTLEMENT: usize = 8;

impl Charges {
    fn check(&self, body: &[(Operator<'_>, usize)]) -> Result<(), (usize, &'static str)> {
        let parts = self.parts(body);
        for (at, part) in parts.iter().enumerate() {
            let Part::Other(op, offset) = part else { continue };
            let wrong = |reason| Err((*offset, reason));
            if let Some(shift) = length_shift(op) {
                let paid = at.checked_sub(1).is_some_and(|before| match parts[before] {
                    Part::Length(s) => s == shift,
                    // It costs nothing.
                    Part::Other(Operator::I32Const { value }, _) => (0..1 << shift).contains(value),
                    Part::Other(Operator::I64Const { value }, _) => (0..1 << shift).contains(value),
                    _ => false,
                });
                if !paid {
                    return wrong("works in proportion to a length that is not paid for");
                }
            }
            if matches!(op, Operator::Loop { .. }) && !matches!(parts.get(at + 1), Some(Part::Fixed)) {
                return wrong("a loop that does not begin with a charge");
            }
            if matches!(op, Operator::GlobalSet { global_index } if [self.fuel, self.grant].contains(global_index)) {
                return wrong("sets the counter outside of a charge");
            }
            if is_call_of(op, self.tick) || is_call_of(op, self.refill) {
                return wrong("asks for fuel outside of a charge");
            }
            if is_call(op) && !matches!(parts[0], Part::Fixed) {
                return wrong("a call in a function that does not begin with a charge");
            }
        }
        Ok(())
    }

    fn parts<'o, 'a>(&self, body: &'o [(Operator<'a>, usize)]) -> Vec<Part<'o, 'a>> {
        let ops: Vec<&Operator<'_>> = body.iter().map(|(op, _)| op).collect();
        let (mut parts, mut at) = (Vec::new(), 0);
        while at < ops.len() {
            let (part, taken) = if let Some(taken) = self.fixed(&ops[at..]) {
                (Part::Fixed, taken)
            } else if let Some((shift, taken)) = self.length(&ops[at..]) {
                (Part::Length(shift), taken)
            } else {
                (Part::Other(&body[at].0, body[at].1), 1)
            };
            parts.push(part);
            at += taken;
        }
        parts
    }

    fn is_toll(&self, body: &[(Operator<'_>, usize)]) -> bool {
        matches!(self.parts(body)[..], [Part::Fixed, Part::Other(Operator::End, _)])
    }

    /// `fuel -= cost`, here or in a function; answers how many instructions that takes.
    fn fixed(&self, ops: &[&Operator<'_>]) -> Option<usize> {
        if let [Operator::Call { function_index }, ..] = ops
            && self.tolls.contains(function_index)
        {
            return Some(1);
        }
        let [Operator::GlobalGet { global_index }, Operator::I64Const { value: 1.. }, Operator::I64Sub, rest @ ..] =
            ops
        else {
            return None;
        };
        (*global_index == self.fuel && self.settles(rest)).then_some(3 + SETTLEMENT)
    }

    /// `if length >= 1 << shift { fuel -= length >> shift }`; answers the shift and how many instructions that takes.
    fn length(&self, ops: &[&Operator<'_>]) -> Option<(u32, usize)> {
        use Operator::{
            End, GlobalGet, I32Const, I32GeU, I64Const, I64ExtendI32U, I64GeU, I64ShrU, I64Sub, If, LocalGet, LocalTee,
        };
        let (length, least, value, head, rest) = match ops {
            [
                LocalTee { local_index: l1 },
                LocalGet { local_index: l2 },
                I32Const { value: least },
                I32GeU,
                If { blockty: EMPTY },
                GlobalGet { global_index },
                LocalGet { local_index: l3 },
                I64ExtendI32U,
                I64Const { value },
                I64ShrU,
                I64Sub,
                rest @ ..,
            ] if *global_index == self.fuel => ([l1, l2, l3], i64::from(*least), *value, 11, rest),
            [
                LocalTee { local_index: l1 },
                LocalGet { local_index: l2 },
                I64Const { value: least },
                I64GeU,
                If { blockty: EMPTY },
                GlobalGet { global_index },
                LocalGet { local_index: l3 },
                I64Const { value },
                I64ShrU,
                I64Sub,
                rest @ ..,
            ] if *global_index == self.fuel => ([l1, l2, l3], *least, *value, 10, rest),
            _ => return None,
        };
        let shift = u32::try_from(value).ok().filter(|shift| *shift < 31 && least == 1 << shift)?;
        let closed = self.settles(rest) && matches!(rest.get(SETTLEMENT), Some(End));
        (closed && length == [length[0]; 3]).then_some((shift, head + SETTLEMENT + 1))
    }

    fn settles(&self, ops: &[&Operator<'_>]) -> bool {
        use Operator::{Call, End, GlobalSet, I64Const, I64LtS, If, LocalGet, LocalTee};
        matches!(ops, [
            LocalTee { local_index: s1 }, GlobalSet { global_index }, LocalGet { local_index: s2 }, I64Const { value: 0 },
            I64LtS, If { blockty: EMPTY }, Call { function_index }, End, ..
        ] if s1 == s2 && *global_index == self.fuel && *function_index == self.refill)
    }
}

fn is_call(op: &Operator<'_>) -> bool {
    matches!(
        op,
        Operator::Call { .. }
            | Operator::CallIndirect { .. }
            | Operator::CallRef { .. }
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. }
    )
}

/// For an instruction that works in proportion to the length on top of the stack: by how much that is shifted to give its
/// price. 64 bytes cost one, and so do 8 elements.
fn length_shift(op: &Operator<'_>) -> Option<u32> {
    match op {
        Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } | Operator::MemoryInit { .. } => Some(6),
        Operator::TableCopy { .. }
        | Operator::TableFill { .. }
        | Operator::TableInit { .. }
        | Operator::TableGrow { .. }
        | Operator::ArrayNew { .. }
        | Operator::ArrayNewDefault { .. }
        | Operator::ArrayNewData { .. }
        | Operator::ArrayNewElem { .. }
        | Operator::ArrayFill { .. }
        | Operator::ArrayCopy { .. }
        | Operator::ArrayInitData { .. }
        | Operator::ArrayInitElem { .. } => Some(3),
        _ => None,
    }
}
