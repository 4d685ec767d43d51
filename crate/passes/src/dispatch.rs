//! Dispatch: an interpreter that jumps to its opcodes instead of calling them through pointers.
//!
//! An interpreter whose opcodes stand in a constant table of function pointers compiles to
//!
//! ```text
//! i32.load8_u            the opcode; or i32.const 255, i32.and
//! i32.const 2
//! i32.shl
//! i32.load offset=TABLE  the pointer
//! call_indirect          with the arguments below it
//! ```
//!
//! A `call_indirect` checks the index, the type and an indirect branch each time. The pass puts a `br_table` over direct calls in
//! its place, one for each function of the table. Measured on Boa 0.22 in V8: `fib(25)` 93 to 47 ms, an empty loop 125 to 49 ms.
//!
//! The opcode is a byte and the table has an entry for each of its values, so nothing is out of bounds. The table is
//! read when the pass runs: a module that writes to it later would go on calling what was there at first. The compiler puts only
//! constants into the static data that the pass accepts, but the pass cannot prove it; it is for modules that we built ourselves.

use std::collections::HashMap;
use std::fmt;

use walrus::ir::{
    BinaryOp, Binop, Block, Br, BrTable, Call, Const, ExtendedLoad, Instr, InstrLocId, InstrSeq, InstrSeqId,
    InstrSeqType, LoadKind, LocalGet, LocalSet, Value, Visitor, dfs_in_order,
};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, FunctionId, FunctionKind, LocalId, Module, ModuleConfig, TableId,
    TypeId, ValType,
};

/// Values of an opcode.
const OPCODES: u32 = 256;
/// Bytes of a function pointer.
const POINTER: u32 = 4;

/// Why the dispatch of a module could not be rewritten.
#[derive(Debug)]
pub enum DispatchError {
    /// Not a valid module; the text says where.
    Invalid(String),
    /// So many places look like the dispatch of an interpreter, where exactly one should.
    Found(usize),
}

impl fmt::Display for DispatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(reason) => write!(f, "not a module: {reason}"),
            Self::Found(found) => write!(
                f,
                "the interpreter's dispatch (a call_indirect through a constant table of {OPCODES} functions) was found \
                 {found} times instead of once: the compiler or the interpreter has changed, and nexus_passes::dispatch \
                 has to learn its new shape"
            ),
        }
    }
}

impl std::error::Error for DispatchError {}

/// Where a dispatch is, and what it leads to.
struct Dispatch {
    function: FunctionId,
    sequence: InstrSeqId,
    /// Of the first instruction that goes.
    at: usize,
    ty: TypeId,
    /// By opcode.
    targets: Vec<FunctionId>,
}

/// Rewrites the one dispatch of an interpreter module.
///
/// # Errors
/// [`DispatchError::Invalid`] for bytes that are no module; [`DispatchError::Found`] if it has none, or more than one.
pub fn dispatch(wasm: &[u8]) -> Result<Vec<u8>, DispatchError> {
    let mut module = ModuleConfig::new().parse(wasm).map_err(|error| DispatchError::Invalid(format!("{error:#}")))?;
    let found = find(&module);
    let [dispatch] = &found[..] else { return Err(DispatchError::Found(found.len())) };
    rewrite(&mut module, dispatch);
    Ok(module.emit_wasm())
}

fn find(module: &Module) -> Vec<Dispatch> {
    let mut found = Vec::new();
    for (function, body) in module.funcs.iter_local() {
        let mut candidates = Candidates(Vec::new());
        dfs_in_order(&mut candidates, body, body.entry_block());
        found.extend(candidates.0.into_iter().filter_map(|Candidate { sequence, at, table, ty, pointers }| {
            let targets = targets(module, table, ty, pointers)?;
            Some(Dispatch { function, sequence, at, ty, targets })
        }));
    }
    found
}

/// Instructions of the right shape.
struct Candidate {
    sequence: InstrSeqId,
    at: usize,
    table: TableId,
    ty: TypeId,
    /// Address of the table of pointers.
    pointers: u64,
}

struct Candidates(Vec<Candidate>);

impl<'module> Visitor<'module> for Candidates {
    fn start_instr_seq(&mut self, sequence: &'module InstrSeq) {
        for (index, window) in sequence.instrs.windows(5).enumerate() {
            let [(opcode, _), (shift, _), (shl, _), (load, _), (call, _)] = window else { continue };
            let byte = match opcode {
                Instr::Load(opcode) => matches!(opcode.kind, LoadKind::I32_8 { kind: ExtendedLoad::ZeroExtend }),
                Instr::Binop(Binop { op: BinaryOp::I32And }) => index.checked_sub(1).is_some_and(|before| {
                    matches!(sequence.instrs[before].0, Instr::Const(Const { value: Value::I32(0xFF) }))
                }),
                _ => false,
            };
            let shifted = matches!(shift, Instr::Const(Const { value: Value::I32(2) }))
                && matches!(shl, Instr::Binop(Binop { op: BinaryOp::I32Shl }));
            let (Instr::Load(load), Instr::CallIndirect(call)) = (load, call) else { continue };
            if byte && shifted && matches!(load.kind, LoadKind::I32 { .. }) {
                let (table, ty, pointers) = (call.table, call.ty, load.arg.offset);
                self.0.push(Candidate { sequence: sequence.id(), at: index + 1, table, ty, pointers });
            }
        }
    }
}

/// The functions that a table of pointers in the module's data leads to, if each of its entries is one of type `ty`.
fn targets(module: &Module, table: TableId, ty: TypeId, pointers: u64) -> Option<Vec<FunctionId>> {
    (0..OPCODES)
        .map(|opcode| {
            let pointer = constant(module, u32::try_from(pointers).ok()?.checked_add(opcode * POINTER)?)?;
            let function = element(module, table, pointer)?;
            (module.funcs.get(function).ty() == ty).then_some(function)
        })
        .collect()
}

/// The word that the data puts at an address.
fn constant(module: &Module, address: u32) -> Option<u32> {
    module.data.iter().find_map(|data| {
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } = &data.kind else { return None };
        let start = address.checked_sub(offset.cast_unsigned())? as usize;
        let bytes = data.value.get(start..start + POINTER as usize)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    })
}

/// The function at an index of a table.
fn element(module: &Module, table: TableId, index: u32) -> Option<FunctionId> {
    module.elements.iter().find_map(|element| {
        let ElementKind::Active { table: of, offset: ConstExpr::Value(Value::I32(offset)) } = &element.kind else {
            return None;
        };
        let ElementItems::Functions(functions) = &element.items else { return None };
        let index = index.checked_sub(offset.cast_unsigned())? as usize;
        functions.get(index).copied().filter(|_| *of == table)
    })
}

fn rewrite(module: &mut Module, dispatch: &Dispatch) {
    let (params, results) = module.types.params_results(dispatch.ty);
    let (params, results) = (params.to_vec(), results.to_vec());
    let opcode = module.locals.add(ValType::I32);
    let arguments: Vec<LocalId> = params.iter().map(|param| module.locals.add(*param)).collect();
    // Opcodes without a meaning of their own share one function.
    let mut functions: Vec<FunctionId> = Vec::new();
    let mut indices: HashMap<FunctionId, usize> = HashMap::new();
    for target in &dispatch.targets {
        indices.entry(*target).or_insert_with(|| {
            functions.push(*target);
            functions.len() - 1
        });
    }
    let exit_type = InstrSeqType::new(&mut module.types, &[], &results);
    let body = match &mut module.funcs.get_mut(dispatch.function).kind {
        FunctionKind::Local(body) => body,
        _ => unreachable!("it was found in a body"),
    };
    let builder = body.builder_mut();
    let exit = builder.dangling_instr_seq(exit_type).id();
    let cases: Vec<InstrSeqId> = functions.iter().map(|_| builder.dangling_instr_seq(None).id()).collect();

    // Each case's block holds those before it; leaving it leads to the call that follows it.
    let blocks = dispatch.targets.iter().map(|target| cases[indices[target]]).collect();
    let mut inside: Vec<Instr> =
        vec![LocalGet { local: opcode }.into(), BrTable { blocks, default: cases[functions.len() - 1] }.into()];
    for (case, function) in cases.iter().zip(&functions) {
        put(builder.instr_seq(*case).instrs_mut(), inside);
        inside = vec![Block { seq: *case }.into()];
        inside.extend(arguments.iter().map(|argument| Instr::from(LocalGet { local: *argument })));
        inside.push(Call { func: *function }.into());
        inside.push(Br { block: exit }.into());
    }
    put(builder.instr_seq(exit).instrs_mut(), inside);

    let mut instead: Vec<Instr> = vec![LocalSet { local: opcode }.into()];
    instead.extend(arguments.iter().rev().map(|argument| Instr::from(LocalSet { local: *argument })));
    instead.push(Block { seq: exit }.into());
    let instead = instead.into_iter().map(|instr| (instr, InstrLocId::default()));
    builder.instr_seq(dispatch.sequence).instrs_mut().splice(dispatch.at..dispatch.at + 4, instead);
}

fn put(sequence: &mut Vec<(Instr, InstrLocId)>, instrs: Vec<Instr>) {
    sequence.extend(instrs.into_iter().map(|instr| (instr, InstrLocId::default())));
}
