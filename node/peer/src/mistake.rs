//! Mistakes that can be planted, to show that the simulator finds them.
//!
//! They exist with the feature `mistakes` only, which no product enables.

use crate::peer::Peer;

/// A defect of the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "mistakes"),
    expect(unreachable_pub, reason = "planted with the feature `mistakes`")
)]
pub enum Mistake {
    /// A stateful function is answered before its batch is durable.
    AnswerBeforeCommit,
    /// A batch is committed while another one is.
    TwoBatches,
    /// Calls of an expired particle are not cancelled.
    CancelIsForgotten,
    /// An actor is reaped while calls are in flight; their answers come to an actor that isn't there.
    ReapedWithCalls,
    /// Actors are found by the particle's id, which initiators choose.
    ActorsById,
    /// The initiator that a forged particle names pays for its verification.
    ForgeryChargesInitiator,
    /// Data of an expired particle is dropped without an event.
    SilentDrop,
    /// The bytes of an accepted offer stay accounted for when its body can't be read.
    OfferBytesLeak,
    /// A failed particle is forgotten, so that a copy starts it again.
    FailedIsForgotten,
    /// A deadline is compared with the wall clock only.
    WallClockDeadline,
    /// Frames to one destination are sent in the opposite order.
    SendsSwapped,
    /// A held initiator is never included again.
    HeldForever,
    /// Retained bytes of answers are not accounted for.
    AnswersUnaccounted,
    /// A service is removed before the deletion of its record is durable.
    RemovedBeforeCommit,
    /// A service that has started too late for its call goes on.
    UnwantedIsKept,
}

#[cfg(feature = "mistakes")]
impl Mistake {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::AnswerBeforeCommit,
        Self::TwoBatches,
        Self::CancelIsForgotten,
        Self::ReapedWithCalls,
        Self::ActorsById,
        Self::ForgeryChargesInitiator,
        Self::SilentDrop,
        Self::OfferBytesLeak,
        Self::FailedIsForgotten,
        Self::WallClockDeadline,
        Self::SendsSwapped,
        Self::HeldForever,
        Self::AnswersUnaccounted,
        Self::RemovedBeforeCommit,
        Self::UnwantedIsKept,
    ];
}

impl Peer {
    /// Whether this mistake is planted here.
    #[cfg(feature = "mistakes")]
    pub(crate) fn plants(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// Whether this mistake is planted here: never.
    #[cfg(not(feature = "mistakes"))]
    #[expect(clippy::unused_self, reason = "uses it with the feature `mistakes`")]
    pub(crate) const fn plants(&self, _: Mistake) -> bool {
        false
    }
}
