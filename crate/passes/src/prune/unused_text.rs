//! Text that was given only to calls that were cut out.

use std::collections::BTreeSet;
use std::ops::Range;

use walrus::ir::{Const, Instr, InstrLocId, Value, Visitor, dfs_in_order};
use walrus::{ConstExpr, DataKind, Module};

/// Longer is no message.
const LONGEST: u32 = 400;

/// Where the text is that instructions, which are about to go, put on the stack: an address and a length, one after the other.
pub fn given(instrs: &[(Instr, InstrLocId)]) -> Vec<Range<u32>> {
    let constant = |instr: &Instr| match instr {
        Instr::Const(Const { value: Value::I32(value) }) => Some(value.cast_unsigned()),
        _ => None,
    };
    let pairs = instrs.windows(2).filter_map(|pair| Some((constant(&pair[0].0)?, constant(&pair[1].0)?)));
    pairs
        .filter(|(_, length)| (1..=LONGEST).contains(length))
        .map(|(from, length)| from..from.saturating_add(length))
        .collect()
}

/// Blanks those of `texts` that nothing in the module can lead to any more: no number in its code or its data is an address in one.
pub fn blank(module: &mut Module, texts: &[Range<u32>]) {
    let numbers = numbers(module);
    let unused: Vec<_> = texts.iter().filter(|text| numbers.range((*text).clone()).next().is_none()).collect();
    for (id, start) in segments(module) {
        let data = &mut module.data.get_mut(id).value;
        for text in &unused {
            if let (Some(from), Some(to)) = (text.start.checked_sub(start), text.end.checked_sub(start))
                && let Some(bytes) = data.get_mut(from as usize..to as usize)
                && std::str::from_utf8(bytes).is_ok()
            {
                bytes.fill(0);
            }
        }
    }
}

/// The pieces of data that have an address.
fn segments(module: &Module) -> Vec<(walrus::DataId, u32)> {
    let address = |data: &walrus::Data| match &data.kind {
        DataKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } => Some(offset.cast_unsigned()),
        _ => None,
    };
    module.data.iter().filter_map(|data| Some((data.id(), address(data)?))).collect()
}

/// Every number that may be an address: in the code, and in the words of the data.
fn numbers(module: &Module) -> BTreeSet<u32> {
    struct Numbers(BTreeSet<u32>);

    impl<'instr> Visitor<'instr> for Numbers {
        fn visit_instr(&mut self, instr: &'instr Instr, _: &'instr InstrLocId) {
            let offset = match instr {
                Instr::Const(Const { value: Value::I32(value) }) => Some(value.cast_unsigned()),
                Instr::Const(Const { value: Value::I64(value) }) => {
                    // Two of them, stored at once.
                    let [low, high] = [*value, *value >> 32].map(|half| half as u32);
                    self.0.extend([low, high]);
                    None
                }
                Instr::Load(load) => u32::try_from(load.arg.offset).ok(),
                Instr::Store(store) => u32::try_from(store.arg.offset).ok(),
                _ => None,
            };
            self.0.extend(offset);
        }
    }

    let mut numbers = Numbers(BTreeSet::new());
    for (_, body) in module.funcs.iter_local() {
        dfs_in_order(&mut numbers, body, body.entry_block());
    }
    for (id, start) in segments(module) {
        let data = &module.data.get(id).value;
        let first = (start.next_multiple_of(4) - start) as usize;
        let words = data.get(first..).unwrap_or_default().chunks_exact(4);
        numbers.0.extend(words.map(|word| u32::from_le_bytes(*word.first_chunk().expect("four bytes"))));
    }
    numbers.0
}
