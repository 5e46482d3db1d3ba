//! Choices that depend on what they are for, not on what was chosen before: without a fault, everything else stays as it was.

/// Where the choices of a run come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choices(u64);

/// What a choice is for.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum For {
    Latency = 1,
    Loss,
    Duplicate,
    CallDelay,
    CallFailure,
    Commit,
    Prefix,
    Plan,
    Close,
}

impl Choices {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x9e37_79b9_7f4a_7c15))
    }

    /// A number for a purpose, two things that it concerns (such as sender and receiver), and how many there were before.
    pub(crate) fn number(self, purpose: For, about: (u64, u64), count: u64) -> u64 {
        let mut hash = self.0;
        for part in [purpose as u64, about.0, about.1, count] {
            hash = mix(hash ^ part.wrapping_mul(0xff51_afd7_ed55_8ccd));
        }
        hash
    }

    /// Whether something happens that happens so many times in a thousand.
    pub(crate) fn happens(self, permille: u32, purpose: For, about: (u64, u64), count: u64) -> bool {
        self.number(purpose, about, count) % 1000 < u64::from(permille)
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}
