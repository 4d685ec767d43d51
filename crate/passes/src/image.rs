//! Boot images: a module whose instances start where another instance had got to.
//!
//! Whoever builds a module runs its boot function once, takes the memory that it left, and writes that memory back into
//! the module as its data. Instances of the result begin booted; the function that booted them is no longer exported,
//! because running it twice is never right.

use std::fmt;

use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, ModuleConfig};

/// Bytes of a WebAssembly page.
const PAGE: usize = 64 << 10;

/// Zeros that separate two segments. A segment costs some 8 bytes of header, so shorter gaps are cheaper kept.
const GAP: usize = 32;

/// Why an image could not be written into a module.
#[derive(Debug)]
pub enum ImageError {
    /// Not a valid module; the text says where.
    Invalid(String),
    /// The module is not of a shape whose memory can be replaced; the text says why.
    Unsupported(&'static str),
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(reason) => write!(f, "not a module: {reason}"),
            Self::Unsupported(reason) => write!(f, "the module cannot be given an image: {reason}"),
        }
    }
}

impl std::error::Error for ImageError {}

/// Gives the module `memory` to start with, and drops its export `boot`.
///
/// The memory is all that an instance may have changed while it booted: mutable globals have to be back at what they
/// started with, as the stack pointer is when no call is under way.
///
/// # Errors
/// [`ImageError::Invalid`] for bytes that are no module; [`ImageError::Unsupported`] if it has another number of
/// memories than one, imports it, shares it, or has 64-bit addresses or pages of another size in it, if it has passive
/// data or a start function, or if `memory` is no whole number of pages or less than the module starts with.
pub fn embed_image(wasm: &[u8], memory: &[u8], boot: &str) -> Result<Vec<u8>, ImageError> {
    let mut module = ModuleConfig::new().parse(wasm).map_err(|error| ImageError::Invalid(format!("{error:#}")))?;
    if module.start.is_some() {
        return Err(ImageError::Unsupported("its start function would run on the image"));
    }
    let ids: Vec<_> = module.memories.iter().map(|memory| memory.id()).collect();
    let [id] = ids[..] else { return Err(ImageError::Unsupported("it has not exactly one memory")) };
    let pages = (memory.len() / PAGE) as u64;
    let own = module.memories.get_mut(id);
    if own.import.is_some() {
        return Err(ImageError::Unsupported("its memory is imported"));
    }
    if own.memory64 || own.shared || own.page_size_log2.is_some() {
        return Err(ImageError::Unsupported("its memory has 64-bit addresses, is shared or has pages of another size"));
    }
    if !memory.len().is_multiple_of(PAGE) || pages < own.initial {
        return Err(ImageError::Unsupported("the image is smaller than its memory, or no whole number of pages"));
    }
    own.initial = pages;
    own.maximum = own.maximum.map(|maximum| maximum.max(pages));
    let segments: Vec<_> = module.data.iter().map(|data| (data.id(), matches!(data.kind, DataKind::Passive))).collect();
    if segments.iter().any(|(_, passive)| *passive) {
        return Err(ImageError::Unsupported("it has passive data, which code may still copy"));
    }
    for (segment, _) in segments {
        module.data.delete(segment);
        module.memories.get_mut(id).data_segments.remove(&segment);
    }
    for (offset, bytes) in stretches(memory) {
        let offset = i32::from_ne_bytes(u32::try_from(offset).unwrap_or(u32::MAX).to_ne_bytes());
        let kind = DataKind::Active { memory: id, offset: ConstExpr::Value(Value::I32(offset)) };
        let segment = module.data.add(kind, bytes.to_vec());
        module.memories.get_mut(id).data_segments.insert(segment);
    }
    let export = module.exports.iter().find(|export| export.name == boot).map(walrus::Export::id);
    if let Some(export) = export {
        module.exports.delete(export);
    }
    Ok(module.emit_wasm())
}

/// What is not zero, in stretches that are at least [`GAP`] zeros apart.
fn stretches(memory: &[u8]) -> Vec<(usize, &[u8])> {
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for (index, _) in memory.iter().enumerate().filter(|(_, byte)| **byte != 0) {
        match stretches.last_mut() {
            Some((_, end)) if index < *end + GAP => *end = index + 1,
            _ => stretches.push((index, index + 1)),
        }
    }
    stretches.into_iter().map(|(start, end)| (start, &memory[start..end])).collect()
}
