//! Running independent tasks: the compiler starts no threads, so an embedder that has some passes a [`TaskRunner`].

/// A task that depends on no other task of the same call.
pub type Task<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Runs tasks in any order, possibly in parallel.
pub trait TaskRunner {
    /// Runs all tasks; returns when the last one is done.
    ///
    /// A task that is dropped without having been run is run again by the caller on its own thread.
    fn run(&self, tasks: Vec<Task<'_>>);
}

/// Runs tasks one after another on the calling thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sequential;

impl TaskRunner for Sequential {
    fn run(&self, tasks: Vec<Task<'_>>) {
        tasks.into_iter().for_each(|task| task());
    }
}
