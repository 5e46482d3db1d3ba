//! Threads that share the tasks of a large project.

use aqua_compiler::{Task, TaskRunner};
use std::num::NonZero;
use std::sync::Mutex;
use std::thread;

/// As many threads as there are processors, or fewer when there is less to do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Threads;

impl TaskRunner for Threads {
    fn run(&self, tasks: Vec<Task<'_>>) {
        // Counting processors takes longer than most pieces.
        let most = tasks.len();
        let count = || thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if most < 2 { most } else { count().min(most) };
        if threads < 2 {
            return tasks.into_iter().for_each(|task| task());
        }
        let queue = Mutex::new(tasks.into_iter());
        let next = || queue.lock().ok().and_then(|mut waiting| waiting.next());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(task) = next() {
                        task();
                    }
                });
            }
        });
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
