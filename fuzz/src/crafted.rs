//! A compact encoding of particle data with valid content ids and signatures.
//!
//! The encoding is a list of entries (values, tetraplets, aggregates) followed by the trace. Both refer to entries by index, so
//! the fuzzer can combine entries in any way without guessing hashes.

use crate::scene::{PARTICLE, PEERS, key_seed, peer_id};
use crate::stream::{Sink, Source};
use aqua_vm::{
    ApResult, CallState, CanonCidAggregate, CanonResultCidAggregate, CanonState, Cid, CidInfo, FoldResult,
    FoldSubTraceLore, ParResult, ParticleData, Provenance, Sender, ServiceResultCidAggregate, Store, SubTraceDesc,
    Tetraplet, TraceState, ValueRef,
};
use ecow::EcoString;
use ed25519_dalek::{Signer as _, SigningKey};
use std::collections::BTreeMap;

/// Marks a peer id in place of the length of a string.
const PEER: u8 = 0xf0;

pub(crate) fn read(source: &mut Source<'_>) -> ParticleData {
    let mut data = ParticleData::default();
    let mut ids = Vec::new();
    let length = source.number();
    for _ in 0..length {
        if source.is_empty() {
            break;
        }
        let id = entry(source, &ids, &mut data.cid_info);
        ids.push(id);
    }
    data.trace = source.list(|source| state(source, &ids));
    data.last_call_request_id = source.number();
    let forged = source.byte();
    data.signatures = signatures(&data, forged).into();
    data
}

fn text(source: &mut Source<'_>) -> EcoString {
    let mut lookahead = source.clone();
    match lookahead.byte() {
        byte @ PEER.. if byte - PEER < PEERS => {
            *source = lookahead;
            peer_id(byte - PEER).into()
        }
        _ => source.text(),
    }
}

/// Reads the content id of an entry, or an unknown one.
fn id(source: &mut Source<'_>, ids: &[Cid]) -> Cid {
    let number = source.number();
    let known = ids.get(number as usize).cloned();
    known.unwrap_or_else(|| Cid::of_json(&number.to_be_bytes()))
}

fn entry(source: &mut Source<'_>, ids: &[Cid], info: &mut CidInfo) -> Cid {
    fn keep<T: serde::Serialize>(store: &mut Store<T>, item: T) -> Cid {
        let id = Cid::of_json(&serde_json::to_vec(&item).expect("plain data"));
        store.insert(id.clone(), item);
        id
    }
    match source.byte() % 5 {
        0 => {
            let value = source.text();
            let id = Cid::of_json(value.as_bytes());
            info.value_store.insert(id.clone(), value);
            id
        }
        1 => {
            let tetraplet = Tetraplet {
                peer_pk: text(source),
                service_id: text(source),
                function_name: text(source),
                lens: text(source),
            };
            keep(&mut info.tetraplet_store, tetraplet)
        }
        2 => {
            let result = ServiceResultCidAggregate {
                value_cid: id(source, ids),
                tetraplet_cid: id(source, ids),
                argument_hash: source.text().into(),
            };
            keep(&mut info.service_result_store, result)
        }
        3 => {
            let element = CanonCidAggregate {
                value: id(source, ids),
                tetraplet: id(source, ids),
                provenance: match source.byte() % 3 {
                    0 => Provenance::Literal,
                    1 => Provenance::ServiceResult { cid: id(source, ids) },
                    _ => Provenance::Canon { cid: id(source, ids) },
                },
            };
            keep(&mut info.canon_element_store, element)
        }
        _ => {
            let result = CanonResultCidAggregate {
                tetraplet: id(source, ids),
                values: source.list(|source| id(source, ids)).into(),
            };
            keep(&mut info.canon_result_store, result)
        }
    }
}

fn state(source: &mut Source<'_>, ids: &[Cid]) -> TraceState {
    let call = TraceState::Call;
    match source.byte() % 11 {
        0 => TraceState::Par(ParResult {
            left_size: source.number(),
            right_size: source.number(),
        }),
        1 => call(CallState::RequestSentBy(Sender::PeerId(text(source)))),
        2 => call(CallState::RequestSentBy(Sender::PeerIdWithCallId {
            peer_id: text(source),
            call_id: source.number(),
        })),
        3 => call(CallState::Executed(ValueRef::Scalar(id(source, ids)))),
        4 => call(CallState::Executed(ValueRef::Stream {
            cid: id(source, ids),
            generation: source.number(),
        })),
        5 => call(CallState::Executed(ValueRef::Unused(id(source, ids)))),
        6 => call(CallState::Failed(id(source, ids))),
        7 => TraceState::Fold(FoldResult {
            lore: source.list(|source| FoldSubTraceLore {
                value_pos: source.number(),
                subtraces_desc: source.list(|source| SubTraceDesc {
                    begin_pos: source.number(),
                    subtrace_len: source.number(),
                }),
            }),
        }),
        8 => TraceState::Ap(ApResult {
            res_generations: source.list(Source::number).into(),
        }),
        9 => TraceState::Canon(CanonState::RequestSentBy(text(source))),
        _ => TraceState::Canon(CanonState::Executed(id(source, ids))),
    }
}

/// Signs the trace for all peers in it. Peers whose bit in `forged` is set sign for another particle.
fn signatures(data: &ParticleData, forged: u8) -> BTreeMap<Box<[u8]>, Box<[u8]>> {
    let info = &data.cid_info;
    let owner = |id: &Cid| {
        let result = info.service_result_store.get(id).map(|result| &result.tetraplet_cid);
        let canon = || info.canon_result_store.get(id).map(|result| &result.tetraplet);
        let tetraplet = info.tetraplet_store.get(result.or_else(canon)?)?;
        (0..PEERS).find(|peer| peer_id(*peer) == tetraplet.peer_pk)
    };
    let mut made: BTreeMap<u8, Vec<&Cid>> = BTreeMap::new();
    for state in &data.trace {
        let id = match state {
            TraceState::Call(
                CallState::Executed(ValueRef::Scalar(cid) | ValueRef::Stream { cid, .. }) | CallState::Failed(cid),
            )
            | TraceState::Canon(CanonState::Executed(cid)) => cid,
            _ => continue,
        };
        if let Some(peer) = owner(id) {
            made.entry(peer).or_default().push(id);
        }
    }
    let signed = made.into_iter().map(|(peer, mut ids)| {
        ids.sort_unstable();
        let particle = if forged >> peer & 1 == 0 { PARTICLE } else { "another" };
        let key = SigningKey::from_bytes(&key_seed(peer));
        let public = [&[0], &key.verifying_key().to_bytes()[..]].concat();
        let signature = [&[0], &key.sign(&message(&ids, particle)).to_bytes()[..]].concat();
        (public.into(), signature.into())
    });
    signed.collect()
}

/// Encodes a list of strings and a string in Borsh.
fn message(ids: &[&Cid], particle: &str) -> Vec<u8> {
    let mut message = (ids.len() as u32).to_le_bytes().to_vec();
    for text in ids.iter().map(|id| id.to_string()).chain([particle.to_owned()]) {
        message.extend((text.len() as u32).to_le_bytes());
        message.extend(text.as_bytes());
    }
    message
}

/// Writes data in the encoding that [`read`] reads.
pub(crate) fn write(sink: &mut Sink, data: &ParticleData) {
    let info = &data.cid_info;
    let mut numbers: BTreeMap<&Cid, u32> = BTreeMap::new();
    let mut entries = Sink::default();
    let mut next = 0_u32;
    macro_rules! number {
        ($id:expr) => {{
            numbers.insert($id, next);
            next += 1;
        }};
    }
    for (id, value) in &info.value_store {
        entries.byte(0);
        entries.bytes(value.as_bytes());
        number!(id);
    }
    for (id, tetraplet) in &info.tetraplet_store {
        entries.byte(1);
        for text in [
            &tetraplet.peer_pk,
            &tetraplet.service_id,
            &tetraplet.function_name,
            &tetraplet.lens,
        ] {
            write_text(&mut entries, text);
        }
        number!(id);
    }
    let name = |numbers: &BTreeMap<&Cid, u32>, id: &Cid| numbers.get(id).copied();
    for (id, result) in &info.service_result_store {
        entries.byte(2);
        entries.number(name(&numbers, &result.value_cid).unwrap_or(u32::MAX));
        entries.number(name(&numbers, &result.tetraplet_cid).unwrap_or(u32::MAX));
        entries.bytes(result.argument_hash.to_string().as_bytes());
        number!(id);
    }
    // Canon elements and canon results refer to each other, so repeat until all are written.
    loop {
        let before = next;
        for (id, element) in &info.canon_element_store {
            let (tag, proof) = match &element.provenance {
                Provenance::Literal => (0, Some(0)),
                Provenance::ServiceResult { cid } => (1, name(&numbers, cid)),
                Provenance::Canon { cid } => (2, name(&numbers, cid)),
            };
            if let (false, Some(proof)) = (numbers.contains_key(id), proof) {
                entries.byte(3);
                entries.number(name(&numbers, &element.value).unwrap_or(u32::MAX));
                entries.number(name(&numbers, &element.tetraplet).unwrap_or(u32::MAX));
                entries.byte(tag);
                if tag != 0 {
                    entries.number(proof);
                }
                number!(id);
            }
        }
        for (id, result) in &info.canon_result_store {
            let values: Option<Vec<u32>> = result.values.iter().map(|id| name(&numbers, id)).collect();
            if let (false, Some(values)) = (numbers.contains_key(id), values) {
                entries.byte(4);
                entries.number(name(&numbers, &result.tetraplet).unwrap_or(u32::MAX));
                entries.list(values.into_iter(), Sink::number);
                number!(id);
            }
        }
        if next == before {
            break;
        }
    }
    sink.number(next);
    sink.bytes.extend(entries.bytes);
    sink.list(data.trace.iter(), |sink, state| write_state(sink, state, &numbers));
    sink.number(data.last_call_request_id);
    sink.byte(0);
}

fn write_text(sink: &mut Sink, text: &str) {
    match (0..PEERS).find(|peer| peer_id(*peer) == text) {
        Some(peer) => sink.byte(PEER + peer),
        None => sink.bytes(text.as_bytes()),
    }
}

fn write_state(sink: &mut Sink, state: &TraceState, numbers: &BTreeMap<&Cid, u32>) {
    let id = |sink: &mut Sink, tag: u8, id: &Cid| {
        sink.byte(tag);
        sink.number(numbers.get(id).copied().unwrap_or(u32::MAX));
    };
    match state {
        TraceState::Par(ParResult { left_size, right_size }) => {
            sink.byte(0);
            sink.number(*left_size);
            sink.number(*right_size);
        }
        TraceState::Call(CallState::RequestSentBy(Sender::PeerId(peer))) => {
            sink.byte(1);
            write_text(sink, peer);
        }
        TraceState::Call(CallState::RequestSentBy(Sender::PeerIdWithCallId { peer_id, call_id })) => {
            sink.byte(2);
            write_text(sink, peer_id);
            sink.number(*call_id);
        }
        TraceState::Call(CallState::Executed(ValueRef::Scalar(cid))) => id(sink, 3, cid),
        TraceState::Call(CallState::Executed(ValueRef::Stream { cid, generation })) => {
            id(sink, 4, cid);
            sink.number(*generation);
        }
        TraceState::Call(CallState::Executed(ValueRef::Unused(cid))) => id(sink, 5, cid),
        TraceState::Call(CallState::Failed(cid)) => id(sink, 6, cid),
        TraceState::Fold(FoldResult { lore }) => {
            sink.byte(7);
            sink.list(lore.iter(), |sink, entry| {
                sink.number(entry.value_pos);
                sink.list(entry.subtraces_desc.iter(), |sink, run| {
                    sink.number(run.begin_pos);
                    sink.number(run.subtrace_len);
                });
            });
        }
        TraceState::Ap(ApResult { res_generations }) => {
            sink.byte(8);
            sink.list(res_generations.iter(), |sink, generation| sink.number(*generation));
        }
        TraceState::Canon(CanonState::RequestSentBy(peer)) => {
            sink.byte(9);
            write_text(sink, peer);
        }
        TraceState::Canon(CanonState::Executed(cid)) => id(sink, 10, cid),
    }
}
