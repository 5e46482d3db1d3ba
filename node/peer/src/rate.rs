//! Rates with bursts (the generic cell rate algorithm, ITU-T I.371).

use crate::time::{Monotonic, Nanos};

const SECOND: u64 = 1_000_000_000;

/// A rate of so many units per second, and how far it may be exceeded for a short time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    per_second: u64,
    /// Units that may come at once.
    burst: u64,
}

impl Rate {
    pub(crate) fn new(per_second: u64, burst: u64) -> Self {
        Self {
            per_second: per_second.max(1),
            burst: burst.max(1),
        }
    }

    fn time(&self, units: u64) -> u64 {
        let nanos = u128::from(units) * u128::from(SECOND) / u128::from(self.per_second);
        u64::try_from(nanos).unwrap_or(u64::MAX)
    }
}

/// What was taken of a rate: the moment at which everything taken so far is paid for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bucket {
    paid_at: Monotonic,
}

impl Bucket {
    /// When so many units may be taken: now, or later. More than a burst may be taken when nothing is owed.
    pub(crate) fn ready_at(&self, rate: &Rate, units: u64) -> Monotonic {
        let ahead = rate.time(rate.burst.saturating_sub(units));
        Monotonic(self.paid_at.0.saturating_sub(ahead))
    }

    /// Takes units, whether they may be taken or not.
    pub(crate) fn take(&mut self, rate: &Rate, units: u64, now: Monotonic) {
        self.paid_at = self.paid_at.max(now) + Nanos(rate.time(units));
    }

    /// When nothing is owed any more.
    pub(crate) fn full_at(&self) -> Monotonic {
        self.paid_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: (u64, u64) = (1000, 10);

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let (rate, mut bucket) = (Rate::new(RATE.0, RATE.1), Bucket::default());
        let start = Monotonic(5 * SECOND);
        for _ in 0..10 {
            assert!(bucket.ready_at(&rate, 1) <= start);
            bucket.take(&rate, 1, start);
        }
        assert_eq!(bucket.ready_at(&rate, 1), start + Nanos::from_millis(1));
        assert_eq!(bucket.full_at(), start + Nanos::from_millis(10));
    }

    #[test]
    fn more_than_a_burst_passes_when_nothing_is_owed() {
        let (rate, mut bucket) = (Rate::new(RATE.0, RATE.1), Bucket::default());
        assert!(bucket.ready_at(&rate, 100) <= Monotonic(0));
        bucket.take(&rate, 100, Monotonic(0));
        assert_eq!(bucket.ready_at(&rate, 1), Monotonic(91 * SECOND / 1000));
    }
}
