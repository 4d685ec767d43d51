//! Randomness, as the host has it.

/// A source of randomness that nobody can guess; names of runs and seeds of `Math.random` come from it.
pub trait Entropy {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}
