use crate::PublicKey;
use crate::base58::{self, encode_ed25519};
use std::fmt;
use std::str::FromStr;

/// Multihash of an ed25519 key up to the key's 32 bytes: the code "identity", the length, and the protobuf form of a key
/// (field 1, kind = 1; field 2, 32 bytes).
const ED25519_HEAD: [u8; 6] = [IDENTITY, 36, 0x08, 0x01, 0x12, 0x20];
/// Multihash code "identity": the digest is the key itself.
const IDENTITY: u8 = 0x00;
/// Multihash code "sha2-256": the digest is the hash of a key that is too long to be put inline.
const SHA2_256: u8 = 0x12;
/// A longer key is hashed instead of put inline.
const MAX_INLINE_KEY: usize = 42;
/// Length of the longest multihash: two bytes in front of a key.
const MAX_BYTES: usize = 2 + MAX_INLINE_KEY;
/// No valid peer id is longer in text; bounds the work of decoding base58, which is quadratic.
const MAX_TEXT: usize = 64;

/// The id of a peer: a multihash of its public key, in text as base58 (`12D3KooW…` for ed25519 keys).
///
/// Ordered and hashed by its bytes. Cheap to clone: it owns no memory.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId {
    /// Padded with zeros. Comparing the padded bytes and then the lengths is comparing the multihashes.
    bytes: [u8; MAX_BYTES],
    length: u8,
}

/// Why bytes or a text are not a peer id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParsePeerIdError {
    /// The text is not base58.
    #[error("a peer id is base58 text of at most {MAX_TEXT} characters")]
    NotBase58,
    /// The bytes are not a multihash that a peer id may be.
    #[error("a peer id is an identity multihash of at most {MAX_INLINE_KEY} bytes or a sha2-256 multihash")]
    NotMultihash,
}

impl PeerId {
    /// The id of the peer that has this ed25519 key. Whether the bytes are a point of the curve is not checked.
    #[must_use]
    pub fn from_ed25519(public_key: &[u8; 32]) -> Self {
        let mut bytes = [0; MAX_BYTES];
        bytes[..ED25519_HEAD.len()].copy_from_slice(&ED25519_HEAD);
        bytes[ED25519_HEAD.len()..base58::MULTIHASH].copy_from_slice(public_key);
        let length = base58::MULTIHASH as u8;
        Self { bytes, length }
    }

    /// Reads the bytes of a multihash.
    ///
    /// # Errors
    /// The multihash is of no kind that libp2p uses for peer ids.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ParsePeerIdError> {
        match bytes {
            [IDENTITY, length, key @ ..] if key.len() == usize::from(*length) && key.len() <= MAX_INLINE_KEY => {}
            [SHA2_256, 32, digest @ ..] if digest.len() == 32 => {}
            _ => return Err(ParsePeerIdError::NotMultihash),
        }
        let mut padded = [0; MAX_BYTES];
        padded[..bytes.len()].copy_from_slice(bytes);
        Ok(Self {
            bytes: padded,
            length: bytes.len() as u8,
        })
    }

    /// The bytes of the multihash. Their SHA-256 is the peer's position in the Kademlia key space.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// The peer's ed25519 public key; `None` if the id holds a key of another kind, a hash, or bytes that are no key.
    #[must_use]
    pub fn public_key(&self) -> Option<PublicKey> {
        let key = self.as_ed25519()?[ED25519_HEAD.len()..].try_into().ok()?;
        PublicKey::from_bytes(key).ok()
    }

    /// The multihash, if it is that of an ed25519 key.
    fn as_ed25519(&self) -> Option<&[u8; base58::MULTIHASH]> {
        let multihash = self.as_bytes().try_into().ok()?;
        self.bytes.starts_with(&ED25519_HEAD).then_some(multihash)
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_ed25519() {
            Some(multihash) => {
                let text = encode_ed25519(multihash);
                formatter.pad(str::from_utf8(&text).expect("base58 is ASCII"))
            }
            None => formatter.pad(&bs58::encode(self.as_bytes()).into_string()),
        }
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PeerId({self})")
    }
}

impl FromStr for PeerId {
    type Err = ParsePeerIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_TEXT {
            return Err(ParsePeerIdError::NotBase58);
        }
        let bytes = bs58::decode(text).into_vec().map_err(|_| ParsePeerIdError::NotBase58)?;
        Self::from_bytes(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Multihashes of all kinds: keys put inline, with zeros at the end too, and hashes.
    fn multihash() -> impl Strategy<Value = Vec<u8>> {
        let inline = (prop::collection::vec(0..3_u8, 0..=MAX_INLINE_KEY))
            .prop_map(|key| [&[IDENTITY, u8::try_from(key.len()).expect("short")], &key[..]].concat());
        let ed25519 = any::<[u8; 32]>().prop_map(|key| [&ED25519_HEAD[..], &key].concat());
        let hashed = any::<[u8; 32]>().prop_map(|digest| [&[SHA2_256, 32], &digest[..]].concat());
        prop_oneof![inline, ed25519, hashed]
    }

    proptest! {
        #[test]
        fn text_is_base58(bytes in multihash()) {
            let id = PeerId::from_bytes(&bytes).expect("a multihash");
            prop_assert_eq!(id.as_bytes(), &bytes);
            let text = bs58::encode(&bytes).into_string();
            prop_assert_eq!(&id.to_string(), &text);
            prop_assert_eq!(text.parse(), Ok(id));
        }

        #[test]
        fn order_is_that_of_the_bytes(left in multihash(), right in multihash()) {
            let id = |bytes: &[u8]| PeerId::from_bytes(bytes).expect("a multihash");
            prop_assert_eq!(id(&left).cmp(&id(&right)), left.cmp(&right));
        }

        #[test]
        fn ids_of_keys_hold_the_key(seed: [u8; 32]) {
            let key = crate::KeyPair::from_seed(seed);
            prop_assert_eq!(key.peer_id().public_key(), Some(key.public_key()));
        }
    }
}
