//! The library that signs. Each backend has the same interface: `SigningKey::from_seed(&[u8; 32])`,
//! `SigningKey::public_key() -> [u8; 32]` and `SigningKey::sign(&[u8]) -> [u8; 64]`.

#[cfg(not(target_family = "wasm"))]
mod aws_lc;
#[cfg(any(test, target_family = "wasm"))]
mod dalek;

#[cfg(not(target_family = "wasm"))]
pub(crate) use aws_lc::SigningKey;
#[cfg(target_family = "wasm")]
pub(crate) use dalek::SigningKey;

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::{aws_lc, dalek};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_sign_alike(seed: [u8; 32], message: Vec<u8>) {
            let (fast, reference) = (aws_lc::SigningKey::from_seed(&seed), dalek::SigningKey::from_seed(&seed));
            prop_assert_eq!(fast.public_key(), reference.public_key());
            prop_assert_eq!(fast.sign(&message), reference.sign(&message));
        }
    }
}
