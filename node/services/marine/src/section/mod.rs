//! The `interface-types` section: the types, adapters and imports that a module declares beside its core code.
//!
//! [`InterfaceSection::decode`] reads the content of the section, [`InterfaceSection::encode`] writes it. Both know the byte
//! format only (§1.2 of the Marine format): whether indices refer to something and adapters are well-typed is checked where a
//! [`Module`](crate::Module) is made of a section.

mod decode;
mod encode;
mod error;
mod instruction;
mod interface_type;

pub use encode::EncodeError;
pub use error::{SectionError, SectionErrorKind};
pub use instruction::{AdapterInstruction, IntegerWidth};
pub use interface_type::{FunctionType, InterfaceType, NamedType, RecordType, ScalarType, TypeEntry};

use semver::Version;

/// The contents of an `interface-types` section. Entries refer to types by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceSection {
    /// The version of the format.
    pub version: Version,
    /// Functions and records, in one index space.
    pub types: Vec<TypeEntry>,
    /// Functions of other modules. Each has two entries: its signature, and the core function that is imported.
    pub imports: Vec<ImportEntry>,
    /// The programs that convert values.
    pub adapters: Vec<AdapterEntry>,
    /// Core functions that the module exports. `call-core` refers to them by their index in this list.
    pub exports: Vec<ExportEntry>,
    /// Which adapter converts the values of which core function.
    pub implementations: Vec<Implementation>,
}

/// A function of another module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportEntry {
    /// The name of the other module.
    pub namespace: String,
    /// The name of the function.
    pub name: String,
    /// The index of its type.
    pub type_index: u32,
}

/// A core function that the module exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportEntry {
    /// The name of the export.
    pub name: String,
    /// The index of its type.
    pub type_index: u32,
}

/// A program that converts the arguments and the result of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterEntry {
    /// The index of the type of the function as its caller sees it.
    pub type_index: u32,
    /// The program.
    pub instructions: Vec<AdapterInstruction>,
}

/// Connects a core function with an adapter, both by the index of their types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Implementation {
    /// The type index of an export or an import.
    pub core_type: u32,
    /// The type index of an adapter.
    pub adapter_type: u32,
}

impl InterfaceSection {
    /// The name of the custom section.
    pub const NAME: &'static str = "interface-types";

    /// An empty section of this version.
    #[must_use]
    pub fn new(version: Version) -> Self {
        Self {
            version,
            types: Vec::new(),
            imports: Vec::new(),
            adapters: Vec::new(),
            exports: Vec::new(),
            implementations: Vec::new(),
        }
    }
}

/// The kinds of vectors in the section, which begin with these bytes.
mod kind {
    pub(super) const TYPES: u8 = 0;
    pub(super) const IMPORTS: u8 = 1;
    pub(super) const ADAPTERS: u8 = 2;
    pub(super) const EXPORTS: u8 = 3;
    pub(super) const IMPLEMENTATIONS: u8 = 4;
    pub(super) const VERSION: u8 = 5;
}

/// The opcodes of types.
mod type_opcode {
    use super::ScalarType;

    pub(super) const FUNCTION: u8 = 0x00;
    pub(super) const RECORD: u8 = 0x01;

    /// Scalars and strings by opcode; 0x0a is the string.
    pub(super) const SCALARS: [(u8, ScalarType); 13] = [
        (0x00, ScalarType::S8),
        (0x01, ScalarType::S16),
        (0x02, ScalarType::S32),
        (0x03, ScalarType::S64),
        (0x04, ScalarType::U8),
        (0x05, ScalarType::U16),
        (0x06, ScalarType::U32),
        (0x07, ScalarType::U64),
        (0x08, ScalarType::F32),
        (0x09, ScalarType::F64),
        (0x0b, ScalarType::Bool),
        (0x0c, ScalarType::I32),
        (0x0d, ScalarType::I64),
    ];
    pub(super) const STRING: u8 = 0x0a;
    pub(super) const RECORD_REFERENCE: u8 = 0x0e;
    pub(super) const ARRAY: u8 = 0x36;
    pub(super) const BYTE_ARRAY: u8 = 0x3c;
}

/// The opcodes of instructions other than conversions between integers.
mod opcode {
    pub(super) const ARGUMENT_GET: u8 = 0x00;
    pub(super) const CALL_CORE: u8 = 0x01;
    pub(super) const STRING_LIFT: u8 = 0x22;
    pub(super) const STRING_LOWER: u8 = 0x23;
    pub(super) const STRING_SIZE: u8 = 0x24;
    pub(super) const DUPLICATE: u8 = 0x34;
    pub(super) const SWAP: u8 = 0x35;
    pub(super) const ARRAY_LIFT: u8 = 0x37;
    pub(super) const ARRAY_LOWER: u8 = 0x38;
    pub(super) const RECORD_LIFT: u8 = 0x3a;
    pub(super) const RECORD_LOWER: u8 = 0x3b;
    pub(super) const BOOL_LIFT: u8 = 0x3e;
    pub(super) const BOOL_LOWER: u8 = 0x3f;
    pub(super) const PUSH_I32: u8 = 0x40;
    pub(super) const PUSH_I64: u8 = 0x41;
    pub(super) const BYTE_ARRAY_LIFT: u8 = 0x43;
    pub(super) const BYTE_ARRAY_LOWER: u8 = 0x44;
    pub(super) const BYTE_ARRAY_SIZE: u8 = 0x45;
}
