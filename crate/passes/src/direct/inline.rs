//! Copying small functions to where they are called.
//!
//! Only such as call nothing and repeat nothing: they pay nothing for themselves either, so what a run costs stays as it is.

use std::collections::HashMap;

use walrus::ir::{
    Br, Const, Instr, InstrLocId, InstrSeq, InstrSeqId, InstrSeqType, LocalSet, Value, Visitor, dfs_in_order,
};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalId, Module, ModuleLocals, ValType};

/// Instructions of the longest function that is copied: enough for those of the sandbox that count references to a text and say where its
/// letters are.
const LONGEST: usize = 20;

/// The code of a small function.
pub(super) struct Small {
    params: Vec<LocalId>,
    /// Used in it and no parameters, with what they hold at first.
    locals: Vec<(LocalId, Value)>,
    /// The first is the body.
    sequences: Vec<(InstrSeqId, InstrSeqType, Vec<Instr>)>,
}

impl Small {
    /// The code of `function`, if that is small, calls nothing and repeats nothing.
    pub fn of(module: &Module, function: FunctionId) -> Option<Self> {
        let FunctionKind::Local(body) = &module.funcs.get(function).kind else { return None };
        let mut reader = Reader::default();
        dfs_in_order(&mut reader, body, body.entry_block());
        if reader.instructions > LONGEST || reader.unfit {
            return None;
        }
        let mut locals = Vec::new();
        for local in reader.locals {
            if !body.args.contains(&local) && !locals.iter().any(|(known, _)| *known == local) {
                locals.push((local, zero(module.locals.get(local).ty())?));
            }
        }
        Some(Self { params: body.args.clone(), locals, sequences: reader.sequences })
    }

    /// Lets the sequence `into`, which begins with the arguments on the stack and ends with the results on it, do what the function does.
    pub fn copy(
        &self,
        builder: &mut FunctionBuilder,
        into: InstrSeqId,
        scratch: &mut Scratch,
        locals: &mut ModuleLocals,
    ) {
        let mut used = HashMap::new();
        let mut own = |local: LocalId| -> LocalId {
            let ty = locals.get(local).ty();
            let number = used.entry(ty).or_insert(0);
            *number += 1;
            *scratch.0.entry((ty, *number)).or_insert_with(|| locals.add(ty))
        };
        let mut renamed: HashMap<LocalId, LocalId> = HashMap::new();
        let mut start: Vec<Instr> = Vec::new();
        for param in self.params.iter().rev() {
            let local = own(*param);
            renamed.insert(*param, local);
            start.push(LocalSet { local }.into());
        }
        for (of, zero) in &self.locals {
            let local = own(*of);
            renamed.insert(*of, local);
            start.extend([Const { value: *zero }.into(), LocalSet { local }.into()]);
        }
        let mut copies = HashMap::new();
        for (index, (id, ty, _)) in self.sequences.iter().enumerate() {
            copies.insert(*id, if index == 0 { into } else { builder.dangling_instr_seq(*ty).id() });
        }
        for (id, _, instrs) in &self.sequences {
            let mut code = std::mem::take(&mut start);
            for instr in instrs {
                code.push(rename(instr, &renamed, &copies, into));
            }
            let code = code.into_iter().map(|instr| (instr, InstrLocId::default()));
            builder.instr_seq(copies[id]).instrs_mut().extend(code);
        }
    }
}

/// Locals that a function has for what is copied into it, by type and number.
#[derive(Default)]
pub(super) struct Scratch(HashMap<(ValType, usize), LocalId>);

fn rename(
    instr: &Instr,
    locals: &HashMap<LocalId, LocalId>,
    sequences: &HashMap<InstrSeqId, InstrSeqId>,
    whole: InstrSeqId,
) -> Instr {
    let mut copy = instr.clone();
    match &mut copy {
        Instr::Block(block) => block.seq = sequences[&block.seq],
        Instr::IfElse(if_else) => {
            if_else.consequent = sequences[&if_else.consequent];
            if_else.alternative = sequences[&if_else.alternative];
        }
        Instr::Br(br) => br.block = sequences[&br.block],
        Instr::BrIf(br) => br.block = sequences[&br.block],
        Instr::Return(_) => copy = Br { block: whole }.into(),
        Instr::LocalGet(get) => get.local = locals[&get.local],
        Instr::LocalSet(set) => set.local = locals[&set.local],
        Instr::LocalTee(tee) => tee.local = locals[&tee.local],
        _ => {}
    }
    copy
}

fn zero(ty: ValType) -> Option<Value> {
    match ty {
        ValType::I32 => Some(Value::I32(0)),
        ValType::I64 => Some(Value::I64(0)),
        ValType::F32 => Some(Value::F32(0.0)),
        ValType::F64 => Some(Value::F64(0.0)),
        _ => None,
    }
}

#[derive(Default)]
struct Reader {
    instructions: usize,
    /// For being copied.
    unfit: bool,
    locals: Vec<LocalId>,
    sequences: Vec<(InstrSeqId, InstrSeqType, Vec<Instr>)>,
}

impl<'instr> Visitor<'instr> for Reader {
    fn start_instr_seq(&mut self, sequence: &'instr InstrSeq) {
        let instrs = sequence.instrs.iter().map(|(instr, _)| instr.clone()).collect();
        self.sequences.push((sequence.id(), sequence.ty, instrs));
    }

    fn visit_instr(&mut self, instr: &'instr Instr, _: &'instr InstrLocId) {
        self.instructions += 1;
        self.unfit |= !matches!(
            instr,
            Instr::Block(_)
                | Instr::IfElse(_)
                | Instr::Br(_)
                | Instr::BrIf(_)
                | Instr::Return(_)
                | Instr::LocalGet(_)
                | Instr::LocalSet(_)
                | Instr::LocalTee(_)
                | Instr::GlobalGet(_)
                | Instr::GlobalSet(_)
                | Instr::Load(_)
                | Instr::Store(_)
                | Instr::Const(_)
                | Instr::Unop(_)
                | Instr::Binop(_)
                | Instr::Select(_)
                | Instr::Drop(_)
                | Instr::Unreachable(_)
        );
    }

    fn visit_local_id(&mut self, local: &LocalId) {
        self.locals.push(*local);
    }
}
