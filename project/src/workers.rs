//! Threads that share the work of a large project.

use aqua_compiler::{Work, Workers};
use std::num::NonZero;
use std::sync::Mutex;
use std::thread;

/// As many threads as there are processors, or fewer when there is less to do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Threads;

impl Workers for Threads {
    fn run(&self, work: Vec<Work<'_>>) {
        // Counting processors takes longer than most pieces.
        let most = work.len();
        let count = || thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if most < 2 { most } else { count().min(most) };
        if threads < 2 {
            return work.into_iter().for_each(|piece| piece());
        }
        let queue = Mutex::new(work.into_iter());
        let next = || queue.lock().ok().and_then(|mut waiting| waiting.next());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(piece) = next() {
                        piece();
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
            let work = done.iter().map(|place| -> Work<'_> {
                Box::new(move || {
                    place.fetch_add(1, Ordering::Relaxed);
                })
            });
            Threads.run(work.collect());
            assert!(done.iter().all(|place| place.load(Ordering::Relaxed) == 1), "{count}");
        }
    }
}
