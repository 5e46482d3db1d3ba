//! Reads the content of an `interface-types` section.

use super::instruction::conversion_of;
use super::{
    AdapterEntry, AdapterInstruction, ExportEntry, FunctionType, Implementation, ImportEntry, InterfaceSection,
    InterfaceType, NamedType, RecordType, SectionError, SectionErrorKind, TypeEntry, kind, opcode, type_opcode,
};
use semver::Version;

type Result<T> = std::result::Result<T, SectionError>;

/// The longest number, in bytes of seven bits.
const MAX_NUMBER_LENGTH: usize = 9;

impl InterfaceSection {
    /// Reads the content of an `interface-types` section. Memory use is proportional to the number of bytes.
    ///
    /// # Errors
    /// The bytes are malformed; the error says what and where.
    pub fn decode(content: &[u8]) -> Result<Self> {
        let mut reader = Reader { content, offset: 0 };
        let mut version = None;
        let mut section = Self::new(Version::new(0, 0, 0));
        while reader.offset < content.len() {
            let at = reader.offset;
            match reader.byte("a part")? {
                kind::TYPES => reader.vector("types", &mut section.types, Reader::type_entry)?,
                kind::IMPORTS => reader.vector("imports", &mut section.imports, Reader::import)?,
                kind::ADAPTERS => reader.vector("adapters", &mut section.adapters, Reader::adapter)?,
                kind::EXPORTS => reader.vector("exports", &mut section.exports, Reader::export)?,
                kind::IMPLEMENTATIONS => {
                    reader.vector("implementations", &mut section.implementations, Reader::implementation)?;
                }
                kind::VERSION if version.is_some() => return Err(error(at, SectionErrorKind::SecondVersion)),
                kind::VERSION => version = Some(reader.version()?),
                other => return Err(error(at, SectionErrorKind::UnknownPart(other))),
            }
        }
        section.version = version.ok_or(error(reader.offset, SectionErrorKind::NoVersion))?;
        Ok(section)
    }
}

fn error(offset: usize, kind: SectionErrorKind) -> SectionError {
    SectionError { offset, kind }
}

struct Reader<'c> {
    content: &'c [u8],
    offset: usize,
}

impl<'c> Reader<'c> {
    /// Items that a number of any size counts.
    fn vector<T>(&mut self, what: &'static str, out: &mut Vec<T>, item: fn(&mut Self) -> Result<T>) -> Result<()> {
        let at = self.offset;
        let length = self.number()?;
        let length = self.within_rest(at, what, length)?;
        out.reserve(length);
        for _ in 0..length {
            out.push(item(self)?);
        }
        Ok(())
    }

    /// Items that one byte counts.
    fn list<T>(&mut self, what: &'static str, item: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let at = self.offset;
        let length = self.byte(what)?;
        let length = self.within_rest(at, what, length.into())?;
        (0..length).map(|_| item(self)).collect()
    }

    fn type_entry(&mut self) -> Result<TypeEntry> {
        let at = self.offset;
        match self.byte("a kind of type")? {
            type_opcode::FUNCTION => Ok(TypeEntry::Function(FunctionType {
                parameters: self.list("parameters", Self::named_type)?,
                results: self.list("results", |it| it.interface_type(0))?,
            })),
            type_opcode::RECORD => {
                let name = self.string()?;
                let fields = self.list("fields", Self::named_type)?;
                if fields.is_empty() {
                    return Err(error(at, SectionErrorKind::EmptyRecord(name)));
                }
                Ok(TypeEntry::Record(RecordType { name, fields }))
            }
            other => Err(error(at, SectionErrorKind::UnknownTypeEntry(other))),
        }
    }

    fn import(&mut self) -> Result<ImportEntry> {
        Ok(ImportEntry {
            namespace: self.string()?,
            name: self.string()?,
            type_index: self.index()?,
        })
    }

    fn export(&mut self) -> Result<ExportEntry> {
        Ok(ExportEntry {
            name: self.string()?,
            type_index: self.index()?,
        })
    }

    fn adapter(&mut self) -> Result<AdapterEntry> {
        Ok(AdapterEntry {
            type_index: self.index()?,
            instructions: self.list("instructions", Self::instruction)?,
        })
    }

    fn implementation(&mut self) -> Result<Implementation> {
        Ok(Implementation {
            core_type: self.index()?,
            adapter_type: self.index()?,
        })
    }

    fn version(&mut self) -> Result<Version> {
        let at = self.offset;
        let text = self.string()?;
        Version::parse(&text).map_err(|_| error(at, SectionErrorKind::InvalidVersion(text)))
    }

    fn instruction(&mut self) -> Result<AdapterInstruction> {
        let at = self.offset;
        let opcode = self.byte("an instruction")?;
        Ok(match opcode {
            opcode::ARGUMENT_GET => AdapterInstruction::ArgumentGet(self.index()?),
            opcode::CALL_CORE => AdapterInstruction::CallCore(self.index()?),
            opcode::STRING_LIFT => AdapterInstruction::StringLift,
            opcode::STRING_LOWER => AdapterInstruction::StringLower,
            opcode::STRING_SIZE => AdapterInstruction::StringSize,
            opcode::DUPLICATE => AdapterInstruction::Duplicate,
            opcode::SWAP => AdapterInstruction::Swap,
            opcode::ARRAY_LIFT => AdapterInstruction::ArrayLift(self.interface_type(1)?),
            opcode::ARRAY_LOWER => AdapterInstruction::ArrayLower(self.interface_type(1)?),
            opcode::RECORD_LIFT => AdapterInstruction::RecordLift(self.index()?),
            opcode::RECORD_LOWER => AdapterInstruction::RecordLower(self.index()?),
            opcode::BOOL_LIFT => AdapterInstruction::BoolLift,
            opcode::BOOL_LOWER => AdapterInstruction::BoolLower,
            opcode::PUSH_I32 => AdapterInstruction::PushI32(self.number()?),
            opcode::PUSH_I64 => AdapterInstruction::PushI64(self.number()?),
            opcode::BYTE_ARRAY_LIFT => AdapterInstruction::ByteArrayLift,
            opcode::BYTE_ARRAY_LOWER => AdapterInstruction::ByteArrayLower,
            opcode::BYTE_ARRAY_SIZE => AdapterInstruction::ByteArraySize,
            other => conversion_of(other).ok_or(error(at, SectionErrorKind::UnknownInstruction(other)))?,
        })
    }

    fn named_type(&mut self) -> Result<NamedType> {
        Ok(NamedType {
            name: self.string()?,
            ty: self.interface_type(0)?,
        })
    }

    fn interface_type(&mut self, depth: usize) -> Result<InterfaceType> {
        let at = self.offset;
        if depth >= InterfaceType::MAX_DEPTH {
            return Err(error(at, SectionErrorKind::DeepType));
        }
        let byte = self.byte("a type")?;
        Ok(match byte {
            type_opcode::STRING => InterfaceType::String,
            type_opcode::BYTE_ARRAY => InterfaceType::ByteArray,
            type_opcode::ARRAY => self.interface_type(depth + 1)?.array(),
            type_opcode::RECORD_REFERENCE => InterfaceType::Record(self.index()?),
            other => {
                let scalar = type_opcode::SCALARS.iter().find(|(opcode, _)| *opcode == other);
                let (_, scalar) = scalar.ok_or(error(at, SectionErrorKind::UnknownType(other)))?;
                InterfaceType::Scalar(*scalar)
            }
        })
    }

    fn string(&mut self) -> Result<String> {
        let at = self.offset;
        let length = self.byte("the length of a string")?;
        let length = self.within_rest(at, "a string", length.into())?;
        let text = std::str::from_utf8(&self.content[self.offset..self.offset + length]);
        let text = text.map_err(|_| error(self.offset, SectionErrorKind::NotUtf8))?;
        self.offset += length;
        Ok(text.to_owned())
    }

    /// A number as an index of 32 bits.
    fn index(&mut self) -> Result<u32> {
        let at = self.offset;
        let number = self.number()?;
        u32::try_from(number).map_err(|_| error(at, SectionErrorKind::LargeIndex(number)))
    }

    /// An unsigned number in LEB128.
    fn number(&mut self) -> Result<u64> {
        let at = self.offset;
        let mut number = 0;
        for position in 0..MAX_NUMBER_LENGTH {
            let byte = self.byte("a number")?;
            number |= u64::from(byte & 0x7f) << (7 * position);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(error(at, SectionErrorKind::LongNumber))
    }

    fn byte(&mut self, what: &'static str) -> Result<u8> {
        let byte = self.content.get(self.offset).copied();
        let byte = byte.ok_or(error(self.offset, SectionErrorKind::UnexpectedEnd(what)))?;
        self.offset += 1;
        Ok(byte)
    }

    /// The length, unless fewer bytes remain. Each item takes one byte at least.
    fn within_rest(&self, at: usize, what: &'static str, length: u64) -> Result<usize> {
        let remaining = self.content.len() - self.offset;
        let fits = usize::try_from(length).ok().filter(|length| *length <= remaining);
        fits.ok_or(error(
            at,
            SectionErrorKind::LengthBeyondEnd {
                what,
                length,
                remaining,
            },
        ))
    }
}
