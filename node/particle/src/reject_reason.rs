//! Why something that a peer sent is not received.

use crate::frame::FrameError;

/// Why a substream was reset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RejectReason {
    /// The bytes aren't the frame of a particle.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// No data arrived for the network's limit in the middle of a frame.
    #[error("no data arrived in time in the middle of a frame")]
    Stalled,
    /// The substream or its connection failed in the middle of a frame.
    #[error("the substream failed in the middle of a frame: {0}")]
    Broken(String),
    /// The connection has as many open substreams.
    #[error("the connection has more than {0} open substreams")]
    TooManySubstreams(usize),
    /// The peer's identify message doesn't list the particle protocol; it was disconnected.
    #[error("the peer does not support the particle protocol")]
    NotOfThisNetwork,
}
