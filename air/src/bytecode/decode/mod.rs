//! Bytes as bytecode. Nothing in them is trusted: what comes out is a script that could have been read from text, in the one
//! encoding that it has.

mod code;
mod tables;

use super::encode::{MAGIC, VERSION, section};
use super::leb128::Reader;
use super::{Bytecode, ContentId};
use crate::{ReadError, Span, check};
use code::Decoder;

/// Why bytes are not bytecode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The first bytes are not those of bytecode.
    #[error("this is not AIR bytecode")]
    NotBytecode,
    /// A version that this program doesn't know.
    #[error("bytecode of version {0} is not supported")]
    UnknownVersion(u8),
    /// The bytes end too early, or a length points past the end.
    #[error("the bytecode ends in the middle")]
    Truncated,
    /// Bytes are left over in a section or after the last one.
    #[error("{0} bytes are left over")]
    LeftOver(usize),
    /// A section that is unknown, out of order, repeated, or empty.
    #[error("section {0} can't stand there")]
    MisplacedSection(u8),
    /// A number that doesn't fit.
    #[error("a number is too big")]
    NumberTooBig,
    /// A number in more bytes than needed.
    #[error("a number is not in its shortest form")]
    NotShortest,
    /// Bytes that are no UTF-8.
    #[error("a text is not UTF-8")]
    NotText,
    /// A first byte that means nothing.
    #[error("{what} {byte} is unknown")]
    Unknown {
        /// What it should say.
        what: &'static str,
        /// The byte.
        byte: u8,
    },
    /// A number past the end of its table.
    #[error("{0} is out of bounds")]
    OutOfBounds(&'static str),
    /// A table that isn't in the order of first use, or has entries twice or for nothing.
    #[error("the table of {0} is not in order")]
    NotInOrder(&'static str),
    /// A name, text or number that AIR can't spell, or an entry of a kind that can't stand there.
    #[error("{0} can't stand there")]
    Misplaced(&'static str),
    /// A use of a stream that doesn't mean the innermost scope of its name.
    #[error("a stream is used outside of its scope")]
    WrongScope,
    /// A script that breaks the rules for names and folds.
    #[error("the script is not valid: {0}")]
    Invalid(ReadError),
}

impl Bytecode {
    /// Reads and verifies a file.
    ///
    /// # Errors
    /// When the bytes are not the encoding of a valid script.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader { rest: bytes };
        if reader.bytes(MAGIC.len()).ok() != Some(MAGIC) {
            return Err(DecodeError::NotBytecode);
        }
        match reader.byte()? {
            VERSION => {}
            other => return Err(DecodeError::UnknownVersion(other)),
        }
        let mut sections = Sections { reader, last: 0 };
        let tables = tables::read(&mut sections)?;
        let code = sections.take(section::CODE)?.ok_or(DecodeError::Truncated)?;
        let (tables, layout) = Decoder::new(tables).code(code)?;
        let content = &bytes[..bytes.len() - sections.reader.rest.len()];
        let content_id = ContentId(*blake3::hash(content).as_bytes());
        let spans = match sections.take(section::DEBUG)? {
            Some(debug) => spans(debug, layout.operations.len())?,
            None => Vec::new(),
        };
        sections.end()?;
        let bytecode = Self::from_parts(tables, layout, spans, content_id.into());
        let problems = check(&bytecode);
        if problems.is_empty() {
            Ok(bytecode)
        } else {
            Err(DecodeError::Invalid(ReadError { problems }))
        }
    }
}

/// Sections in their order.
struct Sections<'a> {
    reader: Reader<'a>,
    last: u8,
}

impl<'a> Sections<'a> {
    /// The content of a section if it is the next one.
    fn take(&mut self, id: u8) -> Result<Option<Reader<'a>>, DecodeError> {
        let mut ahead = self.reader;
        if self.reader.is_at_end() || ahead.byte()? != id {
            return Ok(None);
        }
        let len = ahead.count()?;
        let rest = ahead.bytes(len)?;
        (self.reader, self.last) = (ahead, id);
        Ok(Some(Reader { rest }))
    }

    fn end(mut self) -> Result<(), DecodeError> {
        if self.reader.is_at_end() {
            Ok(())
        } else {
            Err(DecodeError::MisplacedSection(self.reader.byte()?))
        }
    }
}

/// A span for each operation; they begin one after the other.
fn spans(mut reader: Reader<'_>, count: usize) -> Result<Vec<Span>, DecodeError> {
    let (mut spans, mut before) = (Vec::with_capacity(count.min(reader.rest.len())), 0_u32);
    for index in 0..count {
        let (distance, len) = (reader.number32()?, reader.number32()?);
        let left = before.checked_add(distance).ok_or(DecodeError::NumberTooBig)?;
        let right = left.checked_add(len).ok_or(DecodeError::NumberTooBig)?;
        if len == 0 || (distance == 0 && index > 0) {
            return Err(DecodeError::Misplaced("a span"));
        }
        spans.push(Span { left, right });
        before = left;
    }
    if reader.is_at_end() {
        Ok(spans)
    } else {
        Err(DecodeError::LeftOver(reader.rest.len()))
    }
}
