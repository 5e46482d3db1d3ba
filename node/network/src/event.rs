//! Events of the network, and the errors of its commands.

use crate::Offer;
use aqua_keys::PeerId;
use aqua_particle::{Message, RejectReason};
use libp2p::Multiaddr;

/// Identifies a connection. No number is used twice by one [`crate::Network`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// Identifies an offered frame. No number is used twice by one [`crate::Network`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferId(pub u64);

/// Something that happened on the network.
///
/// The events of a connection begin with `Connected` and end with `Disconnected`.
#[derive(Debug)]
pub enum Event {
    /// A connection was established.
    Connected {
        /// The connection.
        connection: ConnectionId,
        /// The remote peer.
        peer: PeerId,
        /// Whether there was no other connection with this peer.
        first: bool,
    },
    /// A connection was closed. All of its offers have been completed.
    Disconnected {
        /// The connection.
        connection: ConnectionId,
        /// The remote peer.
        peer: PeerId,
        /// Whether there is no other connection with this peer.
        last: bool,
    },
    /// A peer started to send a frame. The frame's body isn't read before the offer is accepted.
    Offer(Offer),
    /// The frame of an offer was read and decoded, or won't be: its bytes aren't a frame, or the connection closed.
    ///
    /// Exactly one of these follows each offer that isn't refused; if the connection closes, also for an offer that wasn't accepted.
    Received {
        /// The offer.
        offer: OfferId,
        /// What the frame contains. Only its form has been checked.
        frame: Result<Message, RejectReason>,
        /// The size of the frame in bytes, its length prefix included.
        bytes: usize,
    },
    /// A peer sent something that isn't a frame, without an offer. The substream was reset; the connection stays open.
    Rejected {
        /// The connection.
        connection: ConnectionId,
        /// The remote peer.
        peer: PeerId,
        /// What is wrong.
        reason: RejectReason,
    },
}

/// Why the network could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The DNS configuration of the system or the noise keys could not be set up.
    #[error("can't set up the transport: {0}")]
    Transport(String),
    /// An address can't be listened on.
    #[error("can't listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: Multiaddr,
        /// The error of the transport.
        reason: String,
    },
}

/// Why a frame was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The destination is this peer.
    #[error("a peer can't send to itself")]
    OwnPeer,
    /// No address of the destination is known, and a Kademlia query found none.
    #[error("no address of the peer is known")]
    Unknown,
    /// None of the destination's addresses could be dialled.
    #[error("can't connect to the peer: {0}")]
    Unreachable(String),
    /// The connection was lost before the frame was written.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// The peer read nothing for too long.
    #[error("the peer did not read the particle in time")]
    TimedOut,
    /// The frame is larger than the destination accepts.
    #[error("a frame of {bytes} bytes exceeds the peer's limit of {limit}")]
    TooLarge {
        /// The size of the frame's body in bytes.
        bytes: usize,
        /// The largest body that the destination accepts.
        limit: usize,
    },
    /// [`Limits::searches`](crate::Limits::searches) peers are being looked up.
    #[error("too many peers are being looked up")]
    Busy,
    /// This network was shut down.
    #[error("the network was shut down")]
    Closed,
}

/// Why an address could not be connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// Dialling failed.
    #[error("can't connect to {address}: {reason}")]
    Failed {
        /// The address.
        address: Multiaddr,
        /// The error of the transport.
        reason: String,
    },
    /// This network was shut down.
    #[error("the network was shut down")]
    Closed,
}

/// A connected peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The peer.
    pub peer: PeerId,
    /// The remote addresses of its connections, oldest connection first.
    pub addresses: Vec<Multiaddr>,
}
