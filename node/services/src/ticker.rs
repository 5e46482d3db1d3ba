//! The pulse that lets a host interrupt running code.
//!
//! Compiled code looks at the engine's epoch at every loop and function entry. A thread advances the epoch every [`Config::TICK`] while
//! at least one call runs, and sleeps otherwise. It ends with its owner.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::config::Config;

/// Owner of the ticking thread.
#[derive(Debug)]
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    ticks: Ticks,
}

/// The number of ticks so far. Clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ticks(Arc<AtomicU64>);

#[derive(Debug, Default)]
struct State {
    running: usize,
    stopped: bool,
}

/// Keeps the pulse going while it lives.
#[derive(Debug)]
pub(crate) struct Running<'a>(&'a Shared);

impl Ticker {
    /// Starts the thread; `on_tick` runs on it at every tick.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub(crate) fn start(on_tick: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("aqua-services-ticker".to_owned())
            .spawn(move || {
                while of_thread.wait_for_tick() {
                    of_thread.ticks.0.fetch_add(1, Ordering::Relaxed);
                    on_tick();
                }
            })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Says that code runs, until the answer is dropped.
    pub(crate) fn run(&self) -> Running<'_> {
        self.shared.lock().running += 1;
        self.shared.changed.notify_all();
        Running(&self.shared)
    }

    /// The count of ticks.
    pub(crate) fn ticks(&self) -> Ticks {
        self.shared.ticks.clone()
    }
}

impl Ticks {
    /// How many there were so far.
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// How many there will have been when `time` is over, if code runs all the while.
    pub(crate) fn after(&self, time: Duration) -> u64 {
        self.now().saturating_add(whole_ticks(time))
    }
}

/// The ticks that `time` takes, at least one.
pub(crate) fn whole_ticks(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(Config::TICK.as_nanos()))
        .unwrap_or(u64::MAX)
        .max(1)
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of `on_tick` has been reported by its thread already.
            let _ = thread.join();
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
    }
}

impl Shared {
    /// Waits until code runs and then for one tick. False when the owner is gone.
    fn wait_for_tick(&self) -> bool {
        let idle = self
            .changed
            .wait_while(self.lock(), |state| state.running == 0 && !state.stopped);
        let busy = idle.unwrap_or_else(PoisonError::into_inner);
        let ticked = self
            .changed
            .wait_timeout_while(busy, Config::TICK, |state| !state.stopped);
        let (state, _) = ticked.unwrap_or_else(PoisonError::into_inner);
        !state.stopped
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
