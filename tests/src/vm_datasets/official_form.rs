//! Particle data as bytes, in the form that the official interpreter gives it.
//!
//! It shares fewer content ids than our writer: each service result has copies of the ids of its value and its tetraplet.
//! Who receives data from official peers has to read and check those bytes.

use aqua_vm::{CallState, Cid, ParticleData, ServiceResultCidAggregate, State, TraceState, ValueRef};
use std::collections::BTreeMap;

/// Size of the root, and where in it the arrays are named.
const ROOT: usize = 60;
const TRACE: usize = 0;
const SERVICE_RESULTS: usize = 44;
const SIGNATURES: usize = 52;
/// Size of a trace state.
const STATE: usize = 24;

/// Whether the states of the trace share the ids that they name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    Shared,
    /// Each state has a copy. All must be results for scalars.
    Copied,
}

/// The archive in the making.
struct Archive {
    bytes: Vec<u8>,
}

/// A place and a number of items.
type Slice = (usize, usize);

impl Archive {
    fn align(&mut self) -> usize {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self.bytes.len()
    }

    fn text(&mut self, text: &[u8]) -> Slice {
        let place = self.bytes.len();
        self.bytes.extend_from_slice(text);
        (place, text.len())
    }

    fn number(&mut self, number: usize) {
        let number = u32::try_from(number).expect("a short archive");
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    fn pointer(&mut self, target: usize) {
        let back = i32::try_from(self.bytes.len() - target).expect("a short archive");
        self.bytes.extend_from_slice(&(-back).to_be_bytes());
    }

    fn slice(&mut self, (place, len): Slice) {
        self.pointer(place);
        self.number(len);
    }

    /// Where the pointer at a place leads.
    fn target(&self, place: usize) -> usize {
        let word = self.bytes[place..place + 4].try_into().expect("four bytes");
        place
            .checked_add_signed(i32::from_be_bytes(word) as isize)
            .expect("a place inside")
    }
}

/// Writes data as the official interpreter does.
pub(super) fn official_form(data: &ParticleData, ids: Ids) -> Vec<u8> {
    // Our writer makes all but service results and signatures, which stand last, and the trace if it is not shared.
    let mut begun = data.clone();
    begun.cid_info.service_result_store.clear();
    begun.signatures.clear();
    let mut archive = Archive { bytes: Vec::new() };
    let mut copied_trace = None;
    if ids == Ids::Copied {
        begun.trace.clear();
        copied_trace = Some(write_copied_trace(&mut archive, &data.trace));
    }
    let ours = State::new(begun).encode();
    let (head, ours) = opened(&ours);
    archive.align();
    let shift = archive.bytes.len();
    archive.bytes.extend_from_slice(ours);
    let root = shift + ours.len() - ROOT;
    let old_root: Vec<(usize, usize)> = (0..7)
        .map(|number| {
            let place = root + [0, 12, 20, 28, 36, 44, 52][number];
            let length = u32::from_be_bytes(archive.bytes[place + 4..place + 8].try_into().expect("four bytes"));
            (archive.target(place), length as usize)
        })
        .collect();
    let trace = copied_trace.unwrap_or(old_root[0]);
    let known = ids_in(&archive, trace, &data.trace);
    archive.bytes.truncate(root);
    let service_results = write_service_results(&mut archive, data, &known);
    let signatures = write_signatures(&mut archive, data);

    let root = archive.align();
    archive.slice(trace);
    archive.number(data.last_call_request_id as usize);
    for store in &old_root[1..5] {
        archive.slice(*store);
    }
    assert_eq!(archive.bytes.len(), root + SERVICE_RESULTS - TRACE);
    archive.slice(service_results);
    assert_eq!(archive.bytes.len(), root + SIGNATURES);
    archive.slice(signatures);

    let mut envelope = head.to_vec();
    envelope.push(0xc6);
    envelope.extend_from_slice(
        &u32::try_from(archive.bytes.len())
            .expect("a short archive")
            .to_be_bytes(),
    );
    envelope.extend_from_slice(&archive.bytes);
    envelope
}

/// An envelope up to the name of its last field, and the archive in it.
fn opened(envelope: &[u8]) -> (&[u8], &[u8]) {
    const NAME: &[u8] = b"\xaainner_data";
    let named = envelope.windows(NAME.len()).position(|window| window == NAME);
    let (head, field) = envelope.split_at(named.expect("its archive") + NAME.len());
    // A tag and the length in one, two or four bytes.
    let tag = match field[0] {
        0xc4 => 2,
        0xc5 => 3,
        _ => 5,
    };
    (head, &field[tag..])
}

fn write_copied_trace(archive: &mut Archive, trace: &[TraceState]) -> Slice {
    let texts: Vec<Slice> = trace
        .iter()
        .map(|state| match state {
            TraceState::Call(CallState::Executed(ValueRef::Scalar(cid))) => archive.text(cid.to_string().as_bytes()),
            state => panic!("not the result of a call for a scalar: {state}"),
        })
        .collect();
    let place = archive.align();
    for text in texts {
        // A call, executed, for a scalar.
        archive.bytes.extend_from_slice(&[1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
        archive.slice(text);
        archive.number(0);
    }
    (place, trace.len())
}

/// Where the texts of ids stand that calls in the trace name.
fn ids_in<'d>(archive: &Archive, (place, _): Slice, trace: &'d [TraceState]) -> BTreeMap<&'d Cid, usize> {
    let ids = trace.iter().enumerate().filter_map(|(number, state)| match state {
        TraceState::Call(CallState::Executed(ValueRef::Scalar(cid) | ValueRef::Stream { cid, .. })) => {
            Some((cid, archive.target(place + number * STATE + 12)))
        }
        _ => None,
    });
    ids.collect()
}

fn write_service_results(archive: &mut Archive, data: &ParticleData, known: &BTreeMap<&Cid, usize>) -> Slice {
    let store = &data.cid_info.service_result_store;
    let mut entries = Vec::new();
    for (cid, result) in store {
        let ServiceResultCidAggregate {
            value_cid,
            argument_hash,
            tetraplet_cid,
        } = result;
        let key = match known.get(cid) {
            Some(place) => (*place, cid.to_string().len()),
            None => archive.text(cid.to_string().as_bytes()),
        };
        let texts = [value_cid, argument_hash, tetraplet_cid].map(Cid::to_string);
        let texts = texts.map(|text| archive.text(text.as_bytes()));
        let place = archive.align();
        for text in texts {
            archive.slice(text);
        }
        entries.push((key, place));
    }
    let place = archive.align();
    for (key, result) in &entries {
        archive.slice(*key);
        archive.pointer(*result);
    }
    (place, entries.len())
}

fn write_signatures(archive: &mut Archive, data: &ParticleData) -> Slice {
    let signatures = data.signatures.iter();
    let entries: Vec<[Slice; 2]> = signatures
        .map(|(key, signature)| [archive.text(key), archive.text(signature)])
        .collect();
    let place = archive.align();
    for text in entries.iter().flatten() {
        archive.slice(*text);
    }
    (place, entries.len())
}
