//! The library that signs and verifies. Each backend has the same interface:
//!
//! - `SigningKey::from_seed(&[u8; 32])`, `SigningKey::public_key() -> [u8; 32]`, `SigningKey::sign(&[u8]) -> [u8; 64]`,
//! - `verify(public_key, message, signature) -> bool`: accepts nothing that [`PublicKey`](crate::PublicKey)'s own check of
//!   particle data refuses. It may refuse more, and needs no decoded key.

#[cfg(not(target_family = "wasm"))]
mod aws_lc;
#[cfg(any(test, target_family = "wasm"))]
mod dalek;

#[cfg(not(target_family = "wasm"))]
pub(crate) use aws_lc::{SigningKey, verify};
#[cfg(target_family = "wasm")]
pub(crate) use dalek::{SigningKey, verify};

#[cfg(all(test, not(target_family = "wasm")))]
mod tests;
