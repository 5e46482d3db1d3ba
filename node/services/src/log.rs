//! The log of a service: what its modules write with the logging function, and to standard output and error.
//!
//! A service may write a number of bytes per second; what is beyond is dropped and counted. The limit belongs to the service, so that
//! a module can't get another share by trapping.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The longest record in bytes. The rest of a longer one is cut off.
const MAX_RECORD: usize = 16 << 10;
/// The bytes that a record counts beside its text.
const RECORD_SIZE: usize = 64;

/// The log of one service. Clones share the limit.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    service: Arc<str>,
    share: Arc<Mutex<Share>>,
}

/// How much a service may write.
#[derive(Debug)]
struct Share {
    /// In bytes per second.
    rate: usize,
    left: usize,
    refilled: Instant,
    /// The records that were dropped since the last one that was not.
    dropped: u64,
}

/// The importance of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Level {
    /// The level with this number in the logging function (§2.4 of the Marine format).
    pub(crate) fn numbered(number: i32) -> Self {
        match number {
            1 => Self::Error,
            2 => Self::Warn,
            3 => Self::Info,
            4 => Self::Debug,
            _ => Self::Trace,
        }
    }
}

impl Log {
    pub(crate) fn new(service: &str, rate: usize) -> Self {
        Self {
            service: service.into(),
            share: Arc::new(Mutex::new(Share {
                rate,
                left: rate,
                refilled: Instant::now(),
                dropped: 0,
            })),
        }
    }

    /// Writes a record. Bytes that are not UTF-8 are replaced.
    pub(crate) fn write(&self, module: &str, level: Level, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(MAX_RECORD)];
        let mut share = self.share.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(dropped) = share.take(bytes.len() + RECORD_SIZE, Instant::now()) else {
            return;
        };
        drop(share);
        let service = &*self.service;
        if dropped > 0 {
            tracing::warn!(service, "{dropped} log records dropped: the service writes too many");
        }
        let text = String::from_utf8_lossy(bytes);
        match level {
            Level::Error => tracing::error!(service, module, "{text}"),
            Level::Warn => tracing::warn!(service, module, "{text}"),
            Level::Info => tracing::info!(service, module, "{text}"),
            Level::Debug => tracing::debug!(service, module, "{text}"),
            Level::Trace => tracing::trace!(service, module, "{text}"),
        }
    }
}

impl Share {
    /// Takes `size` bytes and returns how many records were dropped before; `None` if there are not so many bytes left.
    fn take(&mut self, size: usize, now: Instant) -> Option<u64> {
        let elapsed = now.saturating_duration_since(self.refilled).as_millis();
        let refill = elapsed.saturating_mul(self.rate as u128) / 1000;
        if refill > 0 {
            let refill = usize::try_from(refill).unwrap_or(usize::MAX);
            self.left = self.left.saturating_add(refill).min(self.rate);
            self.refilled = now;
        }
        match self.left.checked_sub(size) {
            Some(left) => {
                self.left = left;
                Some(std::mem::take(&mut self.dropped))
            }
            None => {
                self.dropped += 1;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_share_refills_and_counts_what_it_drops() {
        let start = Instant::now();
        let mut share = Share {
            rate: 1000,
            left: 1000,
            refilled: start,
            dropped: 0,
        };
        assert_eq!(share.take(900, start), Some(0));
        assert_eq!(share.take(200, start), None);
        assert_eq!(share.take(200, start), None);
        assert_eq!(share.take(200, start + Duration::from_millis(100)), Some(2));
        assert_eq!(
            share.take(1001, start + Duration::from_secs(3600)),
            None,
            "a second's worth is all"
        );
        assert_eq!(share.take(1000, start + Duration::from_secs(3600)), Some(1));
    }
}
