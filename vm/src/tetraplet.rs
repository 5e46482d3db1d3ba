//! Tetraplets: where a value comes from.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

/// The peer, service and function that gave a value, and the lens through which it was seen since.
///
/// A value that stands in the script has the initiating peer and nothing else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Tetraplet {
    /// The peer.
    pub peer_pk: EcoString,
    /// Id of its service.
    pub service_id: EcoString,
    /// The function.
    pub function_name: EcoString,
    /// Canonical text of the lens.
    pub lens: EcoString,
}

impl Tetraplet {
    /// Of a value that a peer stands for, without a service.
    pub(crate) fn of_peer(peer: impl Into<EcoString>) -> Self {
        Self {
            peer_pk: peer.into(),
            ..Self::default()
        }
    }

    /// With a lens behind the ones before.
    pub(crate) fn seen_through(&self, lens: &str) -> Self {
        let mut seen = self.clone();
        seen.lens.push_str(lens);
        seen
    }
}

impl std::fmt::Debug for Tetraplet {
    /// As error texts quote it.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SecurityTetraplet")
            .field("peer_pk", &self.peer_pk)
            .field("service_id", &self.service_id)
            .field("function_name", &self.function_name)
            .field("lens", &self.lens)
            .finish()
    }
}
