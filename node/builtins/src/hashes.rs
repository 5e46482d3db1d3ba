//! Bytes as texts: base58, and hashes that say what they are.

use aqua_peer::failure;
use aqua_vm::CallError;
use sha2::{Digest, Sha256};

/// Longest value that is turned into base58 or back, in bytes of the longer form. The time it takes grows with the square.
const MAX_BASE58: usize = 8192;

/// The multihash code of SHA-256 and the length of its digest.
const SHA2_256: [u8; 2] = [0x12, 0x20];

/// Bytes in base58.
pub(crate) fn to_base58(bytes: &[u8]) -> Result<String, CallError> {
    short_enough(bytes.len())?;
    Ok(bs58::encode(bytes).into_string())
}

/// Bytes from base58.
pub(crate) fn from_base58(text: &str) -> Result<Vec<u8>, CallError> {
    short_enough(text.len())?;
    bs58::decode(text)
        .into_vec()
        .map_err(|error| failure(format!("'{text}' is not base58: {error}")))
}

fn short_enough(length: usize) -> Result<(), CallError> {
    if length <= MAX_BASE58 {
        return Ok(());
    }
    Err(failure(format!(
        "values of more than {MAX_BASE58} bytes have no base58 form here, this one has {length}"
    )))
}

/// The SHA-256 digest of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A SHA-256 digest as a multihash.
pub(crate) fn multihash(digest: &[u8; 32]) -> Vec<u8> {
    [SHA2_256.as_slice(), digest].concat()
}

/// Whether bytes are a code of one byte, a length and that many bytes. All hashes of peers and keys are.
pub(crate) fn is_multihash(bytes: &[u8]) -> bool {
    matches!(bytes, [_, length, digest @ ..] if digest.len() == usize::from(*length))
}
