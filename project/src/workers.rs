//! Parallel parsing and checking of a project's modules.

use aqua_compiler::{Task, TaskRunner};
use rayon::prelude::*;

/// The thread pool of the process, with one thread for each processor.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Threads;

impl TaskRunner for Threads {
    fn run(&self, tasks: Vec<Task<'_>>) {
        // Most commands have one module to check; starting the pool would take longer.
        if tasks.len() < 2 {
            return tasks.into_iter().for_each(|task| task());
        }
        tasks.into_par_iter().for_each(|task| task());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_piece_is_done_once() {
        for count in [0, 1, 2, 500] {
            let done: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
            let tasks = done.iter().map(|place| -> Task<'_> {
                Box::new(move || {
                    place.fetch_add(1, Ordering::Relaxed);
                })
            });
            Threads.run(tasks.collect());
            assert!(done.iter().all(|place| place.load(Ordering::Relaxed) == 1), "{count}");
        }
    }
}
