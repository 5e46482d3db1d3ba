//! What a peer tells about itself while it works: everything that enters, leaves, is called, fails or is dropped.

mod itinerary;
mod trace;

pub use itinerary::{Itinerary, Pending, Whereabouts};
pub use trace::{Hop, HopKind, Trace};

use aqua_keys::PeerId;
use aqua_particle::{Particle, VerifyError};
use std::sync::Arc;
use std::time::Duration;

/// Something that happened on a peer.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Where.
    pub peer: PeerId,
    /// When: milliseconds since the Unix epoch.
    pub at: u64,
    /// To which particle (without its data); none for what concerns the whole peer.
    pub particle: Option<Arc<Particle>>,
    /// What.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The first connection with a peer was established.
    Connected {
        /// The other peer.
        peer: PeerId,
    },
    /// The last connection with a peer was closed.
    Disconnected {
        /// The other peer.
        peer: PeerId,
    },
    /// Something arrived that is no particle.
    Rejected {
        /// Who sent it.
        from: PeerId,
        /// What is wrong with it.
        reason: aqua_network::RejectReason,
    },
    /// A particle arrived, or was started here.
    Arrived {
        /// Who sent it; none if it was started here.
        from: Option<PeerId>,
        /// The size of its frame in bytes; 0 if it was started here.
        bytes: usize,
    },
    /// A particle that arrived was not taken on.
    Dropped {
        /// Why.
        reason: DropReason,
    },
    /// The virtual machine made a step.
    Stepped {
        /// How long it took.
        elapsed: Duration,
    },
    /// A step ended with an error that the script did not catch.
    Failed {
        /// The machine's number of the error.
        code: i64,
        /// Its text.
        message: String,
    },
    /// A function was called.
    CallStarted {
        /// The machine's number of the call within the particle.
        call: u32,
        /// Its service.
        service: String,
        /// Its name.
        function: String,
    },
    /// A function answered.
    CallEnded {
        /// The machine's number of the call within the particle.
        call: u32,
        /// Its service.
        service: String,
        /// Its name.
        function: String,
        /// How long it took.
        elapsed: Duration,
        /// The size of its answer as JSON text.
        bytes: usize,
        /// Whether it answered with an error.
        failed: bool,
    },
    /// A function had not answered when the particle's time was up.
    CallAbandoned {
        /// Its service.
        service: String,
        /// Its name.
        function: String,
    },
    /// The particle was handed to another peer.
    Sent {
        /// The other peer.
        to: PeerId,
        /// The size of the frame in bytes.
        bytes: usize,
        /// How long it took until the frame was written.
        elapsed: Duration,
    },
    /// The particle could not be handed to another peer, and won't be.
    NotSent {
        /// The other peer, as the script names it.
        to: String,
        /// Why.
        reason: String,
    },
    /// The particle's time is up; nothing of it is left on this peer.
    Reaped,
}

/// Why a particle was not taken on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DropReason {
    /// Its time is up.
    #[error("the particle has expired")]
    Expired,
    /// Its signature does not hold.
    #[error("{0}")]
    Forged(#[from] VerifyError),
    /// Its signature is that of another particle that is on this peer.
    #[error("another particle has the same signature")]
    Ambiguous,
    /// It wants to live longer than this peer allows.
    #[error("a time to live of {ttl} ms is over the limit of {limit} ms")]
    TooLongLived {
        /// The particle's time to live in milliseconds.
        ttl: u32,
        /// This peer's limit in milliseconds.
        limit: u32,
    },
    /// It was started later than now.
    #[error("the particle was started {ahead} ms in the future")]
    FromTheFuture {
        /// By how many milliseconds.
        ahead: u64,
    },
    /// Too many particles are on this peer.
    #[error("{0} particles are being run already")]
    Crowded(usize),
    /// Its script can't be read.
    #[error("the script can't be read: {0}")]
    BadScript(String),
    /// The virtual machine broke down, which is a bug of it.
    #[error("the virtual machine broke down")]
    MachineBroken,
    /// This peer is shutting down.
    #[error("the peer is shutting down")]
    ShuttingDown,
}

/// Who wants to know. Called in the middle of work: it must return at once.
pub trait Observer: std::fmt::Debug + Send + Sync {
    /// Something happened.
    fn notice(&self, notice: &Notice);
}

/// Nobody wants to know.
impl Observer for () {
    fn notice(&self, _: &Notice) {}
}

/// Several want to know.
impl Observer for Vec<Arc<dyn Observer>> {
    fn notice(&self, notice: &Notice) {
        for observer in self {
            observer.notice(notice);
        }
    }
}
