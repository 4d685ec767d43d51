//! Forgetting where in the source code something was that nobody is told of.
//!
//! The compiler leaves a place (file, line, column) in a module's data for each call that may panic. Where panics say nothing
//! ([`crate::Cut::Ends`]) these are dead weight, and numbers do not compress.

use std::fmt;

use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, ModuleConfig};

/// Bytes of a word.
const WORD: usize = 4;
/// Words of a place: address and length of the file's name, line, column.
const WORDS: usize = 4;

/// Why places could not be blanked: not a valid module; the text says where.
#[derive(Debug)]
pub struct LocationsError(String);

impl fmt::Display for LocationsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a module: {}", self.0)
    }
}

impl std::error::Error for LocationsError {}

/// Puts zeros in the place of what `core::panic::Location` holds in the data of `wasm`, and of the names of Rust files that it leads
/// to. Whoever reads one finds an empty name.
///
/// # Errors
/// If `wasm` is not a valid module.
pub fn blank_locations(wasm: &[u8]) -> Result<Vec<u8>, LocationsError> {
    let mut module = ModuleConfig::new().parse(wasm).map_err(|error| LocationsError(format!("{error:#}")))?;
    let ids: Vec<_> = module.data.iter().map(|data| data.id()).collect();
    for id in ids {
        let data = module.data.get_mut(id);
        if let DataKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } = &data.kind {
            blank(&mut data.value, offset.cast_unsigned() as usize);
        }
    }
    Ok(module.emit_wasm())
}

/// In data that begins at an address; names and places lie in the same segment.
fn blank(data: &mut [u8], start: usize) {
    let mut names = Vec::new();
    let mut at = start.next_multiple_of(WORD) - start;
    while let Some(place) = data.get(at..at + WORD * WORDS) {
        let name = name(data, start, place);
        at += if name.is_some() { WORD * WORDS } else { WORD };
        if let Some(name) = name {
            data[at - WORD * WORDS..at].fill(0);
            names.push(name);
        }
    }
    for name in names {
        data[name].fill(0);
    }
}

/// Where the name of the file is, if these bytes are a place in one.
fn name(data: &[u8], start: usize, place: &[u8]) -> Option<std::ops::Range<usize>> {
    /// More than any file has.
    const LINES: usize = 100_000;
    const COLUMNS: usize = 1_000;
    const LONGEST: usize = 300;
    let word = |index: usize| {
        let bytes = place[index * WORD..].first_chunk().expect("it has all its words");
        u32::from_le_bytes(*bytes) as usize
    };
    let (address, length, line, column) = (word(0), word(1), word(2), word(3));
    let from = address.checked_sub(start)?;
    let range = from..from.checked_add(length)?;
    let is_file = length <= LONGEST && data.get(range.clone())?.ends_with(b".rs");
    (is_file && (1..LINES).contains(&line) && (1..COLUMNS).contains(&column)).then_some(range)
}
