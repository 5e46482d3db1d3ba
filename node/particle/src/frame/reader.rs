//! Reads MessagePack values from a slice, without recursion and without allocating what a length announces.

use rmp::Marker;
use std::fmt;

/// The kinds of values in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A map.
    Map,
    /// A string.
    String,
    /// An integer from 0 to 2⁶⁴−1.
    Unsigned,
    /// Binary, or an array of numbers from 0 to 255.
    Bytes,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Map => "a map",
            Self::String => "a string",
            Self::Unsigned => "an unsigned integer",
            Self::Bytes => "bytes",
        })
    }
}

/// Why a value could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The bytes end within a value.
    #[error("unexpected end")]
    End,
    /// A value is of another kind than its field requires.
    #[error("expected {0}")]
    Expected(Kind),
    /// A string is not UTF-8.
    #[error("a string is not UTF-8")]
    NotUtf8,
}

/// Reads one value after another.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Reads the head of a map. Returns the number of its entries, which follow.
    pub(super) fn map(&mut self) -> Result<usize, ReadError> {
        match self.marker()? {
            Marker::FixMap(count) => Ok(count.into()),
            Marker::Map16 => self.length::<2>(),
            Marker::Map32 => self.length::<4>(),
            _ => Err(ReadError::Expected(Kind::Map)),
        }
    }

    pub(super) fn string(&mut self) -> Result<&'a str, ReadError> {
        let length = match self.marker()? {
            Marker::FixStr(length) => length.into(),
            Marker::Str8 => self.length::<1>()?,
            Marker::Str16 => self.length::<2>()?,
            Marker::Str32 => self.length::<4>()?,
            _ => return Err(ReadError::Expected(Kind::String)),
        };
        std::str::from_utf8(self.take(length)?).map_err(|_| ReadError::NotUtf8)
    }

    /// An integer in any encoding. JavaScript clients encode integers of more than 31 bits as floats.
    pub(super) fn unsigned(&mut self) -> Result<u64, ReadError> {
        let signed = match self.marker()? {
            Marker::FixPos(value) => return Ok(value.into()),
            Marker::U8 => return self.number::<1>(),
            Marker::U16 => return self.number::<2>(),
            Marker::U32 => return self.number::<4>(),
            Marker::U64 => return self.number::<8>(),
            Marker::I8 => i64::from(i8::from_be_bytes(self.array()?)),
            Marker::I16 => i64::from(i16::from_be_bytes(self.array()?)),
            Marker::I32 => i64::from(i32::from_be_bytes(self.array()?)),
            Marker::I64 => i64::from_be_bytes(self.array()?),
            Marker::F32 => return integer(f32::from_be_bytes(self.array()?).into()),
            Marker::F64 => return integer(f64::from_be_bytes(self.array()?)),
            _ => return Err(ReadError::Expected(Kind::Unsigned)),
        };
        u64::try_from(signed).map_err(|_| ReadError::Expected(Kind::Unsigned))
    }

    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, ReadError> {
        let count = match self.marker()? {
            Marker::Bin8 => return self.binary::<1>(),
            Marker::Bin16 => return self.binary::<2>(),
            Marker::Bin32 => return self.binary::<4>(),
            Marker::FixArray(count) => count.into(),
            Marker::Array16 => self.length::<2>()?,
            Marker::Array32 => self.length::<4>()?,
            _ => return Err(ReadError::Expected(Kind::Bytes)),
        };
        if count > self.rest.len() {
            return Err(ReadError::End);
        }
        let mut bytes = Vec::with_capacity(count);
        for _ in 0..count {
            let value = self.unsigned().map_err(|error| match error {
                ReadError::End => ReadError::End,
                _ => ReadError::Expected(Kind::Bytes),
            })?;
            bytes.push(u8::try_from(value).map_err(|_| ReadError::Expected(Kind::Bytes))?);
        }
        Ok(bytes)
    }

    /// Skips one value of any kind, with all values nested in it.
    pub(super) fn skip(&mut self) -> Result<(), ReadError> {
        let mut values: u64 = 1;
        while values > 0 {
            values -= 1;
            let (bytes, nested) = self.extent()?;
            self.take(bytes)?;
            values = values.saturating_add(nested);
            // Each of the values takes at least one byte.
            if values > self.rest.len() as u64 {
                return Err(ReadError::End);
            }
        }
        Ok(())
    }

    /// Reads the head of a value. Returns how many bytes and how many nested values follow.
    fn extent(&mut self) -> Result<(usize, u64), ReadError> {
        let flat = |bytes: usize| Ok((bytes, 0));
        let nested = |values: u64| Ok((0, values));
        match self.marker()? {
            Marker::FixPos(_) | Marker::FixNeg(_) | Marker::Null | Marker::Reserved | Marker::False | Marker::True => {
                flat(0)
            }
            Marker::U8 | Marker::I8 => flat(1),
            Marker::U16 | Marker::I16 => flat(2),
            Marker::U32 | Marker::I32 | Marker::F32 => flat(4),
            Marker::U64 | Marker::I64 | Marker::F64 => flat(8),
            Marker::FixStr(length) => flat(length.into()),
            Marker::Str8 | Marker::Bin8 => flat(self.length::<1>()?),
            Marker::Str16 | Marker::Bin16 => flat(self.length::<2>()?),
            Marker::Str32 | Marker::Bin32 => flat(self.length::<4>()?),
            Marker::FixExt1 => flat(2),
            Marker::FixExt2 => flat(3),
            Marker::FixExt4 => flat(5),
            Marker::FixExt8 => flat(9),
            Marker::FixExt16 => flat(17),
            Marker::Ext8 => flat(self.length::<1>()?.saturating_add(1)),
            Marker::Ext16 => flat(self.length::<2>()?.saturating_add(1)),
            Marker::Ext32 => flat(self.length::<4>()?.saturating_add(1)),
            Marker::FixArray(count) => nested(count.into()),
            Marker::Array16 => nested(self.number::<2>()?),
            Marker::Array32 => nested(self.number::<4>()?),
            Marker::FixMap(count) => nested(u64::from(count) * 2),
            Marker::Map16 => nested(self.number::<2>()? * 2),
            Marker::Map32 => nested(self.number::<4>()? * 2),
        }
    }

    fn binary<const WIDTH: usize>(&mut self) -> Result<Vec<u8>, ReadError> {
        let length = self.length::<WIDTH>()?;
        Ok(self.take(length)?.to_vec())
    }

    fn marker(&mut self) -> Result<Marker, ReadError> {
        let [byte] = self.array()?;
        Ok(Marker::from_u8(byte))
    }

    fn length<const WIDTH: usize>(&mut self) -> Result<usize, ReadError> {
        usize::try_from(self.number::<WIDTH>()?).map_err(|_| ReadError::End)
    }

    /// A big-endian number of at most eight bytes.
    fn number<const WIDTH: usize>(&mut self) -> Result<u64, ReadError> {
        Ok(self
            .array::<WIDTH>()?
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn array<const WIDTH: usize>(&mut self) -> Result<[u8; WIDTH], ReadError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(ReadError::End)?;
        self.rest = rest;
        Ok(*head)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ReadError> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(ReadError::End)?;
        self.rest = rest;
        Ok(head)
    }
}

/// Converts a float that is an integer within the range in which floats are exact.
fn integer(value: f64) -> Result<u64, ReadError> {
    const EXACT: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
    match (0.0..=EXACT).contains(&value) && value.fract() == 0.0 {
        true => Ok(value as u64),
        false => Err(ReadError::Expected(Kind::Unsigned)),
    }
}
