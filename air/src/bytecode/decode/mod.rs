//! Decodes bytecode from untrusted bytes.
//!
//! A script has exactly one encoding. The decoder accepts nothing else, and only scripts that could have been parsed from
//! text.

mod operations;
mod tables;

use super::encode::{MAGIC, VERSION, section};
use super::leb128::Reader;
use super::{Bytecode, BytecodeHash};
use crate::{ParseError, TextRange, verify};
use operations::Decoder;

/// Why bytes are not bytecode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes do not start with the magic number.
    #[error("this is not AIR bytecode")]
    NotBytecode,
    /// The format version is not supported.
    #[error("bytecode version {0} is not supported")]
    UnsupportedVersion(u8),
    /// The bytes end too early, or a length points past the end.
    #[error("unexpected end of the bytecode")]
    Truncated,
    /// A section, or the file, has this many bytes after its end.
    #[error("{0} trailing bytes")]
    TrailingBytes(usize),
    /// A section that is unknown, out of order, repeated, or empty.
    #[error("section {0} is unknown, repeated, empty or out of order")]
    MisplacedSection(u8),
    /// An integer is out of range.
    #[error("an integer is out of range")]
    IntegerOverflow,
    /// A LEB128 integer has more bytes than needed.
    #[error("an integer is not in its shortest form")]
    NonMinimalInteger,
    /// A string is not valid UTF-8.
    #[error("a string is not valid UTF-8")]
    InvalidUtf8,
    /// An unknown opcode, operand kind, accessor kind or kind of name.
    #[error("unknown {what} {byte}")]
    Unknown {
        /// What the byte encodes.
        what: &'static str,
        /// The byte.
        byte: u8,
    },
    /// An index past the end of the table.
    #[error("{0} is out of bounds")]
    OutOfBounds(&'static str),
    /// A table is not in the order of first use, or has duplicate or unused entries.
    #[error("the table of {0} is not in the order of first use")]
    NotInOrder(&'static str),
    /// AIR text can't represent a name, string or number, or an entry has a kind that is not allowed at its position.
    #[error("{0} is not allowed at its position")]
    Misplaced(&'static str),
    /// A use of a stream refers to another scope than the innermost one of its name.
    #[error("a stream is used outside of its scope")]
    WrongScope,
    /// The script violates the rules for names and folds.
    #[error("the script is not valid: {0}")]
    Invalid(ParseError),
}

impl Bytecode {
    /// Decodes and verifies a script.
    ///
    /// # Errors
    /// Fails if the bytes are not the encoding of a valid script.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader { rest: bytes };
        if reader.bytes(MAGIC.len()).ok() != Some(MAGIC) {
            return Err(DecodeError::NotBytecode);
        }
        match reader.byte()? {
            VERSION => {}
            other => return Err(DecodeError::UnsupportedVersion(other)),
        }
        let mut sections = Sections { reader, last: 0 };
        let tables = tables::decode(&mut sections)?;
        let code = sections.take(section::CODE)?.ok_or(DecodeError::Truncated)?;
        let (tables, tree) = Decoder::new(tables).operations(code)?;
        let content = &bytes[..bytes.len() - sections.reader.rest.len()];
        let content_hash = BytecodeHash(*blake3::hash(content).as_bytes());
        let spans = match sections.take(section::DEBUG)? {
            Some(debug) => spans(debug, tree.operations.len())?,
            None => Vec::new(),
        };
        sections.end()?;
        let bytecode = Self::from_parts(tables, tree, spans, content_hash.into());
        let problems = verify(&bytecode);
        if problems.is_empty() {
            Ok(bytecode)
        } else {
            Err(DecodeError::Invalid(ParseError { problems }))
        }
    }
}

/// Reads sections in order.
struct Sections<'a> {
    reader: Reader<'a>,
    last: u8,
}

impl<'a> Sections<'a> {
    /// Returns the content of the section with this id if it is the next one.
    fn take(&mut self, id: u8) -> Result<Option<Reader<'a>>, DecodeError> {
        let mut lookahead = self.reader;
        if self.reader.is_at_end() || lookahead.byte()? != id {
            return Ok(None);
        }
        let len = lookahead.count()?;
        let rest = lookahead.bytes(len)?;
        (self.reader, self.last) = (lookahead, id);
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

/// Decodes the span of each operation. Their starts are strictly increasing.
fn spans(mut reader: Reader<'_>, count: usize) -> Result<Vec<TextRange>, DecodeError> {
    let (mut spans, mut before) = (Vec::with_capacity(count.min(reader.rest.len())), 0_u32);
    for index in 0..count {
        let (distance, len) = (reader.u32()?, reader.u32()?);
        let start = before.checked_add(distance).ok_or(DecodeError::IntegerOverflow)?;
        let end = start.checked_add(len).ok_or(DecodeError::IntegerOverflow)?;
        if len == 0 || (distance == 0 && index > 0) {
            return Err(DecodeError::Misplaced("a span"));
        }
        spans.push(TextRange { start, end });
        before = start;
    }
    if reader.is_at_end() {
        Ok(spans)
    } else {
        Err(DecodeError::TrailingBytes(reader.rest.len()))
    }
}
