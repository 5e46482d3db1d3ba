//! What the network tells the node, and how its commands fail.

use aqua_keys::PeerId;
use aqua_particle::Particle;
use aqua_particle::frame::FrameError;
use libp2p::Multiaddr;

/// What the network tells the node.
#[derive(Debug)]
pub enum Event {
    /// A particle arrived. Nothing but its form has been checked.
    Particle {
        /// The peer at the other end of the connection.
        from: PeerId,
        /// The particle.
        particle: Particle,
        /// The size of its frame in bytes.
        bytes: usize,
    },
    /// What a peer sent is no particle; its substream was closed, its connection lives on.
    Rejected {
        /// The peer at the other end of the connection.
        from: PeerId,
        /// What is wrong with it.
        reason: RejectReason,
    },
    /// The first connection with a peer was established.
    Connected {
        /// The peer.
        peer: PeerId,
    },
    /// The last connection with a peer was closed.
    Disconnected {
        /// The peer.
        peer: PeerId,
    },
}

/// Why a substream was closed before its time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RejectReason {
    /// The bytes are no frame of a particle.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A frame was begun and then nothing came for too long.
    #[error("a frame was begun and not continued in time")]
    Stalled,
    /// The substream broke within a frame.
    #[error("the substream broke within a frame: {0}")]
    Broken(String),
    /// The connection has too many substreams open.
    #[error("more than {0} substreams are open")]
    TooManySubstreams(usize),
    /// The peer says that it doesn't speak the protocol of particles; it was disconnected.
    #[error("the peer does not speak the particle protocol")]
    NotOfThisNetwork,
}

/// Why the network could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system's DNS configuration, the noise keys or the like could not be set up.
    #[error("the transport could not be set up: {0}")]
    Transport(String),
    /// An address can't be listened on.
    #[error("can't listen on {address}: {reason}")]
    Listen {
        /// The address of the configuration.
        address: Multiaddr,
        /// What the system says.
        reason: String,
    },
}

/// Why a particle was not handed to a peer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The peer is this very peer; its own particles don't travel.
    #[error("a peer does not send to itself")]
    OwnPeer,
    /// No address of the peer is known, also not to the peers that were asked.
    #[error("no address of the peer is known")]
    Unknown,
    /// The peer's addresses are known, but none could be connected to.
    #[error("the peer can't be connected to: {0}")]
    Unreachable(String),
    /// The connection was lost before the particle was written.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// The peer took nothing for too long.
    #[error("the peer did not take the particle in time")]
    TimedOut,
    /// The particle is larger than the peer accepts.
    #[error("the particle's {bytes} bytes are over the peer's limit of {limit}")]
    TooLarge {
        /// The size of the frame's body in bytes.
        bytes: usize,
        /// The largest body the peer accepts.
        limit: usize,
    },
    /// Too many peers are being looked for.
    #[error("too many peers are being looked for")]
    Busy,
    /// This network has been shut down.
    #[error("the network has been shut down")]
    Closed,
}

/// Why an address could not be connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The connection failed.
    #[error("can't connect to {address}: {reason}")]
    Failed {
        /// The address.
        address: Multiaddr,
        /// What went wrong.
        reason: String,
    },
    /// This network has been shut down.
    #[error("the network has been shut down")]
    Closed,
}

/// A peer and where it is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The peer.
    pub peer: PeerId,
    /// The remote addresses of its connections.
    pub addresses: Vec<Multiaddr>,
}
