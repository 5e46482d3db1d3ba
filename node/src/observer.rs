//! Who learns what happens on a peer.

use aqua_peer::Event;
use std::sync::Arc;

/// Receives the events of a peer, in order. It is called while the peer is locked, so it must return at once and must not call
/// the peer.
pub trait Observer: std::fmt::Debug + Send + Sync {
    /// Something happened.
    fn event(&self, event: &Event);
}

/// Ignores all events.
impl Observer for () {
    fn event(&self, _: &Event) {}
}

/// Passes each event to all of them, in order.
impl Observer for Vec<Arc<dyn Observer>> {
    fn event(&self, event: &Event) {
        for observer in self {
            observer.event(event);
        }
    }
}
