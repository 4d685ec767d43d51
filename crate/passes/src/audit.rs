//! Proof, read off a finished module, that no cycle in it is free.
//!
//! The audit shares nothing with the pass that it judges: it reads the module's instructions one after the other, knows what
//! a charge looks like, and asks for one wherever work could repeat or grow with an operand.

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
    let charges = Charges { fuel: outline.fuel, grant: outline.grant, tick: outline.tick, refill };
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
    use Operator::{
        Call, End, GlobalGet, GlobalSet, I64Const, I64LtS, I64Sub, If, LocalGet, LocalTee, Unreachable,
    };
    let ops: Vec<&Operator<'_>> = body.iter().map(|(op, _)| op).collect();
    matches!(ops[..], [
        GlobalGet { global_index: g1 }, GlobalGet { global_index: f1 }, I64Sub, Call { function_index },
        LocalTee { local_index: a1 }, I64Const { value: 0 }, I64LtS, If { blockty: EMPTY }, Unreachable, End,
        LocalGet { local_index: a2 }, GlobalSet { global_index: g2 }, LocalGet { local_index: a3 },
        GlobalSet { global_index: f2 }, End,
    ] if [g1, g2] == [&outline.grant; 2] && [f1, f2] == [&outline.fuel; 2] && *function_index == outline.tick && a1 == a2 && a2 == a3)
}

/// Recognises charges.
struct Charges {
    fuel: u32,
    grant: u32,
    tick: u32,
    refill: u32,
}

/// Instructions of a charge once its cost has been taken off what the counter gave.
const SETTLEMENT: usize = 9;
/// Instructions of a charge of a fixed cost.
const FIXED: usize = SETTLEMENT + 2;

impl Charges {
    fn check(&self, body: &[(Operator<'_>, usize)]) -> Result<(), (usize, &'static str)> {
        let mut ops: Vec<&Operator<'_>> = body.iter().map(|(op, _)| op).collect();
        let offset = |at: usize| body[at].1;
        let (mut at, mut call) = (0, None);
        let mut covered = 0;
        while at < ops.len() {
            let op = ops[at];
            if let Some(unit) = unit_of_length(op) {
                if !self.is_length_charge(&ops[covered..at], unit) {
                    return Err((offset(at), "works in proportion to a length that is not paid for"));
                }
            }
            match op {
                Operator::Loop { .. } if !self.is_fixed_charge(&ops[at + 1..]) => {
                    return Err((offset(at), "a loop that does not begin with a charge"));
                }
                Operator::GlobalSet { global_index } if [self.fuel, self.grant].contains(global_index) => {
                    // A charge is skipped as a whole below.
                    return Err((offset(at), "sets the counter outside of a charge"));
                }
                op if is_call_of(op, self.tick) || is_call_of(op, self.refill) => {
                    return Err((offset(at), "asks for fuel outside of a charge"));
                }
                Operator::Call { .. }
                | Operator::CallIndirect { .. }
                | Operator::CallRef { .. }
                | Operator::ReturnCall { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::ReturnCallRef { .. } => call = call.or(Some(at)),
                _ => {}
            }
            // The settlement is what sets the counter, whatever was subtracted; what it must follow is asked for above.
            if matches!(op, Operator::I64Sub) && self.is_settlement(&ops[at + 1..]) && self.is_debit(&ops[..at]) {
                at += SETTLEMENT;
            }
            at += 1;
        }
        covered = ops.len();
        if let Some(call) = call {
            if !self.is_fixed_charge(&ops) {
                return Err((offset(call), "a call in a function that does not begin with a charge"));
            }
        }
        ops.truncate(covered);
        Ok(())
    }

    /// `fuel - cost`, but for the subtraction, with a cost that is never negative.
    fn is_debit(&self, before: &[&Operator<'_>]) -> bool {
        match before {
            [.., Operator::GlobalGet { global_index }, Operator::I64Const { value }] => {
                *global_index == self.fuel && *value > 0
            }
            // A number shifted right without its sign is not negative.
            [.., Operator::I64Const { value: 1..=63 }, Operator::I64ShrU] => true,
            _ => false,
        }
    }

    /// Stores the difference in the counter, and refills it if it is negative.
    fn is_settlement(&self, ops: &[&Operator<'_>]) -> bool {
        use Operator::{Call, End, GlobalSet, I64Const, I64LtS, If, LocalGet, LocalTee};
        matches!(ops, [
            LocalTee { local_index: s1 }, GlobalSet { global_index }, LocalGet { local_index: s2 }, I64Const { value: 0 },
            I64LtS, If { blockty: EMPTY }, Call { function_index }, End, ..
        ] if s1 == s2 && *global_index == self.fuel && *function_index == self.refill)
    }

    fn is_fixed_charge(&self, ops: &[&Operator<'_>]) -> bool {
        ops.len() >= FIXED
            && matches!(ops[..3], [Operator::GlobalGet { .. }, Operator::I64Const { .. }, Operator::I64Sub])
            && self.is_debit(&ops[..2])
            && self.is_settlement(&ops[3..])
    }
}
