use crate::backend::SigningKey;
use crate::{PeerId, PublicKey, Signature};
use std::fmt;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// An ed25519 key pair: the identity of a peer. Clones share one allocation.
#[derive(Clone)]
pub struct KeyPair(Arc<Inner>);

struct Inner {
    signing: SigningKey,
    seed: Zeroizing<[u8; 32]>,
    public_key: [u8; 32],
    peer_id: PeerId,
}

impl KeyPair {
    /// Derives the pair from a 32-byte secret seed (RFC 8032, §5.1.5). Every 32 bytes are a seed.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let signing = SigningKey::from_seed(&seed);
        let public_key = signing.public_key();
        Self(Arc::new(Inner {
            signing,
            seed: Zeroizing::new(seed),
            peer_id: PeerId::from_ed25519(&public_key),
            public_key,
        }))
    }

    /// The secret seed.
    #[must_use]
    pub fn seed(&self) -> [u8; 32] {
        *self.0.seed
    }

    /// The public key, decoded for verification; [`public_key_bytes`](Self::public_key_bytes) costs nothing.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::from_bytes(&self.0.public_key).expect("a derived key is a point of the curve")
    }

    /// The public key as a compressed point.
    #[must_use]
    pub fn public_key_bytes(&self) -> &[u8; 32] {
        &self.0.public_key
    }

    /// The id of the peer that holds this pair.
    #[must_use]
    pub fn peer_id(&self) -> PeerId {
        self.0.peer_id.clone()
    }

    /// Signs a message. The same message always gets the same signature.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.signing.sign(message))
    }

    /// Whether `signature` is what [`sign`](Self::sign) makes of `message`; then it is valid. For messages up to about
    /// 8 KiB that costs less than verification. The comparison takes constant time, so it reveals nothing about the
    /// right signature.
    #[must_use]
    pub fn is_own_signature(&self, message: &[u8], signature: &Signature) -> bool {
        self.sign(message).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

impl PartialEq for KeyPair {
    fn eq(&self, other: &Self) -> bool {
        self.0.public_key == other.0.public_key
    }
}

impl Eq for KeyPair {}

impl fmt::Debug for KeyPair {
    /// Shows the peer id, never the secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyPair({})", self.peer_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify_data;
    use ed25519_dalek::{Signer as _, SigningKey};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn signatures_are_those_of_the_standard(seed: [u8; 32], message: Vec<u8>) {
            let (key, reference) = (KeyPair::from_seed(seed), SigningKey::from_bytes(&seed));
            let signature = Signature::from_bytes(reference.sign(&message).to_bytes());
            prop_assert_eq!(*key.public_key_bytes(), reference.verifying_key().to_bytes());
            prop_assert_eq!(key.sign(&message), signature);
            prop_assert!(verify_data(key.public_key_bytes(), &message, &signature));
            prop_assert!(key.public_key().verify_strict(&message, &signature));
            prop_assert!(key.is_own_signature(&message, &signature));
            prop_assert_eq!(key.seed(), seed);
        }

        #[test]
        fn a_changed_byte_is_noticed(seed: [u8; 32], message: [u8; 20], position in 0..116_usize, change in 1..=255_u8) {
            let key = KeyPair::from_seed(seed);
            let mut all = [&key.public_key_bytes()[..], &message, key.sign(&message).as_bytes()].concat();
            all[position] ^= change;
            let public = all[..32].try_into().expect("32 bytes");
            let signature = Signature::try_from(&all[52..]).expect("64 bytes");
            prop_assert!(!verify_data(&public, &all[32..52], &signature));
            prop_assert_eq!(key.is_own_signature(&all[32..52], &signature), position < 32);
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        let key = KeyPair::from_seed([7; 32]);
        assert_eq!(format!("{key:?}"), format!("KeyPair({})", key.peer_id()));
    }
}
