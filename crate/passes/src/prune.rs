//! Pruning: code that its surroundings never let run is taken out of a finished module.
//!
//! A compiler keeps what can be reached through a pointer, whatever the program around it refuses: an interpreter whose host
//! forbids `eval` still carries a parser for it. Whoever knows better says where to cut. What is cut traps, should it be reached
//! after all, and what only it called is gone.
//!
//! Text that was only given to calls that are gone becomes zeros, which compress.
//!
//! Functions are named as in the module's name section, demangled and without hashes; a part of the name will do.

mod unused_text;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Range;

use walrus::ir::{Instr, InstrLocId, InstrSeq, InstrSeqId, Unreachable, Visitor, dfs_in_order};
use walrus::{FunctionId, FunctionKind, LocalFunction, Module, ModuleConfig, passes::gc};

use crate::functions::demangled;

/// What never happens in a module.
#[derive(Clone, Copy, Debug)]
pub enum Cut<'a> {
    /// Functions of such a name are not called.
    Function(&'a str),
    /// In functions of such a name, no function with one of the other names is called.
    Calls {
        /// Part of the callers' name.
        from: &'a str,
        /// Parts of names of functions that are called.
        to: &'a [&'a str],
    },
    /// Functions with one of these names only end the program, and what they were to say is lost: ending it at once is the same.
    Ends {
        /// Parts of names of functions that do not return.
        of: &'a [&'a str],
        /// Part of the name of callers that go on calling them.
        but_in: &'a str,
    },
}

/// Why a module could not be pruned.
#[derive(Debug)]
pub enum PruneError {
    /// Not a valid module; the text says where.
    Invalid(String),
    /// There is nothing to cut where this says.
    NotFound(String),
}

impl fmt::Display for PruneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(reason) => write!(f, "not a module: {reason}"),
            Self::NotFound(cut) => write!(f, "{cut} finds nothing to cut: the compiler or the program has changed"),
        }
    }
}

impl std::error::Error for PruneError {}

/// Takes out of `wasm` what `cuts` say never happens, and what is not used without it.
///
/// # Errors
/// [`PruneError::Invalid`] for bytes that are no module; [`PruneError::NotFound`] if a cut finds nothing, a module without names
/// included.
pub fn prune(wasm: &[u8], cuts: &[Cut]) -> Result<Vec<u8>, PruneError> {
    let mut module = ModuleConfig::new().parse(wasm).map_err(|error| PruneError::Invalid(format!("{error:#}")))?;
    let names: HashMap<FunctionId, String> = module
        .funcs
        .iter()
        .map(|function| (function.id(), demangled(function.name.as_deref().unwrap_or_default())))
        .collect();
    let named = |part: &str| names.iter().filter(|(_, name)| name.contains(part)).map(|(id, _)| *id).collect();
    let named_one_of = |parts: &[&str]| parts.iter().flat_map(|part| -> Vec<FunctionId> { named(part) }).collect();
    let mut texts = Vec::new();
    for cut in cuts {
        let found = match cut {
            Cut::Function(name) => {
                let functions: HashSet<FunctionId> = named(name).into_iter().collect();
                in_bodies(&mut module, |id| functions.contains(&id), empty)
            }
            Cut::Calls { from, to } => {
                let callees: HashSet<FunctionId> = named_one_of(to);
                in_bodies(
                    &mut module,
                    |id| names[&id].contains(from),
                    |body| end_before_calls(body, &callees, &mut texts),
                )
            }
            Cut::Ends { of, but_in } => {
                let mut callees: HashSet<FunctionId> = named_one_of(of);
                // A name may mean more than was thought of.
                callees.retain(|id| never_returns(&module, *id));
                let callers = |id| !callees.contains(&id) && !names[&id].contains(but_in);
                in_bodies(&mut module, callers, |body| end_before_calls(body, &callees, &mut texts))
            }
        };
        if found == 0 {
            return Err(PruneError::NotFound(format!("{cut:?}")));
        }
    }
    gc::run(&mut module);
    unused_text::blank(&mut module, &texts);
    Ok(module.emit_wasm())
}

/// Does `work` in the bodies of the functions that `are_meant`, and adds up what it answers.
fn in_bodies(
    module: &mut Module,
    are_meant: impl Fn(FunctionId) -> bool,
    mut work: impl FnMut(&mut LocalFunction) -> usize,
) -> usize {
    let bodies = module.funcs.iter_local_mut().filter(|(id, _)| are_meant(*id));
    bodies.map(|(_, body)| work(body)).sum()
}

fn empty(body: &mut LocalFunction) -> usize {
    let entry = body.entry_block();
    end_at(&mut body.block_mut(entry).instrs, 0);
    1
}

/// Notes where the text is that the calls were given.
fn end_before_calls(body: &mut LocalFunction, callees: &HashSet<FunctionId>, texts: &mut Vec<Range<u32>>) -> usize {
    struct Sequences(Vec<InstrSeqId>);

    impl<'instr> Visitor<'instr> for Sequences {
        fn start_instr_seq(&mut self, sequence: &'instr InstrSeq) {
            self.0.push(sequence.id());
        }
    }

    let mut sequences = Sequences(Vec::new());
    dfs_in_order(&mut sequences, body, body.entry_block());
    let mut found = 0;
    for sequence in sequences.0 {
        let instrs = &mut body.block_mut(sequence).instrs;
        let call =
            instrs.iter().position(|(instr, _)| matches!(instr, Instr::Call(call) if callees.contains(&call.func)));
        if let Some(call) = call {
            // What only made the arguments.
            let start = instrs[..call].iter().rposition(|(instr, _)| !is_pure(instr)).map_or(0, |last| last + 1);
            texts.extend(unused_text::given(&instrs[start..call]));
            end_at(instrs, start);
            found += 1;
        }
    }
    found
}

/// Whether a function has no way out.
fn never_returns(module: &Module, id: FunctionId) -> bool {
    struct Exits {
        entry: InstrSeqId,
        found: bool,
    }

    impl<'instr> Visitor<'instr> for Exits {
        fn visit_instr(&mut self, instr: &'instr Instr, _: &'instr InstrLocId) {
            self.found |= matches!(
                instr,
                Instr::Return(_) | Instr::ReturnCall(_) | Instr::ReturnCallIndirect(_) | Instr::ReturnCallRef(_)
            );
        }
        fn visit_instr_seq_id(&mut self, target: &InstrSeqId) {
            self.found |= *target == self.entry;
        }
    }

    let FunctionKind::Local(body) = &module.funcs.get(id).kind else { return false };
    let entry = body.entry_block();
    let ends = matches!(body.block(entry).instrs.last(), Some((Instr::Unreachable(_), _)));
    let mut exits = Exits { entry, found: false };
    dfs_in_order(&mut exits, body, entry);
    ends && !exits.found
}

/// Whether nobody can tell, once the instance has trapped, that an instruction before the trap did not run.
fn is_pure(instr: &Instr) -> bool {
    matches!(
        instr,
        Instr::Const(_)
            | Instr::LocalGet(_)
            | Instr::LocalSet(_)
            | Instr::LocalTee(_)
            | Instr::GlobalGet(_)
            | Instr::Load(_)
            | Instr::Unop(_)
            | Instr::Binop(_)
    )
}

fn end_at(instrs: &mut Vec<(Instr, InstrLocId)>, at: usize) {
    instrs.truncate(at);
    instrs.push((Unreachable {}.into(), InstrLocId::default()));
}
