//! The size of particle data, in memory and in its archive.

use super::{
    ApResult, CallState, CanonCidAggregate, CanonResultCidAggregate, CanonState, Cid, CidInfo, FoldResult,
    FoldSubTraceLore, ParticleData, Sender, ServiceResultCidAggregate, SignatureMap, Store, SubTraceDesc, TraceState,
    ValueRef,
};
use crate::Tetraplet;
use crate::memory::{self, sizes};
use ecow::EcoString;
use std::ops::AddAssign;

/// The size of data in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct DataSize {
    /// Approximate size in memory.
    pub(crate) memory: usize,
    /// An upper bound of the size in the archive.
    pub(crate) archive: usize,
}

impl AddAssign for DataSize {
    fn add_assign(&mut self, other: Self) {
        self.memory += other.memory;
        self.archive += other.archive;
    }
}

sizes! {
    STATE: TraceState = 72;
    LORE: FoldSubTraceLore = 32;
    DESCRIPTOR: SubTraceDesc = 8;
    /// A content id.
    pub(crate) CID: Cid = 56;
    VALUE_ENTRY: (Cid, EcoString) = 72;
    TETRAPLET_ENTRY: (Cid, Tetraplet) = 120;
    CANON_ELEMENT_ENTRY: (Cid, CanonCidAggregate) = 232;
    CANON_RESULT_ENTRY: (Cid, CanonResultCidAggregate) = 128;
    SERVICE_RESULT_ENTRY: (Cid, ServiceResultCidAggregate) = 224;
}

/// Length of the text of a content id that this machine makes.
const CID_TEXT: usize = 61;
/// What surrounds an item in the archive, rounded up.
const ARCHIVED: usize = 48;

impl ParticleData {
    /// The largest size of an archive. Its offsets have 31 bits.
    pub(crate) const MAX_SIZE: usize = 1 << 30;

    /// The size of data.
    pub(crate) fn size(&self) -> DataSize {
        let mut size = of_trace(&self.trace);
        size += self.cid_info.size();
        size += of_signatures(&self.signatures);
        size
    }
}

/// The size of a trace. Its states share the ids of peers.
pub(crate) fn of_trace(trace: &[TraceState]) -> DataSize {
    let mut size = DataSize::default();
    let mut last_peer = "";
    for state in trace {
        size += of_state(state, &mut last_peer);
    }
    size
}

fn of_state<'s>(state: &'s TraceState, last_peer: &mut &'s str) -> DataSize {
    let (memory, archive) = match state {
        TraceState::Par(_) => (0, 0),
        TraceState::Fold(FoldResult { lore }) => {
            let bytes = lore
                .iter()
                .map(|entry| LORE + entry.subtraces_desc.len() * DESCRIPTOR)
                .sum();
            (bytes, bytes)
        }
        TraceState::Ap(ApResult { res_generations }) => (0, res_generations.len() * size_of::<u32>()),
        TraceState::Call(CallState::RequestSentBy(
            Sender::PeerId(peer) | Sender::PeerIdWithCallId { peer_id: peer, .. },
        ))
        | TraceState::Canon(CanonState::RequestSentBy(peer)) => {
            let is_shared = *last_peer == peer.as_str();
            *last_peer = peer;
            (if is_shared { 0 } else { memory::string(peer.len()) }, peer.len() + 16)
        }
        TraceState::Call(
            CallState::Failed(cid)
            | CallState::Executed(ValueRef::Scalar(cid) | ValueRef::Stream { cid, .. } | ValueRef::Unused(cid)),
        )
        | TraceState::Canon(CanonState::Executed(cid)) => (heap_of(cid), cid.length()),
    };
    DataSize {
        memory: STATE + memory,
        archive: STATE + archive,
    }
}

/// Heap memory of a content id.
fn heap_of(cid: &Cid) -> usize {
    cid.other_text().map_or(0, |text| memory::string(text.len()))
}

/// The size of public keys and signatures.
pub(crate) fn of_signatures(signatures: &SignatureMap) -> DataSize {
    let mut size = DataSize::default();
    for (key, signature) in signatures {
        size += of_signature(key.len(), signature.len());
    }
    size
}

/// The size of an own signature: Ed25519, both parts with their format byte.
pub(crate) fn of_own_signature() -> DataSize {
    of_signature(33, 65)
}

fn of_signature(key: usize, signature: usize) -> DataSize {
    DataSize {
        memory: ARCHIVED + key + signature,
        archive: ARCHIVED + key + signature,
    }
}

impl CidInfo {
    /// The size of the stores.
    pub(crate) fn size(&self) -> DataSize {
        let mut size = of_store(&self.value_store, VALUE_ENTRY, |text| DataSize {
            memory: memory::string(text.len()),
            archive: ARCHIVED + text.len(),
        });
        size += of_store(&self.tetraplet_store, 0, Tetraplet::size);
        size += of_store(&self.canon_element_store, CANON_ELEMENT_ENTRY, |_| DataSize {
            memory: 0,
            archive: 2 * ARCHIVED + 3 * CID_TEXT,
        });
        size += of_store(&self.canon_result_store, CANON_RESULT_ENTRY, |result| DataSize {
            memory: memory::ECO + result.values.len() * CID,
            // Unchecked data may name what no store has.
            archive: ARCHIVED + CID_TEXT + result.values.len() * (CID + CID_TEXT),
        });
        size += of_store(&self.service_result_store, SERVICE_RESULT_ENTRY, |result| DataSize {
            memory: heap_of(&result.argument_hash),
            archive: 2 * ARCHIVED + 3 * CID_TEXT + longer(&result.argument_hash),
        });
        size
    }
}

impl Tetraplet {
    /// The size of its entry in a store.
    pub(crate) fn size(&self) -> DataSize {
        let texts = [&self.peer_pk, &self.service_id, &self.function_name, &self.lens];
        DataSize {
            memory: TETRAPLET_ENTRY + texts.iter().map(|text| memory::string(text.len())).sum::<usize>(),
            archive: 2 * ARCHIVED + texts.iter().map(|text| text.len()).sum::<usize>(),
        }
    }
}

fn of_store<T>(store: &Store<T>, entry: usize, of_item: impl Fn(&T) -> DataSize) -> DataSize {
    let mut size = DataSize {
        memory: store.len() * entry + store.index_size(),
        archive: store.len() * (CID_TEXT + 16),
    };
    for (cid, item) in store {
        size += of_item(item);
        size.memory += heap_of(cid);
        size.archive += longer(cid);
    }
    size
}

/// What a content id that arrived is longer than those of this machine.
fn longer(cid: &Cid) -> usize {
    cid.length().saturating_sub(CID_TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;

    #[test]
    fn the_archive_is_not_larger_than_its_bound() {
        // Ids without an entry in a store are texts of their own.
        let cid = |number: usize| Cid::of_json(number.to_string().as_bytes());
        let mut data = ParticleData::default();
        data.cid_info.canon_result_store.insert(
            cid(0),
            CanonResultCidAggregate {
                tetraplet: cid(1),
                values: (2..100).map(cid).collect(),
            },
        );
        data.cid_info.service_result_store = (200..300)
            .map(|number| {
                let result = ServiceResultCidAggregate {
                    value_cid: cid(number + 100),
                    argument_hash: ecow::EcoString::from(format!("{number:0100}")).into(),
                    tetraplet_cid: cid(number + 200),
                };
                (cid(number), result)
            })
            .collect();
        data.trace = (100..200)
            .map(|number| TraceState::Call(CallState::Executed(ValueRef::Unused(cid(number)))))
            .collect();
        let bound = data.size().archive;
        assert!(State::new(data).encode().len() <= bound + 256, "{bound}");
    }
}
