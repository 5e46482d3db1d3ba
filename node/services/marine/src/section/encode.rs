//! Writes the content of an `interface-types` section.

use super::instruction::opcode_of;
use super::{AdapterInstruction, InterfaceSection, InterfaceType, NamedType, TypeEntry, kind, opcode, type_opcode};

/// Why a section has no encoding that every reader accepts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A name takes more than 255 bytes.
    #[error("`{0}` is longer than 255 bytes")]
    LongString(String),
    /// A function, a record or an adapter has more than 127 items. Readers take the number of items from one byte, writers use
    /// two bytes for larger numbers.
    #[error("{length} {what} are more than 127")]
    LongList {
        /// What the items are.
        what: &'static str,
        /// Their number.
        length: usize,
    },
    /// A number takes more than 63 bits.
    #[error("{0} takes more than 63 bits")]
    LargeNumber(u64),
    /// A record without fields.
    #[error("record `{0}` has no fields")]
    EmptyRecord(String),
    /// An array of arrays of arrays and so on.
    #[error("a type nests deeper than {}", InterfaceType::MAX_DEPTH)]
    DeepType,
    /// A conversion between types that has no opcode.
    #[error("there is no instruction `{0}`")]
    NoInstruction(String),
}

type Result<T> = std::result::Result<T, EncodeError>;

/// The largest number of items in a list.
const MAX_ITEMS: usize = 127;

impl InterfaceSection {
    /// Writes the content of the section: version, types, imports if there are any, adapters, exports, implementations.
    /// [`decode`](Self::decode) reads it back.
    ///
    /// # Errors
    /// The format can't express the section.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let mut out = Writer { bytes: Vec::new() };
        out.bytes.push(kind::VERSION);
        out.string(&self.version.to_string())?;
        out.vector(kind::TYPES, &self.types, Writer::type_entry)?;
        if !self.imports.is_empty() {
            out.vector(kind::IMPORTS, &self.imports, |out, import| {
                out.string(&import.namespace)?;
                out.string(&import.name)?;
                out.number(import.type_index.into())
            })?;
        }
        out.vector(kind::ADAPTERS, &self.adapters, |out, adapter| {
            out.number(adapter.type_index.into())?;
            out.list("instructions", &adapter.instructions, Writer::instruction)
        })?;
        out.vector(kind::EXPORTS, &self.exports, |out, export| {
            out.string(&export.name)?;
            out.number(export.type_index.into())
        })?;
        out.vector(kind::IMPLEMENTATIONS, &self.implementations, |out, implementation| {
            out.number(implementation.core_type.into())?;
            out.number(implementation.adapter_type.into())
        })?;
        Ok(out.bytes)
    }
}

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn vector<T>(&mut self, kind: u8, items: &[T], item: fn(&mut Self, &T) -> Result<()>) -> Result<()> {
        self.bytes.push(kind);
        self.number(items.len() as u64)?;
        items.iter().try_for_each(|it| item(self, it))
    }

    fn list<T>(&mut self, what: &'static str, items: &[T], item: fn(&mut Self, &T) -> Result<()>) -> Result<()> {
        let length = items.len();
        if length > MAX_ITEMS {
            return Err(EncodeError::LongList { what, length });
        }
        self.bytes.push(length as u8);
        items.iter().try_for_each(|it| item(self, it))
    }

    fn type_entry(&mut self, entry: &TypeEntry) -> Result<()> {
        match entry {
            TypeEntry::Function(function) => {
                self.bytes.push(type_opcode::FUNCTION);
                self.list("parameters", &function.parameters, Self::named_type)?;
                self.list("results", &function.results, |out, ty| out.interface_type(ty, 0))
            }
            TypeEntry::Record(record) if record.fields.is_empty() => Err(EncodeError::EmptyRecord(record.name.clone())),
            TypeEntry::Record(record) => {
                self.bytes.push(type_opcode::RECORD);
                self.string(&record.name)?;
                self.list("fields", &record.fields, Self::named_type)
            }
        }
    }

    fn named_type(&mut self, named: &NamedType) -> Result<()> {
        self.string(&named.name)?;
        self.interface_type(&named.ty, 0)
    }

    fn interface_type(&mut self, ty: &InterfaceType, depth: usize) -> Result<()> {
        if depth >= InterfaceType::MAX_DEPTH {
            return Err(EncodeError::DeepType);
        }
        match ty {
            InterfaceType::Scalar(scalar) => {
                let known = type_opcode::SCALARS.iter().find(|(_, known)| known == scalar);
                self.bytes.extend(known.map(|(opcode, _)| *opcode));
            }
            InterfaceType::String => self.bytes.push(type_opcode::STRING),
            InterfaceType::ByteArray => self.bytes.push(type_opcode::BYTE_ARRAY),
            InterfaceType::Array(element) => {
                self.bytes.push(type_opcode::ARRAY);
                self.interface_type(element, depth + 1)?;
            }
            InterfaceType::Record(index) => {
                self.bytes.push(type_opcode::RECORD_REFERENCE);
                self.number((*index).into())?;
            }
        }
        Ok(())
    }

    fn instruction(&mut self, instruction: &AdapterInstruction) -> Result<()> {
        let mut index = |opcode, number| {
            self.bytes.push(opcode);
            self.number(number)
        };
        let opcode = match instruction {
            AdapterInstruction::ArgumentGet(argument) => return index(opcode::ARGUMENT_GET, (*argument).into()),
            AdapterInstruction::CallCore(function) => return index(opcode::CALL_CORE, (*function).into()),
            AdapterInstruction::RecordLift(record) => return index(opcode::RECORD_LIFT, (*record).into()),
            AdapterInstruction::RecordLower(record) => return index(opcode::RECORD_LOWER, (*record).into()),
            AdapterInstruction::PushI32(value) => return index(opcode::PUSH_I32, *value),
            AdapterInstruction::PushI64(value) => return index(opcode::PUSH_I64, *value),
            AdapterInstruction::ArrayLift(element) => {
                self.bytes.push(opcode::ARRAY_LIFT);
                return self.interface_type(element, 1);
            }
            AdapterInstruction::ArrayLower(element) => {
                self.bytes.push(opcode::ARRAY_LOWER);
                return self.interface_type(element, 1);
            }
            AdapterInstruction::Lift { .. } | AdapterInstruction::Lower { .. } => {
                opcode_of(instruction).ok_or_else(|| EncodeError::NoInstruction(instruction.to_string()))?
            }
            AdapterInstruction::StringLift => opcode::STRING_LIFT,
            AdapterInstruction::StringLower => opcode::STRING_LOWER,
            AdapterInstruction::StringSize => opcode::STRING_SIZE,
            AdapterInstruction::Duplicate => opcode::DUPLICATE,
            AdapterInstruction::Swap => opcode::SWAP,
            AdapterInstruction::BoolLift => opcode::BOOL_LIFT,
            AdapterInstruction::BoolLower => opcode::BOOL_LOWER,
            AdapterInstruction::ByteArrayLift => opcode::BYTE_ARRAY_LIFT,
            AdapterInstruction::ByteArrayLower => opcode::BYTE_ARRAY_LOWER,
            AdapterInstruction::ByteArraySize => opcode::BYTE_ARRAY_SIZE,
        };
        self.bytes.push(opcode);
        Ok(())
    }

    fn string(&mut self, text: &str) -> Result<()> {
        let length = u8::try_from(text.len()).map_err(|_| EncodeError::LongString(text.to_owned()))?;
        self.bytes.push(length);
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn number(&mut self, number: u64) -> Result<()> {
        if number >> 63 != 0 {
            return Err(EncodeError::LargeNumber(number));
        }
        let mut rest = number;
        while rest >= 0x80 {
            self.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
        Ok(())
    }
}
