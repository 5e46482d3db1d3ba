//! Time.

use futures::future::BoxFuture;
use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What time it is, and waiting for a later one.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Milliseconds since the Unix epoch.
    fn now(&self) -> u64;

    /// Time since some fixed moment, for measuring how long something took. Never runs backwards.
    fn elapsed(&self) -> Duration;

    /// Waits until [`Clock::now`] has passed `moment` (milliseconds since the Unix epoch).
    fn passed(&self, moment: u64) -> BoxFuture<'static, ()>;
}

/// The clock of the operating system.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl SystemClock {
    fn unix() -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        Self::unix()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn passed(&self, moment: u64) -> BoxFuture<'static, ()> {
        /// The system's clock may be set meanwhile, so it is looked at again from time to time.
        const LONGEST: Duration = Duration::from_secs(60);
        Box::pin(async move {
            loop {
                match moment.checked_sub(Self::unix()) {
                    None => return,
                    Some(left) => tokio::time::sleep(Duration::from_millis(left + 1).min(LONGEST)).await,
                }
            }
        })
    }
}
