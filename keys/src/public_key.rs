use crate::{PeerId, Signature, backend};
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
    backend::verify(public_key, message, signature.as_bytes()) || reference_verify(public_key, message, signature)
}

/// The rule itself. The backend may refuse more.
fn reference_verify(public_key: &[u8; 32], message: &[u8], signature: &Signature) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
    VerifyingKey::from_bytes(public_key).is_ok_and(|key| key.verify(message, &signature).is_ok())
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({})", bs58::encode(self.as_bytes()).into_string())
    }
}
