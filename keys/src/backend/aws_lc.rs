//! AWS-LC: C and assembly. Refuses encodings of public keys that are not canonical.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};

pub(crate) struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(seed).expect("every 32 bytes are a seed"))
    }

    pub(crate) fn public_key(&self) -> [u8; 32] {
        self.0
            .public_key()
            .as_ref()
            .try_into()
            .expect("an ed25519 key has 32 bytes")
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature = self.0.sign(message);
        signature
            .as_ref()
            .try_into()
            .expect("an ed25519 signature has 64 bytes")
    }
}

pub(crate) fn verify(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    ParsedPublicKey::new(&ED25519, public_key).is_ok_and(|key| key.verify_sig(message, signature).is_ok())
}
