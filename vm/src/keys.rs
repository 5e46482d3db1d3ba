//! Keys of peers: who signs particle data and how a peer is named.
//!
//! A peer id is the base58 form of the libp2p identity multihash of an ed25519 public key, so it starts with
//! `12D3KooW`. In particle data a public key is one format byte (0 for ed25519) and 32 bytes, a signature is the same
//! format byte and 64 bytes.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};
use std::fmt;
use std::sync::Arc;

/// Format byte of ed25519 keys and signatures inside particle data.
pub(crate) const ED25519_FORMAT: u8 = 0;

/// The libp2p identity multihash of an ed25519 key is this head and the 32 bytes of the key.
const IDENTITY_MULTIHASH_HEAD: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The key pair of the peer that runs a step: signs what the peer adds to particle data.
#[derive(Clone)]
pub struct KeyPair {
    signing: Arc<Ed25519KeyPair>,
    public: [u8; 32],
}

impl KeyPair {
    /// Messages up to that many bytes are signed in less time than a signature is checked. Signing goes through them twice.
    pub(crate) const QUICK_TO_SIGN: usize = 8 << 10;

    /// The pair that grows from a 32-byte ed25519 seed.
    ///
    /// # Panics
    /// Never: each seed is one of a key.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let signing = Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes are a seed");
        let public = signing.public_key().as_ref().try_into().expect("a key has 32 bytes");
        Self {
            signing: Arc::new(signing),
            public,
        }
    }

    /// The peer id of this key, as text.
    #[must_use]
    pub fn peer_id(&self) -> String {
        peer_id_of(&self.public)
    }

    /// Public key in the form it has in particle data: format byte and 32 bytes.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        [&[ED25519_FORMAT], &self.public[..]].concat()
    }

    /// Signature of a message in the form it has in particle data: format byte and 64 bytes.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        [&[ED25519_FORMAT], self.signing.sign(message).as_ref()].concat()
    }

    pub(crate) fn has_public(&self, key: &[u8; 32]) -> bool {
        self.public == *key
    }

    /// Whether a signature in that form is what [`sign`](Self::sign) makes of the message: then it is right. How long that
    /// takes tells nothing about the signature made here.
    pub(crate) fn made(&self, message: &[u8], signature: &[u8]) -> bool {
        verify_slices_are_equal(&self.sign(message), signature).is_ok()
    }
}

impl PartialEq for KeyPair {
    fn eq(&self, other: &Self) -> bool {
        self.public == other.public
    }
}

impl Eq for KeyPair {}

/// Whether a signature of a message is right. An unusual spelling of a key may be refused that official machines accept.
pub(crate) fn accepts(public_key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    ParsedPublicKey::new(&ED25519, public_key).is_ok_and(|key| key.verify_sig(message, signature).is_ok())
}

/// The peer id of an ed25519 public key.
pub(crate) fn peer_id_of(public_key: &[u8; 32]) -> String {
    const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    /// The largest power of 58 below 2^32 has that exponent.
    const GROUP: usize = 5;

    let mut multihash = [0; 40];
    multihash[2..8].copy_from_slice(&IDENTITY_MULTIHASH_HEAD);
    multihash[8..].copy_from_slice(public_key);
    let mut number: [u32; 10] =
        std::array::from_fn(|limb| u32::from_be_bytes(std::array::from_fn(|byte| multihash[4 * limb + byte])));
    // The zero in front is a digit of its own; behind it are 51 for each key.
    let mut text = [DIGITS[0]; 52];
    for group in text[1..].rchunks_mut(GROUP) {
        let base = 58_u64.pow(GROUP as u32);
        let mut rest = number.iter_mut().fold(0, |rest, limb| {
            let dividend = rest << 32 | u64::from(*limb);
            *limb = (dividend / base) as u32;
            dividend % base
        });
        for digit in group.iter_mut().rev() {
            *digit = DIGITS[(rest % 58) as usize];
            rest /= 58;
        }
    }
    text.iter().map(|digit| char::from(*digit)).collect()
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyPair")
            .field("peer_id", &self.peer_id())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_peer_id_is_base58(key: [u8; 32]) {
            let multihash = [&IDENTITY_MULTIHASH_HEAD[..], &key].concat();
            prop_assert_eq!(peer_id_of(&key), bs58::encode(multihash).into_string());
        }

        #[test]
        fn signatures_are_those_of_the_standard(seed: [u8; 32], message: Vec<u8>) {
            let (ours, other) = (KeyPair::from_seed(seed), SigningKey::from_bytes(&seed));
            let signature = other.sign(&message).to_bytes();
            prop_assert_eq!(ours.public, other.verifying_key().to_bytes());
            prop_assert_eq!(&ours.sign(&message)[1..], &signature);
            prop_assert!(accepts(&ours.public, &message, &signature));
            prop_assert!(ours.made(&message, &ours.sign(&message)));
        }

        #[test]
        fn a_changed_byte_is_seen(seed: [u8; 32], message: [u8; 20], place in 0..116_usize, change in 1..=255_u8) {
            let key = KeyPair::from_seed(seed);
            let mut all = [&key.public, &message[..], &key.sign(&message)[1..]].concat();
            all[place] ^= change;
            let public = all[..32].try_into().expect("32 bytes");
            prop_assert!(!accepts(&public, &all[32..52], &all[52..]));
            let signature = [&[ED25519_FORMAT], &all[52..]].concat();
            prop_assert_eq!(key.made(&all[32..52], &signature), place < 32);
        }
    }

    /// Points of small order and the spellings that the standard doesn't have, where implementations differ.
    #[test]
    fn what_is_accepted_official_machines_accept() {
        let hex = |text: &str| -> [u8; 32] {
            let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).expect("hex");
            bytes.try_into().expect("32 bytes")
        };
        let low = [0, 1, 0xec, 0xed, 0xee].map(|first: u8| {
            let mut bytes = if first < 2 { [0; 32] } else { [0xff; 32] };
            bytes[0] = first;
            bytes[31] &= 0x7f;
            bytes
        });
        let order_8 = [
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        ];
        let points: Vec<[u8; 32]> = low.into_iter().chain(order_8.map(hex)).collect();
        let signs = |point: &[u8; 32]| {
            let mut other = *point;
            other[31] |= 0x80;
            [*point, other]
        };
        let points: Vec<[u8; 32]> = points.iter().flat_map(signs).collect();
        let (mut accepted, mut refused) = (0, 0);
        for (key, commitment) in points
            .iter()
            .flat_map(|key| points.iter().map(move |other| (key, other)))
        {
            for message in 0..16_u8 {
                let signature = [&commitment[..], &[0; 32]].concat();
                let official = VerifyingKey::from_bytes(key).is_ok_and(|key| {
                    let signature = Signature::from_slice(&signature).expect("64 bytes");
                    key.verify(&[message], &signature).is_ok()
                });
                let ours = accepts(key, &[message], &signature);
                assert!(official || !ours, "{key:?} {commitment:?} {message}");
                accepted += u32::from(ours);
                refused += u32::from(!official);
            }
        }
        assert!(accepted > 50 && refused > 50, "{accepted} accepted, {refused} refused");
    }

    #[test]
    fn the_secret_is_not_printed() {
        let printed = format!("{:?}", KeyPair::from_seed([7; 32]));
        assert!(printed.starts_with("KeyPair { peer_id: \"12D3KooW"), "{printed}");
        assert!(printed.ends_with(", .. }"), "{printed}");
    }
}
