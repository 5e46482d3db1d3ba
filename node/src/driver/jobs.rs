//! Jobs, on this thread or on the pool.

use super::Driver;
use crate::clock::nanos;
use aqua_peer::{Input, Job, JobId, Nanos, Panicked};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

/// Runs a job on this thread.
pub(super) fn run(job: JobId, work: Job) -> Input {
    let start = Instant::now();
    // A job owns what it works on, so nothing can be seen in a broken state after a panic.
    let result = catch_unwind(AssertUnwindSafe(|| work.run())).map_err(|_| Panicked);
    let cpu = Nanos(nanos(start.elapsed()));
    Input::JobFinished { job, result, cpu }
}

impl Driver {
    /// Runs a job on a thread of the pool. The core bounds how many there are.
    pub(super) fn run_on_pool(self: &Arc<Self>, job: JobId, work: Job) {
        let driver = self.clone();
        self.pool.spawn(move || driver.turn([run(job, work)]));
    }
}
