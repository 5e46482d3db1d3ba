//! Tetraplets, the origins of values.

use ecow::{EcoString, EcoVec};
use serde::{Deserialize, Serialize};

/// The origin of a value: the peer, service and function that returned it, and the lens applied since.
///
/// A literal of the script has the initiating peer and nothing else.
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

/// The origin of an argument: one tetraplet, or one for each element of a canonicalised stream or map. Copies are cheap,
/// because many arguments often have the same origin.
pub type Tetraplets = EcoVec<Tetraplet>;

impl Tetraplet {
    /// The tetraplet of a value of a peer, without a service.
    pub(crate) fn of_peer(peer: impl Into<EcoString>) -> Self {
        Self {
            peer_pk: peer.into(),
            ..Self::default()
        }
    }

    /// Appends the lens of an element of an array.
    pub(crate) fn seen_through_index(&self, index: usize) -> Self {
        const BEFORE: &str = ".$.[";
        // The digits of the largest number, and the characters around them.
        let mut lens = [b']'; BEFORE.len() + 21];
        let mut begin = lens.len() - 1;
        let mut rest = index;
        loop {
            begin -= 1;
            lens[begin] = b"0123456789"[rest % 10];
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        begin -= BEFORE.len();
        lens[begin..begin + BEFORE.len()].copy_from_slice(BEFORE.as_bytes());
        self.seen_through(std::str::from_utf8(&lens[begin..]).expect("digits are ASCII"))
    }

    /// Appends a lens.
    pub(crate) fn seen_through(&self, lens: &str) -> Self {
        let mut seen = self.clone();
        seen.lens.push_str(lens);
        seen
    }
}

impl std::fmt::Debug for Tetraplet {
    /// The form in which error messages quote it.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_elements_have_both_indexes() {
        let seen = |index: usize| Tetraplet::of_peer("p").seen_through_index(index).lens;
        for index in [0, 9, 10, 4096, usize::MAX] {
            assert_eq!(seen(index), format!(".$.[{index}]"));
        }
        let deeper = Tetraplet::of_peer("p").seen_through_index(1).seen_through_index(20);
        assert_eq!(deeper.lens, ".$.[1].$.[20]");
    }
}
