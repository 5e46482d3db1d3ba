//! Scripts as they lie in files: AIR text or bytecode.

use crate::bytecode::MAGIC;
use crate::{Bytecode, DecodeError, ReadError, load};

/// Why the bytes of a file are not a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Neither bytecode nor text in UTF-8; the first byte that is no text.
    #[error("this is neither AIR bytecode nor text: byte {0} is no UTF-8")]
    NotText(usize),
    /// Text with mistakes.
    #[error(transparent)]
    Text(ReadError),
    /// Bytecode that does not hold.
    #[error(transparent)]
    Bytecode(#[from] DecodeError),
}

/// Reads and checks a script in either form: bytes that begin like bytecode are bytecode, everything else is text.
///
/// ```
/// let text = b"(call %init_peer_id% (\"greeter\" \"greet\") [])";
/// let bytecode = aqua_air::open(text).expect("valid");
/// assert_eq!(aqua_air::open(&bytecode.encode()).expect("valid"), bytecode);
/// ```
///
/// # Errors
/// When it is not a valid script.
pub fn open(bytes: &[u8]) -> Result<Bytecode, OpenError> {
    if bytes.starts_with(MAGIC) {
        return Ok(Bytecode::decode(bytes)?);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| OpenError::NotText(error.valid_up_to()))?;
    load(text).map_err(OpenError::Text)
}
