//! Whatever the bytes, decoding ends with a message or a reason, and a changed message never passes as the signed one.

use crate::vectors::vectors;
use aqua_keys::KeyPair;
use aqua_particle::{Message, Particle, frame};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Change {
    Flip(usize, u8),
    Cut(usize),
    Remove(usize, usize),
    Insert(usize, Vec<u8>),
    Repeat(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<usize>(), 1u8..).prop_map(|(at, bits)| Change::Flip(at, bits)),
        any::<usize>().prop_map(Change::Cut),
        (any::<usize>(), 1usize..40).prop_map(|(at, count)| Change::Remove(at, count)),
        (any::<usize>(), vec(any::<u8>(), 1..16)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<usize>(), 1usize..200).prop_map(|(at, count)| Change::Repeat(at, count)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: Change) {
    let length = bytes.len();
    let place = |at: usize| at % (length + 1);
    match change {
        Change::Flip(at, bits) => {
            if let Some(byte) = bytes.get_mut(place(at)) {
                *byte ^= bits;
            }
        }
        Change::Cut(at) => bytes.truncate(place(at)),
        Change::Remove(at, count) => {
            let start = place(at);
            bytes.drain(start..(start + count).min(bytes.len()));
        }
        Change::Insert(at, new) => {
            let start = place(at);
            bytes.splice(start..start, new);
        }
        Change::Repeat(at, count) => {
            let start = place(at);
            let again = bytes[start..(start + count).min(bytes.len())].to_vec();
            bytes.splice(start..start, again);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn mutated_frames_give_a_message_or_a_reason(
        vector in 0..5usize,
        ours in any::<bool>(),
        changes in vec(change(), 1..4),
    ) {
        let original = vectors()[vector].particle();
        let mut bytes = if ours { frame::encode(&original) } else { vectors()[vector].frame() };
        for change in changes {
            apply(&mut bytes, change);
        }
        if let Ok((Message::Particle(particle), used)) = frame::decode(&bytes, frame::MAX_BODY) {
            prop_assert!(used <= bytes.len());
            let same = Particle { data: original.data.clone(), ..particle.clone() } == original;
            prop_assert_eq!(particle.verify().is_ok(), same);
        }
    }

    #[test]
    fn any_bytes_give_a_message_or_a_reason(mut bytes in vec(any::<u8>(), 0..300), prefixed in any::<bool>()) {
        if prefixed {
            bytes.splice(0..0, [0x81, 0x04]);
        }
        let _ = frame::decode_body(&bytes);
        let _ = frame::decode(&bytes, frame::MAX_BODY);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn what_is_encoded_decodes_to_itself(
        id in ".{0,40}",
        script in ".{0,300}",
        data in vec(any::<u8>(), 0..70_000),
        timestamp: u64,
        ttl: u32,
        seed: [u8; 32],
    ) {
        let mut particle = Particle::sign(&KeyPair::from_seed(seed), id, timestamp, ttl, script);
        particle.data = data;
        let bytes = frame::encode(&particle);
        prop_assert_eq!(frame::decode(&bytes, frame::MAX_BODY), Ok((Message::Particle(particle), bytes.len())));
    }
}
