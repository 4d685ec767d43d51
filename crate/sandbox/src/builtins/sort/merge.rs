//! A stable merge sort whose comparison may fail, and may contradict itself.

use boa_engine::JsResult;

/// Runs up to this length are sorted by insertion.
const RUN: usize = 6;

/// Sorts. `is_after` says whether its first argument belongs behind the second.
///
/// # Errors
/// The first of `is_after`, which is not called again then.
pub fn sort<T: Clone>(mut items: Vec<T>, mut is_after: impl FnMut(&T, &T) -> JsResult<bool>) -> JsResult<Vec<T>> {
    for run in items.chunks_mut(RUN) {
        for end in 1..run.len() {
            let mut at = end;
            while at > 0 && is_after(&run[at - 1], &run[at])? {
                run.swap(at - 1, at);
                at -= 1;
            }
        }
    }
    let mut width = RUN;
    let mut merged = Vec::with_capacity(if items.len() > RUN { items.len() } else { 0 });
    while width < items.len() {
        merged.clear();
        for pair in items.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            let in_order = match (left.last(), right.first()) {
                (Some(last), Some(first)) => !is_after(last, first)?,
                _ => true,
            };
            if !in_order {
                while let ([a, more_left @ ..], [b, more_right @ ..]) = (left, right) {
                    if is_after(a, b)? {
                        merged.push(b.clone());
                        right = more_right;
                    } else {
                        merged.push(a.clone());
                        left = more_left;
                    }
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut items, &mut merged);
        width *= 2;
    }
    Ok(items)
}
