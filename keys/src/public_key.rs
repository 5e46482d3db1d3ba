use crate::{PeerId, Signature};
use ed25519_dalek::{Verifier as _, VerifyingKey};
use std::fmt;

/// An ed25519 public key that is a point of the curve.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// The bytes are the encoding of no point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not an ed25519 public key")]
pub struct InvalidPublicKey;

impl PublicKey {
    /// Decodes a compressed point (RFC 8032, §5.1.3). Encodings that are not canonical are accepted and kept as they are.
    ///
    /// # Errors
    /// No point has this encoding.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, InvalidPublicKey> {
        VerifyingKey::from_bytes(bytes).map(Self).map_err(|_| InvalidPublicKey)
    }

    /// The compressed point.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The id of the peer that has this key.
    #[must_use]
    pub fn peer_id(&self) -> PeerId {
        PeerId::from_ed25519(self.as_bytes())
    }

    /// Verifies the signature of a particle by the strict rule: a key or a commitment of small order verifies nothing, so
    /// a signature commits to one key and one message.
    #[must_use]
    pub fn verify_strict(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
        self.0.verify_strict(message, &signature).is_ok()
    }
}

/// Verifies a signature in particle data by the rule of official interpreters, which accept points of small order and
/// encodings of keys that are not canonical. The key need not be decoded: bytes that are no key verify nothing.
#[must_use]
pub fn verify_data(public_key: &[u8; 32], message: &[u8], signature: &Signature) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
    VerifyingKey::from_bytes(public_key).is_ok_and(|key| key.verify(message, &signature).is_ok())
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({})", bs58::encode(self.as_bytes()).into_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyPair;
    use proptest::prelude::*;

    /// Adds the order of the group to the scalar of a signature, which gives an encoding that is not canonical.
    fn with_long_scalar(signature: &[u8; 64]) -> [u8; 64] {
        const ORDER: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut long = *signature;
        let mut carry = 0;
        for (byte, added) in long[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(added) + carry;
            (*byte, carry) = (sum as u8, sum >> 8);
        }
        long
    }

    /// Points of small order and encodings that are not canonical, where implementations differ.
    fn odd_points() -> Vec<[u8; 32]> {
        // y = 0, 1, p − 1, p, p + 1, …
        let first_bytes = [0, 1, 2, 0xeb, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xff];
        let small = first_bytes.map(|first: u8| {
            let mut bytes = if first < 3 { [0; 32] } else { [0xff; 32] };
            bytes[0] = first;
            bytes[31] &= 0x7f;
            bytes
        });
        let order_8 = [
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        ];
        let order_8 = order_8.map(|text| {
            let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).expect("hex");
            bytes.try_into().expect("32 bytes")
        });
        let signs = |point: [u8; 32]| {
            let mut other = point;
            other[31] |= 0x80;
            [point, other]
        };
        small.into_iter().chain(order_8).flat_map(signs).collect()
    }

    proptest! {
        #[test]
        fn a_signature_with_a_scalar_that_is_not_canonical_is_refused(seed: [u8; 32], message: Vec<u8>) {
            let key = KeyPair::from_seed(seed);
            let signature = key.sign(&message);
            let long = Signature::from_bytes(with_long_scalar(signature.as_bytes()));
            prop_assert!(verify_data(key.public_key_bytes(), &message, &signature));
            prop_assert!(!verify_data(key.public_key_bytes(), &message, &long));
        }
    }

    /// Official peers accept points of small order and encodings that are not canonical in particle data.
    #[test]
    fn odd_points_verify_some_messages() {
        let points = odd_points();
        let (mut accepted, mut refused) = (0, 0);
        for (key, commitment) in points
            .iter()
            .flat_map(|key| points.iter().map(move |other| (key, other)))
        {
            for message in 0..16_u8 {
                let signature = [*commitment, [0; 32]].concat().try_into().expect("64 bytes");
                let verdict = verify_data(key, &[message], &Signature::from_bytes(signature));
                *(if verdict { &mut accepted } else { &mut refused }) += 1;
            }
        }
        assert_eq!((accepted, refused), (216, 9000));
    }

    /// With a key of small order, the strict rule refuses what the rule of particle data accepts.
    #[test]
    fn the_two_verifications_differ() {
        let identity = odd_points()[2];
        let signature = Signature::from_bytes([identity, [0; 32]].concat().try_into().expect("64 bytes"));
        assert!(verify_data(&identity, b"any", &signature));
        let key = PublicKey::from_bytes(&identity).expect("a point");
        assert!(!key.verify_strict(b"any", &signature));
    }
}
