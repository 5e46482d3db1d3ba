//! Clocks and randomness as functions of the call, for services that ask for them (§8.2 of the Marine format).

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aqua_capabilities::{RandomSource, TimeSource};
use aqua_marine::CallParticle;
use rand_core::TryRng;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// The context of hashes that random numbers come from.
const CONTEXT: &str = "aqua-services 2026 randomness of a deterministic service";
/// What the monotonic clock advances by each time it is read, in nanoseconds.
const STEP: u64 = 1000;

/// What the modules of a service see as time and randomness. Clones are the same.
#[derive(Clone)]
pub(crate) struct Fixed {
    /// Which of both the modules see.
    pub(crate) clock: TimeSource,
    pub(crate) random: RandomSource,
    /// Milliseconds since 1970.
    wall: Arc<AtomicU64>,
    /// How often the monotonic clock was read.
    reads: Arc<AtomicU64>,
    bytes: Arc<Mutex<blake3::OutputReader>>,
}

impl Fixed {
    pub(crate) fn new(service: &str, clock: TimeSource, random: RandomSource) -> Self {
        Self {
            clock,
            random,
            wall: Arc::default(),
            reads: Arc::default(),
            bytes: Arc::new(Mutex::new(random_bytes(service, ""))),
        }
    }

    /// Sets clock and randomness for a call.
    pub(crate) fn start_call(&self, service: &str, particle: &CallParticle) {
        self.wall.store(particle.timestamp, Ordering::Relaxed);
        self.reads.store(0, Ordering::Relaxed);
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) = random_bytes(service, &particle.id);
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

/// An endless sequence of bytes for a service and a particle.
fn random_bytes(service: &str, particle: &str) -> blake3::OutputReader {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&(service.len() as u64).to_le_bytes());
    hasher.update(service.as_bytes());
    hasher.update(particle.as_bytes());
    hasher.finalize_xof()
}

impl HostWallClock for Fixed {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(self.wall.load(Ordering::Relaxed))
    }
}

impl HostMonotonicClock for Fixed {
    fn resolution(&self) -> u64 {
        STEP
    }

    fn now(&self) -> u64 {
        self.reads
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_add(1)
            .wrapping_mul(STEP)
    }
}

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}
