//! Where a module calls through pointers, and what these can lead to.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use walrus::ir::{Instr, InstrLocId, InstrSeq, InstrSeqId, Value, Visitor, dfs_in_order};
use walrus::{ConstExpr, ElementItems, ElementKind, ExportItem, FunctionId, Module, TableId, TypeId};

use super::profile::{Function, Nth, Pointer, Site};
use crate::functions::demangled;

/// A `call_indirect` through a table that nothing changes.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub caller: FunctionId,
    pub sequence: InstrSeqId,
    /// In the sequence.
    pub at: usize,
    pub table: TableId,
    pub ty: TypeId,
}

/// What an index of a table leads to.
pub(super) struct Entry {
    pub index: u32,
    pub function: FunctionId,
    ty: TypeId,
    pointer: Pointer,
}

/// All places of a module, in order, and what they can call, as profiles call them.
pub(super) struct Sites {
    places: Vec<(Site, Place)>,
    tables: HashMap<TableId, Vec<Entry>>,
}

impl Sites {
    pub fn of(module: &Module) -> Self {
        let names = names(module);
        let tables = constant_tables(module);
        let mut places = Vec::new();
        for (caller, body) in module.funcs.iter_local() {
            let mut calls = Calls { caller, tables: &tables, found: Vec::new() };
            dfs_in_order(&mut calls, body, body.entry_block());
            let of = calls.found.len();
            for (index, place) in calls.found.into_iter().enumerate() {
                let call = Nth { number: index + 1, of };
                places.push((Site { caller: names[&caller].clone(), call }, place));
            }
        }
        let entries = |(table, functions): (TableId, BTreeMap<u32, FunctionId>)| {
            let entry = |(function, index, nth): (FunctionId, u32, Nth)| {
                let pointer = Pointer { function: names[&function].clone(), nth };
                Entry { index, function, ty: module.funcs.get(function).ty(), pointer }
            };
            (table, numbered(functions.into_iter().map(|(index, function)| (function, index))).map(entry).collect())
        };
        let tables = tables.into_iter().map(entries).collect();
        Self { places, tables }
    }

    /// In the order of the module.
    pub fn iter(&self) -> impl Iterator<Item = &(Site, Place)> {
        self.places.iter()
    }

    /// What does not trap when a place calls it.
    pub fn callable(&self, place: &Place) -> impl Iterator<Item = (&Pointer, &Entry)> {
        let ty = place.ty;
        self.tables[&place.table].iter().filter(move |entry| entry.ty == ty).map(|entry| (&entry.pointer, entry))
    }

    /// What an index of its table is for a place; nothing if calling it traps.
    pub fn pointer(&self, place: &Place, index: u32) -> Option<&Pointer> {
        let entries = &self.tables[&place.table];
        let entry = &entries[entries.binary_search_by_key(&index, |entry| entry.index).ok()?];
        (entry.ty == place.ty).then_some(&entry.pointer)
    }
}

/// Tells things that have the same key apart by their order.
fn numbered<K: Clone + Eq + Hash, T>(things: impl IntoIterator<Item = (K, T)>) -> impl Iterator<Item = (K, T, Nth)> {
    let mut of: HashMap<K, usize> = HashMap::new();
    let mut numbered = Vec::new();
    for (key, thing) in things {
        let number = of.entry(key.clone()).or_default();
        *number += 1;
        numbered.push((key, thing, *number));
    }
    numbered.into_iter().map(move |(key, thing, number)| {
        let of = of[&key];
        (key, thing, Nth { number, of })
    })
}

fn names(module: &Module) -> HashMap<FunctionId, Function> {
    let name = |function: &walrus::Function| demangled(function.name.as_deref().unwrap_or_default());
    let functions = module.funcs.iter().map(|function| (name(function), function.id()));
    numbered(functions).map(|(name, id, nth)| (id, Function { name, nth })).collect()
}

/// The functions in each table that stays as it is when an instance is made.
fn constant_tables(module: &Module) -> HashMap<TableId, BTreeMap<u32, FunctionId>> {
    let mut changed = Changed::default();
    for (_, body) in module.funcs.iter_local() {
        dfs_in_order(&mut changed, body, body.entry_block());
    }
    changed.0.extend(module.exports.iter().filter_map(|export| match export.item {
        ExportItem::Table(table) => Some(table),
        _ => None,
    }));
    let is_constant =
        |table: &&walrus::Table| table.import.is_none() && !table.table64 && !changed.0.contains(&table.id());
    let mut tables: HashMap<TableId, BTreeMap<u32, FunctionId>> =
        module.tables.iter().filter(is_constant).map(|table| (table.id(), BTreeMap::new())).collect();
    // Later segments go over earlier ones, and one that cannot be read may go over all.
    for element in module.elements.iter() {
        let ElementKind::Active { table, offset } = &element.kind else { continue };
        let Some(entries) = tables.get_mut(table) else { continue };
        if let (ConstExpr::Value(Value::I32(offset)), ElementItems::Functions(functions)) = (offset, &element.items) {
            entries.extend((offset.cast_unsigned()..).zip(functions.iter().copied()));
        } else {
            tables.remove(table);
        }
    }
    tables
}

/// Tables that instructions write to.
#[derive(Default)]
struct Changed(HashSet<TableId>);

impl<'instr> Visitor<'instr> for Changed {
    fn visit_instr(&mut self, instr: &'instr Instr, _: &'instr InstrLocId) {
        self.0.extend(match instr {
            Instr::TableSet(set) => Some(set.table),
            Instr::TableFill(fill) => Some(fill.table),
            Instr::TableCopy(copy) => Some(copy.dst),
            Instr::TableInit(init) => Some(init.table),
            // What it adds is new.
            _ => None,
        });
    }
}

struct Calls<'a> {
    caller: FunctionId,
    tables: &'a HashMap<TableId, BTreeMap<u32, FunctionId>>,
    found: Vec<Place>,
}

impl<'instr> Visitor<'instr> for Calls<'_> {
    fn start_instr_seq(&mut self, sequence: &'instr InstrSeq) {
        for (at, (instr, _)) in sequence.instrs.iter().enumerate() {
            if let Instr::CallIndirect(call) = instr
                && self.tables.contains_key(&call.table)
            {
                let (caller, sequence) = (self.caller, sequence.id());
                self.found.push(Place { caller, sequence, at, table: call.table, ty: call.ty });
            }
        }
    }
}
