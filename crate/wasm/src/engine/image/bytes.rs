//! Compiled images as bytes: how they go to other threads and into storage.
//!
//! Little-endian numbers of 64 bits: bytes of the whole memory, then for each stretch where it begins and how long it is, and
//! what is there.

use std::cell::OnceCell;

use super::CompiledImage;
use crate::engine::instance::WASM_PAGE;

/// Memories of the sandbox are addressed by 32 bits.
const LARGEST_MEMORY: u64 = 1 << 32;

impl CompiledImage {
    /// All of it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.stretches.len() * 16 + self.size());
        let number = |bytes: &mut Vec<u8>, number: usize| bytes.extend_from_slice(&(number as u64).to_le_bytes());
        number(&mut bytes, self.memory_bytes);
        for (start, content) in &self.stretches {
            number(&mut bytes, *start);
            number(&mut bytes, content.len());
            bytes.extend_from_slice(content);
        }
        bytes
    }

    /// What [`to_bytes`](Self::to_bytes) made; `None` for anything that no image is.
    #[must_use]
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let memory_bytes = number(&mut bytes)?;
        if memory_bytes as u64 > LARGEST_MEMORY || !memory_bytes.is_multiple_of(WASM_PAGE) {
            return None;
        }
        let mut stretches: Vec<(usize, Vec<u8>)> = Vec::new();
        let mut from = 0;
        while !bytes.is_empty() {
            let (start, length) = (number(&mut bytes)?, number(&mut bytes)?);
            let content = bytes.split_off(..length)?;
            let end = start.checked_add(length)?;
            if start < from || end > memory_bytes {
                return None;
            }
            from = end;
            stretches.push((start, content.to_vec()));
        }
        Some(Self { memory_bytes, stretches, digest: OnceCell::new() })
    }
}

fn number(bytes: &mut &[u8]) -> Option<usize> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    usize::try_from(u64::from_le_bytes(*number)).ok()
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn image() -> CompiledImage {
        CompiledImage {
            memory_bytes: 2 * WASM_PAGE,
            stretches: vec![(0, vec![1; 10]), (4_096, vec![2; 5]), (2 * WASM_PAGE - 3, vec![3; 3])],
            digest: OnceCell::new(),
        }
    }

    #[wasm_bindgen_test]
    fn an_image_comes_back_as_it_went() {
        let back = CompiledImage::from_bytes(&image().to_bytes()).unwrap();
        assert_eq!((back.memory_bytes, back.stretches), (image().memory_bytes, image().stretches));
    }

    #[wasm_bindgen_test]
    fn what_is_cut_off_or_goes_on_is_none() {
        let bytes = image().to_bytes();
        let whole = |length: usize| CompiledImage::from_bytes(&bytes[..length]).is_some();
        // A stretch less is an image too: that nothing is missing is for whoever stored it to check.
        let ends = [8, 8 + 16 + 10, 8 + 32 + 15, bytes.len()];
        assert_eq!((0..=bytes.len()).filter(|length| whole(*length)).collect::<Vec<_>>(), ends);
        assert!(CompiledImage::from_bytes(&[bytes, vec![0]].concat()).is_none());
    }

    #[wasm_bindgen_test]
    fn stretches_outside_the_memory_or_out_of_order_are_none() {
        let changed = |change: fn(&mut CompiledImage)| {
            let mut image = image();
            change(&mut image);
            CompiledImage::from_bytes(&image.to_bytes()).is_none()
        };
        assert!(changed(|image| image.memory_bytes -= WASM_PAGE));
        assert!(changed(|image| image.memory_bytes += 1));
        assert!(changed(|image| image.memory_bytes = usize::MAX));
        assert!(changed(|image| image.stretches.swap(0, 1)));
        assert!(changed(|image| image.stretches[1].0 = 9));
        assert!(changed(|image| image.stretches[2].0 = usize::MAX));
    }
}
