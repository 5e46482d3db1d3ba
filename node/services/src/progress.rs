//! What an engine reports while it loads code.

use std::fmt;
use std::time::Duration;

/// Receives the events of an engine, from the threads that load code: those of one service in order, those of several services mixed.
/// Loading continues when the call returns.
pub trait LoadObserver: fmt::Debug + Send + Sync {
    /// The code of a service is being loaded, or was.
    fn event(&self, event: &LoadEvent);
}

/// Ignores all events.
impl LoadObserver for () {
    fn event(&self, _: &LoadEvent) {}
}

/// A stage of loading code. Code that is in memory already is not reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadEvent {
    /// The service that needed the code first.
    pub service: String,
    /// What happened.
    pub stage: LoadStage,
}

/// How far loading is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadStage {
    /// Compilation begins: the code is not in the cache.
    Compiling {
        /// Size of the Wasm file.
        bytes: usize,
    },
    /// Compilation succeeded.
    Compiled {
        /// Its duration, without keeping the code in the cache.
        elapsed: Duration,
    },
    /// The code was loaded from the cache.
    Restored {
        /// The duration, verification included.
        elapsed: Duration,
    },
}

impl fmt::Display for LoadEvent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = &self.service;
        match &self.stage {
            LoadStage::Compiling { bytes } => write!(out, "compiling service {service}, {bytes} bytes"),
            LoadStage::Compiled { elapsed } => write!(out, "compiled service {service} in {elapsed:.1?}"),
            LoadStage::Restored { elapsed } => {
                write!(out, "loaded service {service} from the cache in {elapsed:.1?}")
            }
        }
    }
}
