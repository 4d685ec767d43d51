//! Parked memory: what distinguishes the memory of a suspended run from an image, compressed.
//!
//! The memories are compared in blocks of 64 bytes: the engine's objects are small and lie scattered, so that pages would be five
//! times as much. Of blocks that differ the exclusive or is kept, in which whatever stayed the same is zero.

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_slice_iter_to_slice;
use nexus_core::Error;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::{BootImage, CompiledImage, offset};
use crate::engine::instance::{Instance, WASM_PAGE};

/// Unit of comparison.
const BLOCK: usize = 64;

/// Of zlib's levels.
const LEVEL: u8 = 6;

/// A suspended run's memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParkedMemory {
    /// Bytes of the whole memory.
    memory_bytes: u32,
    /// Segments that the run has told.
    told: u32,
    /// Bytes of `changes` before they were compressed.
    changes_bytes: u32,
    /// The changes, deflated.
    changes: ByteBuf,
}

impl BootImage {
    /// What distinguishes the instance's memory, [scrubbed](Instance::scrub), from an image; no call may be under way.
    #[must_use]
    pub fn park(&self, instance: &Instance, image: &CompiledImage) -> ParkedMemory {
        let view = instance.view();
        let memory = view.subarray(offset(self.stack_bytes), view.length()).to_vec();
        let changes = changes(&self.with(image), &memory);
        ParkedMemory {
            memory_bytes: view.length(),
            told: instance.told(),
            changes_bytes: offset(changes.len()),
            changes: ByteBuf::from(compress_to_vec(&changes, LEVEL)),
        }
    }

    /// Brings the instance to where the run was parked.
    ///
    /// # Errors
    /// `WASM_ERROR` if there is no memory for it, `INVALID_ARGUMENT` if these are no changes of such a memory.
    pub fn unpark(&self, instance: &Instance, image: &CompiledImage, parked: &ParkedMemory) -> Result<(), Error> {
        let changes = parked.changes().ok_or_else(malformed)?;
        let mut memory = self.with(image);
        let memory_bytes = parked.memory_bytes as usize;
        if !memory_bytes.is_multiple_of(WASM_PAGE) || memory_bytes < self.stack_bytes + memory.len() {
            return Err(malformed());
        }
        // Before as much is allocated here: the platform says so where there is not enough.
        instance.grow_to(memory_bytes)?;
        let added = memory_bytes - self.stack_bytes - memory.len();
        memory.try_reserve_exact(added).map_err(|_| malformed())?;
        memory.resize(memory.len() + added, 0);
        apply(&changes, &mut memory).ok_or_else(malformed)?;
        let (view, end) = (instance.view(), offset(memory_bytes));
        view.fill(0, 0, offset(self.stack_bytes));
        view.subarray(offset(self.stack_bytes), end).copy_from(&memory);
        view.fill(0, end, view.length());
        instance.reset_globals();
        instance.set_told(parked.told);
        Ok(())
    }
}

impl ParkedMemory {
    fn changes(&self) -> Option<Vec<u8>> {
        let length = self.changes_bytes as usize;
        let mut changes = Vec::new();
        changes.try_reserve_exact(length).ok()?;
        changes.resize(length, 0);
        let read = decompress_slice_iter_to_slice(&mut changes, std::iter::once(&self.changes[..]), false, true);
        (read == Ok(length)).then_some(changes)
    }
}

fn malformed() -> Error {
    Error::invalid_argument("this is not the memory of a run that was parked")
}

/// How many stretches of blocks differ; for each of them how many blocks are the same before it, and how many it is; then what
/// they hold. What `memory` has beyond `base` was zero.
fn changes(base: &[u8], memory: &[u8]) -> Vec<u8> {
    const ZEROS: [u8; BLOCK] = [0; BLOCK];
    let mut stretches: Vec<(u32, u32)> = Vec::new();
    let mut contents = Vec::new();
    let mut same = 0;
    for (index, block) in memory.chunks(BLOCK).enumerate() {
        let start = index * BLOCK;
        let before = base.get(start..start + block.len()).unwrap_or(&ZEROS[..block.len()]);
        if before == block {
            same += 1;
            continue;
        }
        match stretches.last_mut() {
            Some((_, length)) if same == 0 => *length += 1,
            _ => stretches.push((same, 1)),
        }
        same = 0;
        contents.extend(block.iter().zip(before).map(|(byte, before)| byte ^ before));
    }
    let numbers =
        [offset(stretches.len())].into_iter().chain(stretches.into_iter().flat_map(|(gap, length)| [gap, length]));
    let mut changes: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
    changes.extend(contents);
    changes
}

/// Brings `memory` from what [`changes`] compared it with to what it was. `None` if the changes are none of a memory of this
/// length; it may be changed in part then.
fn apply(changes: &[u8], memory: &mut [u8]) -> Option<()> {
    let (count, rest) = number(changes)?;
    let (numbers, mut contents) = rest.split_at_checked(count.checked_mul(8)?)?;
    let mut start = 0_usize;
    for stretch in numbers.chunks_exact(8) {
        let (gap, rest) = number(stretch)?;
        let (length, _) = number(rest)?;
        start = start.checked_add(gap.checked_mul(BLOCK)?)?;
        let end = start.checked_add(length.checked_mul(BLOCK)?)?.min(memory.len());
        let stretch = memory.get_mut(start..end)?;
        let content = contents.split_off(..stretch.len())?;
        stretch.iter_mut().zip(content).for_each(|(byte, change)| *byte ^= change);
        start = end;
    }
    contents.is_empty().then_some(())
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    /// Some memory of `blocks` blocks, every byte another.
    fn memory(blocks: usize) -> Vec<u8> {
        (0..blocks * BLOCK).map(|index| (index * 31 % 251) as u8).collect()
    }

    #[wasm_bindgen_test]
    fn changes_lead_from_one_memory_to_the_other() {
        let base = memory(20);
        for (length, changed) in [
            (20, vec![]),
            (20, vec![0]),
            (20, vec![20 * BLOCK - 1]),
            (20, vec![0, BLOCK, 2 * BLOCK, 7 * BLOCK + 3, 12 * BLOCK]),
            (24, vec![BLOCK, 21 * BLOCK, 24 * BLOCK - 1]),
        ] {
            let mut after = base.clone();
            after.resize(length * BLOCK, 0);
            changed.iter().for_each(|index| after[*index] ^= 0xff);
            let mut again = base.clone();
            again.resize(after.len(), 0);
            let changes = changes(&base, &after);
            assert!(changes.len() <= 4 + changed.len() * (8 + BLOCK));
            apply(&changes, &mut again).unwrap();
            assert!(again == after, "{changed:?}");
        }
    }

    #[wasm_bindgen_test]
    fn changes_that_are_none_are_refused() {
        let base = memory(4);
        let mut after = base.clone();
        after[3] = 9;
        after[3 * BLOCK] = 9;
        let good = changes(&base, &after);
        for length in 0..good.len() {
            assert!(apply(&good[..length], &mut base.clone()).is_none(), "cut off at {length}");
        }
        assert!(apply(&[good.clone(), vec![0]].concat(), &mut base.clone()).is_none(), "goes on");
        assert!(apply(&good, &mut memory(3)).is_none(), "beyond the end");
        let mut far = good.clone();
        far[4..8].copy_from_slice(&[0xff; 4]);
        assert!(apply(&far, &mut base.clone()).is_none(), "far beyond the end");
        let mut many = good;
        many[..4].copy_from_slice(&[0xff; 4]);
        assert!(apply(&many, &mut base.clone()).is_none(), "more stretches than there are");
    }

    #[wasm_bindgen_test]
    fn what_does_not_inflate_to_what_it_says_is_refused() {
        let changes = changes(&[], &memory(4));
        let parked = ParkedMemory {
            memory_bytes: 0,
            told: 0,
            changes_bytes: changes.len() as u32,
            changes: ByteBuf::from(compress_to_vec(&changes, LEVEL)),
        };
        assert_eq!(parked.changes().unwrap(), changes);
        let other = |change: fn(&mut ParkedMemory)| {
            let mut parked = parked.clone();
            change(&mut parked);
            parked.changes()
        };
        assert!(other(|parked| parked.changes_bytes -= 1).is_none());
        assert!(other(|parked| parked.changes_bytes += 1).is_none());
        assert!(
            other(|parked| {
                parked.changes.pop();
            })
            .is_none()
        );
        assert!(other(|parked| parked.changes[0] = 0xff).is_none());
    }
}
