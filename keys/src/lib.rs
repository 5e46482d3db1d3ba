//! Peer ids, ed25519 key pairs and signatures.
//!
//! A peer is named by the libp2p identity multihash of its public key, a [`PeerId`]. A [`KeyPair`] signs for a peer.
//!
//! # Two verifications
//!
//! Particles and particle data are signed with the same keys, but other implementations verify them by different rules.
//! Both are needed for compatibility, and both give the same verdict on every target:
//!
//! | what is signed | function | rule |
//! |---|---|---|
//! | particles | [`PublicKey::verify_strict`] | RFC 8032 without cofactor; keys and commitments (`R`) of small order are refused |
//! | particle data | [`verify_data`] | RFC 8032 without cofactor; encodings of keys that are not canonical and points of small order are accepted, as official interpreters do |
//!
//! # Backends
//!
//! AWS-LC signs where it builds, `ed25519-dalek` on Wasm. Signatures are deterministic, so both make the same. `ed25519-dalek` verifies.
//!
//! ```
//! use aqua_keys::{KeyPair, PeerId, verify_data};
//!
//! let key = KeyPair::from_seed([7; 32]);
//! let signature = key.sign(b"message");
//! assert!(key.public_key().verify_strict(b"message", &signature));
//! assert!(verify_data(key.public_key_bytes(), b"message", &signature));
//!
//! let text = key.peer_id().to_string();
//! assert!(text.starts_with("12D3KooW"));
//! assert_eq!(text.parse::<PeerId>(), Ok(key.peer_id()));
//! ```

mod backend;
mod base58;
mod key_pair;
mod peer_id;
mod public_key;
mod signature;

pub use key_pair::KeyPair;
pub use peer_id::{ParsePeerIdError, PeerId};
pub use public_key::{InvalidPublicKey, PublicKey, verify_data};
pub use signature::Signature;
