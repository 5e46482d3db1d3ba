//! Loads scripts from files, as AIR text or bytecode.

use crate::bytecode::MAGIC;
use crate::{Bytecode, DecodeError, ParseError};

/// Why the bytes of a file are not a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Neither bytecode nor UTF-8 text. Holds the offset of the first invalid byte.
    #[error("this is neither AIR bytecode nor text: byte {0} is not valid UTF-8")]
    InvalidUtf8(usize),
    /// The text is not a valid script.
    #[error(transparent)]
    Text(ParseError),
    /// The bytecode is not valid.
    #[error(transparent)]
    Bytecode(#[from] DecodeError),
}

impl Bytecode {
    /// Loads a script from AIR text or bytecode. Bytes that start with the magic number are decoded as bytecode; all others
    /// are parsed as text.
    ///
    /// ```
    /// use aqua_air::Bytecode;
    ///
    /// let text = b"(call %init_peer_id% (\"greeter\" \"greet\") [])";
    /// let bytecode = Bytecode::load(text).expect("valid");
    /// assert_eq!(Bytecode::load(&bytecode.encode()).expect("valid"), bytecode);
    /// ```
    ///
    /// # Errors
    /// Fails if the bytes are not a valid script.
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        if bytes.starts_with(MAGIC) {
            return Ok(Self::decode(bytes)?);
        }
        let text = std::str::from_utf8(bytes).map_err(|error| LoadError::InvalidUtf8(error.valid_up_to()))?;
        Self::parse(text).map_err(LoadError::Text)
    }
}
