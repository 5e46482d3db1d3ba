//! Writes particle data as an archive.
//!
//! The official reader is stricter than the layout: targets must precede their owners in the order of its traversal. So
//! everything is emitted depth first: for a structure the targets of its fields in order, then the structure; for an array
//! the targets of all items, then the items. Equal texts are emitted once and shared.

use super::layout as at;
use super::{
    CallState, CanonCidAggregate, CanonResultCidAggregate, CanonState, Cid, FoldResult, ParResult, ParticleData,
    Provenance, Sender, ServiceResultCidAggregate, SignatureMap, Store, TraceState, ValueRef,
};
use crate::Tetraplet;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher as _;

/// Writes particle data as an archive after `free` reserved bytes. Equal data gives equal bytes. `size` is an estimate of its
/// size in bytes.
pub(crate) fn write_archive(data: &ParticleData, free: usize, size: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(free + size);
    out.resize(free, 0);
    let mut writer = Writer {
        out,
        free,
        texts: Texts::new(data.cid_info.len()),
        peer_ids: FxHashMap::default(),
    };
    let trace = writer.trace(&data.trace);
    let info = &data.cid_info;
    let stores = [
        writer.store(&info.value_store, |writer, text| writer.value(text)),
        writer.store(&info.tetraplet_store, Writer::tetraplet),
        writer.store(&info.canon_element_store, Writer::canon_element),
        writer.store(&info.canon_result_store, Writer::canon_result),
        writer.store(&info.service_result_store, Writer::service_result),
    ];
    let signatures = writer.signatures(&data.signatures);

    writer.align();
    writer.slice(trace);
    writer.number(data.last_call_request_id);
    for store in stores {
        writer.slice(store);
    }
    writer.slice(signatures);
    writer.out
}

/// The position of a target and its length in items.
#[derive(Clone, Copy)]
struct Slice {
    position: usize,
    length: usize,
}

struct Writer<'d> {
    out: Vec<u8>,
    /// Offset of the archive.
    free: usize,
    /// Content ids and argument hashes.
    texts: Texts<'d>,
    peer_ids: FxHashMap<&'d str, usize>,
}

/// Positions of the texts of ids. A lookup probes a few slots only; if they are taken, the text is written again. So chosen
/// argument hashes can't make it slow.
struct Texts<'d> {
    written: Vec<(&'d Cid, usize)>,
    /// Per slot, 32 bits of the id's hash and its index in `written` plus 1, or 0 if free. The length is a power of two.
    slots: Box<[u64]>,
}

impl<'d> Texts<'d> {
    /// Number of slots that are probed for an id.
    const PROBES: u64 = 16;

    /// Capacity for about that many ids.
    fn new(ids: usize) -> Self {
        Self {
            written: Vec::with_capacity(ids),
            slots: vec![0; (2 * ids + 16).next_power_of_two()].into_boxed_slice(),
        }
    }

    /// The position of an id. `write` writes it if it has not been written.
    fn position(&mut self, cid: &'d Cid, write: impl FnOnce() -> usize) -> usize {
        const TAG: u64 = !0 << 32;
        let hash = FxBuildHasher.hash_one(cid);
        for probe in 0..Self::PROBES {
            let slot = hash.wrapping_add(probe) as usize & (self.slots.len() - 1);
            let slot = &mut self.slots[slot];
            if *slot == 0 {
                let position = write();
                self.written.push((cid, position));
                *slot = hash & TAG | self.written.len() as u64;
                return position;
            }
            if (*slot ^ hash) & TAG == 0 {
                let (known, position) = &self.written[(*slot & !TAG) as usize - 1];
                if *known == cid {
                    return *position;
                }
            }
        }
        write()
    }
}

impl<'d> Writer<'d> {
    // Fields, which are appended.

    fn align(&mut self) {
        let length = self.out.len() - self.free;
        self.out.resize(self.free + length.next_multiple_of(at::ALIGNMENT), 0);
    }

    fn number(&mut self, number: u32) {
        self.out.extend_from_slice(&number.to_be_bytes());
    }

    fn length(&mut self, length: usize) {
        self.number(u32::try_from(length).expect("a step keeps particle data below 2 GiB"));
    }

    fn tag(&mut self, tag: u8) {
        self.out.extend_from_slice(&[tag, 0, 0, 0]);
    }

    /// The offset of a target from the current position.
    fn offset(&self, target: usize) -> i32 {
        -i32::try_from(self.out.len() - target).expect("a step keeps particle data below 2 GiB")
    }

    fn pointer(&mut self, target: usize) {
        self.out.extend_from_slice(&self.offset(target).to_be_bytes());
    }

    fn slice(&mut self, Slice { position, length }: Slice) {
        self.pointer(position);
        self.length(length);
    }

    // Targets.

    fn bytes(&mut self, bytes: &[u8]) -> Slice {
        let position = self.out.len();
        self.out.extend_from_slice(bytes);
        Slice {
            position,
            length: bytes.len(),
        }
    }

    /// Begins an array or structure. The targets of its fields have been written.
    fn begin(&mut self) -> usize {
        self.align();
        self.out.len()
    }

    fn cid(&mut self, cid: &'d Cid) -> Slice {
        let Self { texts, out, .. } = self;
        let position = texts.position(cid, || {
            let position = out.len();
            cid.write(out);
            if cid.length() == 0 {
                // The position identifies a shared target.
                out.push(0);
            }
            position
        });
        Slice {
            position,
            length: cid.length(),
        }
    }

    /// Writes the target of a growable text: its bytes, if it is too long to be inline.
    fn string_target(&mut self, text: &str) -> usize {
        if text.len() > at::INLINE {
            self.bytes(text.as_bytes()).position
        } else {
            0
        }
    }

    fn string(&mut self, text: &str, target: usize) {
        if text.len() > at::INLINE {
            let offset = self.offset(target);
            self.length(text.len());
            self.out.extend_from_slice(&offset.to_le_bytes());
        } else {
            let mut inline = [0; at::STRING];
            inline[..text.len()].copy_from_slice(text.as_bytes());
            inline[at::INLINE] = u8::try_from(text.len()).expect("at most seven bytes stand inside");
            self.out.extend_from_slice(&inline);
        }
    }

    fn peer_id(&mut self, peer: &'d str) -> usize {
        if let Some(position) = self.peer_ids.get(peer) {
            return *position;
        }
        let target = self.string_target(peer);
        let position = self.begin();
        self.string(peer, target);
        self.peer_ids.insert(peer, position);
        position
    }

    fn value(&mut self, text: &str) -> usize {
        let text = self.bytes(text.as_bytes());
        let position = self.begin();
        self.slice(text);
        position
    }

    fn tetraplet(&mut self, tetraplet: &'d Tetraplet) -> usize {
        let Tetraplet {
            peer_pk,
            service_id,
            function_name,
            lens,
        } = tetraplet;
        let texts = [peer_pk, service_id, function_name, lens];
        let targets = texts.map(|text| self.string_target(text));
        let position = self.begin();
        for (text, target) in texts.into_iter().zip(targets) {
            self.string(text, target);
        }
        position
    }

    fn canon_element(&mut self, element: &'d CanonCidAggregate) -> usize {
        let (value, tetraplet) = (self.cid(&element.value), self.cid(&element.tetraplet));
        let (tag, proof) = match &element.provenance {
            Provenance::Literal => (at::PROVENANCE_LITERAL, None),
            Provenance::ServiceResult { cid } => (at::PROVENANCE_SERVICE_RESULT, Some(self.cid(cid))),
            Provenance::Canon { cid } => (at::PROVENANCE_CANON, Some(self.cid(cid))),
        };
        let position = self.begin();
        self.slice(value);
        self.slice(tetraplet);
        self.tag(tag);
        match proof {
            Some(cid) => self.slice(cid),
            None => self.out.extend_from_slice(&[0; at::SLICE]),
        }
        position
    }

    fn canon_result(&mut self, result: &'d CanonResultCidAggregate) -> usize {
        let tetraplet = self.cid(&result.tetraplet);
        let cids: Vec<Slice> = result.values.iter().map(|cid| self.cid(cid)).collect();
        let values = Slice {
            position: self.begin(),
            length: cids.len(),
        };
        for cid in cids {
            self.slice(cid);
        }
        let position = self.begin();
        self.slice(tetraplet);
        self.slice(values);
        position
    }

    fn service_result(&mut self, result: &'d ServiceResultCidAggregate) -> usize {
        let ServiceResultCidAggregate {
            value_cid,
            argument_hash,
            tetraplet_cid,
        } = result;
        let texts = [value_cid, argument_hash, tetraplet_cid].map(|cid| self.cid(cid));
        let position = self.begin();
        for text in texts {
            self.slice(text);
        }
        position
    }

    fn store<T>(&mut self, store: &'d Store<T>, value: impl Fn(&mut Self, &'d T) -> usize) -> Slice {
        let entries: Vec<(Slice, usize)> = store
            .iter()
            .map(|(cid, item)| (self.cid(cid), value(self, item)))
            .collect();
        let position = self.begin();
        for (cid, item) in &entries {
            self.slice(*cid);
            self.pointer(*item);
        }
        Slice {
            position,
            length: entries.len(),
        }
    }

    fn signatures(&mut self, signatures: &SignatureMap) -> Slice {
        let entries: Vec<[Slice; 2]> = signatures
            .iter()
            .map(|(key, signature)| [self.bytes(key), self.bytes(signature)])
            .collect();
        let position = self.begin();
        for slice in entries.iter().flatten() {
            self.slice(*slice);
        }
        Slice {
            position,
            length: entries.len(),
        }
    }

    // The trace: a state has at most one target.

    fn trace(&mut self, trace: &'d [TraceState]) -> Slice {
        let targets: Vec<Slice> = trace.iter().map(|state| self.state_target(state)).collect();
        let position = self.begin();
        for (state, target) in trace.iter().zip(targets) {
            let end = self.out.len() + at::STATE;
            self.state(state, target);
            self.out.resize(end, 0);
        }
        Slice {
            position,
            length: trace.len(),
        }
    }

    fn state_target(&mut self, state: &'d TraceState) -> Slice {
        let peer = |position| Slice { position, length: 0 };
        match state {
            TraceState::Par(_) => peer(0),
            TraceState::Call(CallState::RequestSentBy(
                Sender::PeerId(peer_id) | Sender::PeerIdWithCallId { peer_id, .. },
            ))
            | TraceState::Canon(CanonState::RequestSentBy(peer_id)) => peer(self.peer_id(peer_id)),
            TraceState::Call(
                CallState::Failed(cid)
                | CallState::Executed(ValueRef::Scalar(cid) | ValueRef::Stream { cid, .. } | ValueRef::Unused(cid)),
            )
            | TraceState::Canon(CanonState::Executed(cid)) => self.cid(cid),
            TraceState::Fold(FoldResult { lore }) => {
                let descriptors: Vec<Slice> = lore
                    .iter()
                    .map(|entry| {
                        let position = self.begin();
                        for descriptor in &entry.subtraces_desc {
                            self.number(descriptor.begin_pos);
                            self.number(descriptor.subtrace_len);
                        }
                        Slice {
                            position,
                            length: entry.subtraces_desc.len(),
                        }
                    })
                    .collect();
                let position = self.begin();
                for (entry, descriptors) in lore.iter().zip(descriptors) {
                    self.number(entry.value_pos);
                    self.slice(descriptors);
                }
                Slice {
                    position,
                    length: lore.len(),
                }
            }
            TraceState::Ap(ap) => {
                let position = self.begin();
                for generation in &ap.res_generations {
                    self.number(*generation);
                }
                Slice {
                    position,
                    length: ap.res_generations.len(),
                }
            }
        }
    }

    fn state(&mut self, state: &TraceState, target: Slice) {
        match state {
            TraceState::Par(ParResult { left_size, right_size }) => {
                self.tag(at::STATE_PAR);
                self.number(*left_size);
                self.number(*right_size);
            }
            TraceState::Call(call) => {
                self.tag(at::STATE_CALL);
                self.call(call, target);
            }
            TraceState::Fold(_) => {
                self.tag(at::STATE_FOLD);
                self.slice(target);
            }
            TraceState::Ap(_) => {
                self.tag(at::STATE_AP);
                self.slice(target);
            }
            TraceState::Canon(CanonState::RequestSentBy(_)) => {
                self.tag(at::STATE_CANON);
                self.tag(at::CANON_REQUEST_SENT_BY);
                self.pointer(target.position);
            }
            TraceState::Canon(CanonState::Executed(_)) => {
                self.tag(at::STATE_CANON);
                self.tag(at::CANON_EXECUTED);
                self.slice(target);
            }
        }
    }

    fn call(&mut self, call: &CallState, target: Slice) {
        match call {
            CallState::RequestSentBy(sender) => {
                self.tag(at::CALL_REQUEST_SENT_BY);
                match sender {
                    Sender::PeerId(_) => {
                        self.tag(at::SENDER_PEER_ID);
                        self.pointer(target.position);
                    }
                    Sender::PeerIdWithCallId { call_id, .. } => {
                        self.tag(at::SENDER_PEER_ID_WITH_CALL_ID);
                        self.pointer(target.position);
                        self.number(*call_id);
                    }
                }
            }
            CallState::Executed(value) => {
                self.tag(at::CALL_EXECUTED);
                match value {
                    ValueRef::Scalar(_) => {
                        self.tag(at::VALUE_SCALAR);
                        self.slice(target);
                    }
                    ValueRef::Stream { generation, .. } => {
                        self.tag(at::VALUE_STREAM);
                        self.slice(target);
                        self.number(*generation);
                    }
                    ValueRef::Unused(_) => {
                        self.tag(at::VALUE_UNUSED);
                        self.slice(target);
                    }
                }
            }
            CallState::Failed(_) => {
                self.tag(at::CALL_FAILED);
                self.slice(target);
            }
        }
    }
}
