//! `tests/vectors/particle.json`: particles as another implementation signs and writes them.

use aqua_keys::{KeyPair, PeerId, Signature};
use aqua_particle::{Message, Particle, frame};
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    seed_hex: String,
    peer_id: String,
    peer_id_multihash_hex: String,
    pubkey_protobuf_hex: String,
    id: String,
    timestamp: u64,
    ttl: u32,
    script: String,
    data_hex: String,
    signed_bytes_hex: String,
    signature_hex: String,
    message_hex: String,
    framed_hex: String,
}

pub(crate) fn vectors() -> &'static [Vector] {
    static VECTORS: LazyLock<Vec<Vector>> =
        LazyLock::new(|| serde_json::from_str(include_str!("../../../../tests/vectors/particle.json")).unwrap());
    &VECTORS
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

impl Vector {
    pub(crate) fn key(&self) -> KeyPair {
        KeyPair::from_seed(bytes(&self.seed_hex).try_into().unwrap())
    }

    pub(crate) fn particle(&self) -> Particle {
        let mut particle = Particle::sign(
            &self.key(),
            self.id.clone(),
            self.timestamp,
            self.ttl,
            self.script.as_str(),
        );
        particle.data = bytes(&self.data_hex);
        particle
    }

    pub(crate) fn frame(&self) -> Vec<u8> {
        bytes(&self.framed_hex)
    }
}

#[test]
fn keys_give_the_recorded_peer_ids() {
    for vector in vectors() {
        let peer_id = vector.key().peer_id();
        assert_eq!(peer_id.to_string(), vector.peer_id, "{}", vector.name);
        assert_eq!(
            peer_id.as_bytes(),
            bytes(&vector.peer_id_multihash_hex),
            "{}",
            vector.name
        );
        assert_eq!(
            peer_id.as_bytes()[2..],
            bytes(&vector.pubkey_protobuf_hex),
            "{}",
            vector.name
        );
        assert_eq!(vector.peer_id.parse(), Ok(peer_id.clone()), "{}", vector.name);
        assert_eq!(peer_id.public_key(), Some(vector.key().public_key()), "{}", vector.name);
        assert_eq!(PeerId::from_bytes(peer_id.as_bytes()), Ok(peer_id), "{}", vector.name);
    }
}

#[test]
fn signing_gives_the_recorded_signatures() {
    for vector in vectors() {
        let particle = vector.particle();
        assert_eq!(
            particle.signed_bytes(),
            bytes(&vector.signed_bytes_hex),
            "{}",
            vector.name
        );
        assert_eq!(
            particle.signature,
            Signature::from_bytes(bytes(&vector.signature_hex).try_into().unwrap()),
            "{}",
            vector.name
        );
        assert_eq!(particle.verify(), Ok(()), "{}", vector.name);
    }
}

#[test]
fn recorded_frames_decode_and_survive_our_own_form() {
    for vector in vectors() {
        let recorded = vector.frame();
        let (message, used) = frame::decode(&recorded, frame::MAX_BODY).unwrap();
        assert_eq!(
            (message, used),
            (Message::Particle(vector.particle()), recorded.len()),
            "{}",
            vector.name
        );
        assert_eq!(
            frame::decode_body(&bytes(&vector.message_hex)),
            Ok(Message::Particle(vector.particle()))
        );

        let ours = frame::encode(&vector.particle());
        let (message, used) = frame::decode(&ours, frame::MAX_BODY).unwrap();
        assert_eq!(
            (message, used),
            (Message::Particle(vector.particle()), ours.len()),
            "{}",
            vector.name
        );
    }
}

#[test]
fn any_changed_bit_of_a_signed_field_or_the_signature_is_refused() {
    for vector in vectors() {
        let particle = vector.particle();
        let mut changed = Vec::new();
        for bit in 0..64 {
            changed.push(Particle {
                timestamp: particle.timestamp ^ (1 << bit),
                ..particle.clone()
            });
        }
        for bit in 0..32 {
            changed.push(Particle {
                ttl: particle.ttl ^ (1 << bit),
                ..particle.clone()
            });
        }
        for bit in 0..512 {
            let mut signature = *particle.signature.as_bytes();
            signature[bit / 8] ^= 1 << (bit % 8);
            changed.push(Particle {
                signature: Signature::from_bytes(signature),
                ..particle.clone()
            });
        }
        for id in flipped_texts(&particle.id) {
            changed.push(Particle { id, ..particle.clone() });
        }
        for script in flipped_texts(&particle.script) {
            changed.push(Particle {
                script: script.into(),
                ..particle.clone()
            });
        }
        for particle in changed {
            assert!(particle.verify().is_err(), "{}: {particle:?}", vector.name);
        }
    }
}

/// Every text that differs from `text` in one bit and is still UTF-8.
fn flipped_texts(text: &str) -> impl Iterator<Item = String> {
    (0..text.len() * 8).filter_map(|bit| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        String::from_utf8(bytes).ok()
    })
}

#[test]
fn a_particle_of_another_peer_is_refused() {
    for vector in vectors() {
        let init_peer_id = KeyPair::from_seed([9; 32]).peer_id();
        assert!(
            Particle {
                init_peer_id,
                ..vector.particle()
            }
            .verify()
            .is_err(),
            "{}",
            vector.name
        );
    }
}

#[test]
fn a_hashed_peer_id_verifies_nothing() {
    let hashed: PeerId = "QmdPtC3T7Kcu9iJg6hYzLBWR5XCDcYMY7HV685E3kH3EcS".parse().unwrap();
    let particle = Particle {
        init_peer_id: hashed,
        ..vectors()[0].particle()
    };
    assert_eq!(particle.verify(), Err(aqua_particle::VerifyError::NoKey));
}
