//! Which seeds a suite over generated inputs runs.
//!
//! A plain test run takes a tenth of the full count, `cargo xtask suite NAME` all of it, with the same seeds. `AQUA_SEED` and
//! `AQUA_PROGRAMS` select others, for instance the one of a difference.

use std::sync::atomic::{AtomicU64, Ordering};

/// If this variable is set, a suite runs its full count.
const FULL: &str = "AQUA_FULL";

/// The seeds of a run, shared by its threads.
#[derive(Debug)]
pub struct Seeds {
    first: u64,
    count: u64,
    next: AtomicU64,
    end: AtomicU64,
    /// Reports each tenth of a full run.
    reports: bool,
}

impl Seeds {
    /// The seeds of a suite of `full` inputs.
    pub fn of(full: u64) -> Self {
        let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let reports = std::env::var_os(FULL).is_some();
        let first = number("AQUA_SEED").unwrap_or(0);
        let count = number("AQUA_PROGRAMS").unwrap_or(if reports { full } else { full.div_ceil(10) });
        Self {
            first,
            count,
            next: AtomicU64::new(first),
            end: AtomicU64::new(first + count),
            reports,
        }
    }

    /// The first seed.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number of inputs that count.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The next seed, until all are taken.
    #[allow(clippy::print_stderr, reason = "full runs take minutes and show their progress")]
    pub fn take(&self) -> Option<u64> {
        let seed = self.next.fetch_add(1, Ordering::SeqCst);
        let done = seed - self.first;
        if self.reports && done > 0 && done.is_multiple_of(self.count.div_ceil(10)) {
            eprintln!("{done} of {}", self.count);
        }
        (seed < self.end.load(Ordering::SeqCst)).then_some(seed)
    }

    /// Takes all seeds, with one thread for each worker.
    pub fn for_each<W: Send>(&self, workers: Vec<W>, work: impl Fn(&mut W, u64) + Sync) {
        std::thread::scope(|threads| {
            for mut worker in workers {
                let work = &work;
                threads.spawn(move || {
                    while let Some(seed) = self.take() {
                        work(&mut worker, seed);
                    }
                });
            }
        });
    }

    /// Adds a seed, because an input does not count.
    pub fn replace_one(&self) {
        self.end.fetch_add(1, Ordering::SeqCst);
    }
}
