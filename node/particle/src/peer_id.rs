//! Who a peer is.

use crate::key::PublicKey;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The protobuf form of an ed25519 public key: field 1 (kind) = 1 (ed25519), field 2 (key) = 32 bytes.
const ED25519_PROTOBUF: [u8; 4] = [0x08, 0x01, 0x12, 0x20];
/// Multihash code "identity": the digest is the key itself.
const IDENTITY: u8 = 0x00;
/// Multihash code "sha2-256": the digest is the hash of a key too long to be put inline.
const SHA2_256: u8 = 0x12;
/// A key longer than this is hashed instead of put inline.
const MAX_INLINE_KEY: usize = 42;
/// No well-formed peer id is longer in text; bounds the work of decoding base58, which is quadratic.
const MAX_TEXT: usize = 64;

/// The name of a peer: a multihash of its public key, shown as base58 text (`12D3KooW…` for ed25519 keys).
///
/// Ordered and hashed by its bytes; cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(Arc<[u8]>);

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
    /// The id of the peer that holds this key.
    pub fn from_public_key(key: &PublicKey) -> Self {
        let mut bytes = vec![IDENTITY, (ED25519_PROTOBUF.len() + key.as_bytes().len()) as u8];
        bytes.extend(ED25519_PROTOBUF);
        bytes.extend(key.as_bytes());
        Self(bytes.into())
    }

    /// Reads the multihash bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ParsePeerIdError> {
        match bytes {
            [IDENTITY, length, key @ ..] if key.len() == usize::from(*length) && key.len() <= MAX_INLINE_KEY => {}
            [SHA2_256, 32, digest @ ..] if digest.len() == 32 => {}
            _ => return Err(ParsePeerIdError::NotMultihash),
        }
        Ok(Self(bytes.into()))
    }

    /// The multihash bytes; their SHA-256 is the peer's place in the Kademlia space.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The peer's ed25519 public key, if the id holds one. Ids of other kinds of keys verify nothing.
    pub fn public_key(&self) -> Option<PublicKey> {
        let inline = self.0.strip_prefix(&[IDENTITY, 36])?;
        let key = inline.strip_prefix(&ED25519_PROTOBUF)?;
        PublicKey::from_bytes(key.try_into().ok()?)
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&bs58::encode(&self.0).into_string())
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PeerId({self})")
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
