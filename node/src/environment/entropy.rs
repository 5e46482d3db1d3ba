//! Randomness.

use std::fmt;

/// A source of random bytes.
pub trait Entropy: fmt::Debug + Send + Sync {
    /// Fills a slice with random bytes. None if the source has failed.
    fn fill(&self, bytes: &mut [u8]) -> Option<()>;
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Option<()> {
        getrandom::fill(bytes).ok()
    }
}
