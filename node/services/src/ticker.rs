//! The clock that lets a host interrupt running code.
//!
//! Compiled code checks the engine's epoch at every loop and function entry. A thread advances the epoch every [`Config::TICK`] while at
//! least one call runs, and sleeps otherwise. It ends when the [`Ticker`] is dropped.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::config::Config;

/// The thread that ticks.
#[derive(Debug)]
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Calls that run. Calls count without a lock; see [`Shared::wait_for_tick`].
    running: AtomicUsize,
    /// Whether the thread waits for code to run. Only then it must be woken.
    idle: AtomicBool,
    stopped: Mutex<bool>,
    changed: Condvar,
    ticks: Ticks,
}

/// The number of ticks so far. Clones share the counter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ticks(Arc<AtomicU64>);

/// Keeps the ticker running until it is dropped.
#[derive(Debug)]
pub(crate) struct Running<'a>(&'a Shared);

impl Ticker {
    /// Starts the thread, which calls `on_tick` at every tick.
    ///
    /// # Errors
    ///
    /// Fails if the thread can't be spawned.
    pub(crate) fn start(on_tick: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let in_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("aqua-services-ticker".to_owned())
            .spawn(move || {
                while in_thread.wait_for_tick() {
                    in_thread.ticks.0.fetch_add(1, Ordering::Relaxed);
                    on_tick();
                }
            })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Ticks until the guard is dropped.
    pub(crate) fn run(&self) -> Running<'_> {
        self.shared.running.fetch_add(1, Ordering::SeqCst);
        if self.shared.idle.load(Ordering::SeqCst) {
            // The thread checks and waits under the lock, so it is not between the two.
            let _stopped = self.shared.lock();
            self.shared.changed.notify_all();
        }
        Running(&self.shared)
    }

    /// The number of ticks when `time` has passed, if code runs throughout.
    pub(crate) fn after(&self, time: Duration) -> u64 {
        self.shared.ticks.now().saturating_add(whole_ticks(time))
    }

    /// The counter of ticks.
    pub(crate) fn ticks(&self) -> Ticks {
        self.shared.ticks.clone()
    }
}

impl Ticks {
    /// The number of ticks so far.
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Ticks in `time`, rounded up, at least one.
pub(crate) fn whole_ticks(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(Config::TICK.as_nanos()))
        .unwrap_or(u64::MAX)
        .max(1)
}

impl Drop for Ticker {
    fn drop(&mut self) {
        *self.shared.lock() = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // The panic hook has reported a panic of `on_tick`.
            let _ = thread.join();
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Shared {
    /// Waits until code runs and then for one tick. Returns false when the ticker is dropped.
    ///
    /// A call first increments the count and then reads whether the thread is idle; the thread first sets that it is idle and then reads
    /// the count. In the one order of these accesses at least one of them sees the other.
    fn wait_for_tick(&self) -> bool {
        let stopped = self.lock();
        self.idle.store(true, Ordering::SeqCst);
        let is_idle = |stopped: &mut bool| self.running.load(Ordering::SeqCst) == 0 && !*stopped;
        let busy = self.changed.wait_while(stopped, is_idle);
        let busy = busy.unwrap_or_else(PoisonError::into_inner);
        self.idle.store(false, Ordering::SeqCst);
        let ticked = self.changed.wait_timeout_while(busy, Config::TICK, |stopped| !*stopped);
        let (stopped, _) = ticked.unwrap_or_else(PoisonError::into_inner);
        !*stopped
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
