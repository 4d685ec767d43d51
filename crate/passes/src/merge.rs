//! Merging: functions that are the same become one.
//!
//! A compiler makes a copy of a generic function for each type, and one more in each library that uses it; many of the copies
//! come out alike. Functions are the same if their types and code are, where a call of the one is a call of the other or of a
//! function that is the same again: recursive ones are found too.
//!
//! Nothing that runs can tell, but for a profiler: functions are reached by their numbers and by their places in tables, and both
//! lead to one that does the same.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use walrus::ir::{Instr, InstrLocId, RefFunc, VisitorMut, dfs_pre_order_mut};
use walrus::{ElementItems, ExportItem, FunctionId, ModuleConfig, passes::gc};
use wasmparser::{BinaryReaderError, Operator, Parser, Payload};

use crate::functions::imported;

/// Why the functions of a module could not be merged: it is not valid; the text says where.
#[derive(Debug)]
pub struct MergeError(String);

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a module: {}", self.0)
    }
}

impl std::error::Error for MergeError {}

impl From<BinaryReaderError> for MergeError {
    fn from(error: BinaryReaderError) -> Self {
        Self(error.to_string())
    }
}

/// Leaves one of each set of functions of `wasm` that are the same: the first.
///
/// # Errors
/// If `wasm` is not a valid module.
pub fn merge(wasm: &[u8]) -> Result<Vec<u8>, MergeError> {
    let ids: Arc<Mutex<Vec<FunctionId>>> = Arc::default();
    let mut config = ModuleConfig::new();
    let numbered = Arc::clone(&ids);
    config.on_parse(move |module, indices| {
        let functions = (0..module.funcs.iter().count()).map(|index| indices.get_func(index as u32));
        *numbered.lock().expect("nobody panicked with it") = functions.collect::<Result<_, _>>()?;
        Ok(())
    });
    let mut module = config.parse(wasm).map_err(|error| MergeError(format!("{error:#}")))?;
    let ids = ids.lock().expect("nobody panicked with it");
    let instead: HashMap<FunctionId, FunctionId> = Functions::read(wasm)?
        .same()
        .into_iter()
        .map(|(copy, first)| (ids[copy as usize], ids[first as usize]))
        .collect();

    for (_, body) in module.funcs.iter_local_mut() {
        let entry = body.entry_block();
        dfs_pre_order_mut(&mut Redirect(&instead), body, entry);
    }
    for element in module.elements.iter_mut() {
        if let ElementItems::Functions(functions) = &mut element.items {
            functions.iter_mut().for_each(|function| redirect(function, &instead));
        }
    }
    for export in module.exports.iter_mut() {
        if let ExportItem::Function(function) = &mut export.item {
            redirect(function, &instead);
        }
    }
    gc::run(&mut module);
    Ok(module.emit_wasm())
}

fn redirect(function: &mut FunctionId, instead: &HashMap<FunctionId, FunctionId>) {
    if let Some(first) = instead.get(function) {
        *function = *first;
    }
}

struct Redirect<'a>(&'a HashMap<FunctionId, FunctionId>);

impl VisitorMut for Redirect<'_> {
    fn visit_instr_mut(&mut self, instr: &mut Instr, _: &mut InstrLocId) {
        match instr {
            Instr::Call(call) => redirect(&mut call.func, self.0),
            Instr::ReturnCall(call) => redirect(&mut call.func, self.0),
            Instr::RefFunc(RefFunc { func }) => redirect(func, self.0),
            _ => {}
        }
    }
}

/// The functions of a module, by what they do.
struct Functions<'a> {
    imported: u32,
    types: Vec<u32>,
    /// Of each, its code but for the functions that it calls, and these, in order.
    bodies: Vec<(Vec<&'a [u8]>, Vec<u32>)>,
}

impl<'a> Functions<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let mut functions = Self { imported: 0, types: Vec::new(), bodies: Vec::new() };
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    functions.imported = imported(section)?;
                }
                Payload::FunctionSection(section) => {
                    functions.types = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::CodeSectionEntry(body) => {
                    let (mut code, mut calls) = (Vec::new(), Vec::new());
                    let mut start = body.range().start;
                    let mut operators = body.get_operators_reader()?;
                    while !operators.eof() {
                        let (operator, at) = operators.read_with_offset()?;
                        if let Operator::Call { function_index } = operator {
                            code.push(&wasm[start..at]);
                            calls.push(function_index);
                            start = operators.original_position();
                        }
                    }
                    code.push(&wasm[start..body.range().end]);
                    functions.bodies.push((code, calls));
                }
                _ => {}
            }
        }
        Ok(functions)
    }

    /// Each function that is the same as an earlier one, with the first such.
    fn same(&self) -> Vec<(u32, u32)> {
        // Begins with what looks alike and parts what calls different kinds, until nothing is left to part.
        let mut kinds = numbered(self.types.iter().zip(&self.bodies).map(|(ty, (code, _))| (ty, code)));
        let mut count = 0;
        while count < kinds.len() && count != distinct(&kinds) {
            count = distinct(&kinds);
            let callees = self.bodies.iter().map(|(_, calls)| -> Vec<u32> {
                let kind_of = |call: &u32| match call.checked_sub(self.imported) {
                    Some(local) => self.imported + kinds[local as usize],
                    None => *call,
                };
                calls.iter().map(kind_of).collect()
            });
            kinds = numbered(kinds.iter().zip(callees));
        }
        let mut first = HashMap::new();
        let mut same = Vec::new();
        for (index, kind) in (self.imported..).zip(kinds) {
            let first = *first.entry(kind).or_insert(index);
            if first != index {
                same.push((index, first));
            }
        }
        same
    }
}

/// Gives equal things equal numbers.
fn numbered<T: Eq + std::hash::Hash>(things: impl Iterator<Item = T>) -> Vec<u32> {
    let mut numbers = HashMap::new();
    things
        .map(|thing| {
            let next = numbers.len() as u32;
            *numbers.entry(thing).or_insert(next)
        })
        .collect()
}

/// How many numbers there are, of those that [`numbered`] gave.
fn distinct(numbers: &[u32]) -> usize {
    numbers.iter().max().map_or(0, |most| *most as usize + 1)
}
