//! The format of an entry: only the exact bytes that were written are accepted.

use proptest::prelude::*;

use super::super::format::{self, ArtefactId, ArtefactKind, Flaw, HEADER};
use super::super::key::Key;

const ID: ArtefactId = ArtefactId {
    kind: ArtefactKind::Module,
    engine: [1; 32],
    wasm: [2; 32],
};

fn key(byte: u8) -> Key {
    Key::from_bytes([byte; blake3::KEY_LEN])
}

fn entry(code: &[u8]) -> Vec<u8> {
    [&format::header(&key(3), &ID, code)[..], code].concat()
}

#[test]
fn written_code_is_read() {
    for code in [&b""[..], b"code", &[7; 5000]] {
        assert_eq!(format::open(&key(3), &ID, &entry(code)), Ok(code));
    }
}

#[test]
fn every_flipped_bit_of_the_header_is_found() {
    let entry = entry(b"code");
    let expected = |at| match at {
        0..8 => Flaw::Magic,
        8..12 => Flaw::Version,
        12..16 => Flaw::Kind,
        16..48 => Flaw::Engine,
        48..80 => Flaw::Wasm,
        80..88 => Flaw::Length,
        _ => Flaw::Authentication,
    };
    for at in 0..entry.len() {
        for bit in 0..8 {
            let mut changed = entry.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(
                format::open(&key(3), &ID, &changed),
                Err(expected(at)),
                "byte {at}, bit {bit}"
            );
        }
    }
}

#[test]
fn every_truncated_header_is_found() {
    let entry = entry(b"code");
    for length in 0..entry.len() {
        let flaw = if length < HEADER { Flaw::Truncated } else { Flaw::Length };
        assert_eq!(
            format::open(&key(3), &ID, &entry[..length]),
            Err(flaw),
            "{length} bytes"
        );
    }
}

#[test]
fn an_entry_is_valid_for_its_id_and_key_only() {
    let entry = entry(b"code");
    assert_eq!(format::open(&key(4), &ID, &entry), Err(Flaw::Authentication));
    let kind = ArtefactKind::Component;
    assert_eq!(
        format::open(&key(3), &ArtefactId { kind, ..ID }, &entry),
        Err(Flaw::Kind)
    );
    let engine = [0; 32];
    assert_eq!(
        format::open(&key(3), &ArtefactId { engine, ..ID }, &entry),
        Err(Flaw::Engine)
    );
    let wasm = [0; 32];
    assert_eq!(
        format::open(&key(3), &ArtefactId { wasm, ..ID }, &entry),
        Err(Flaw::Wasm)
    );
}

/// A change of an entry.
#[derive(Debug, Clone)]
enum Change {
    Flip(prop::sample::Index, u8),
    Truncate(prop::sample::Index),
    Extend(Vec<u8>),
    Replace(Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<prop::sample::Index>(), 1u8..).prop_map(|(at, mask)| Change::Flip(at, mask)),
        any::<prop::sample::Index>().prop_map(Change::Truncate),
        prop::collection::vec(any::<u8>(), 1..200).prop_map(Change::Extend),
        prop::collection::vec(any::<u8>(), 0..400).prop_map(Change::Replace),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Several changes can undo each other; then the entry is as it was.
    #[test]
    fn changed_entries_are_rejected(
        code in prop::collection::vec(any::<u8>(), 0..3000),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let entry = entry(&code);
        let mut changed = entry.clone();
        for change in changes {
            match change {
                Change::Flip(at, mask) if !changed.is_empty() => {
                    let at = at.index(changed.len());
                    changed[at] ^= mask;
                }
                Change::Flip(..) => {}
                Change::Truncate(length) => changed.truncate(length.index(changed.len() + 1)),
                Change::Extend(bytes) => changed.extend(bytes),
                Change::Replace(bytes) => changed = bytes,
            }
        }
        prop_assert_eq!(format::open(&key(3), &ID, &changed).is_ok(), changed == entry);
    }
}
