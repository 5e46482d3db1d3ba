//! The types of the `interface-types` section.

use std::fmt;

/// A type that takes a fixed number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarType {
    /// `bool`
    Bool,
    /// `s8`
    S8,
    /// `s16`
    S16,
    /// `s32`
    S32,
    /// `s64`
    S64,
    /// `u8`
    U8,
    /// `u16`
    U16,
    /// `u32`
    U32,
    /// `u64`
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `i32` of core WebAssembly.
    I32,
    /// `i64` of core WebAssembly.
    I64,
}

/// The type of a parameter, a result or a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InterfaceType {
    /// A boolean or a number.
    Scalar(ScalarType),
    /// `string`
    String,
    /// `array(u8)` with an opcode of its own. Each is accepted where the other is expected.
    ByteArray,
    /// `array(T)`
    Array(Box<Self>),
    /// The record at this index of the section's types.
    Record(u32),
}

/// A parameter of a function or a field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedType {
    /// The name.
    pub name: String,
    /// The type.
    pub ty: InterfaceType,
}

/// The type of a function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FunctionType {
    /// The parameters in order.
    pub parameters: Vec<NamedType>,
    /// The results; modules have none or one.
    pub results: Vec<InterfaceType>,
}

/// A record: fields by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordType {
    /// The name.
    pub name: String,
    /// The fields in the order of memory; at least one.
    pub fields: Vec<NamedType>,
}

/// An entry of the section's types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeEntry {
    /// A function.
    Function(FunctionType),
    /// A record.
    Record(RecordType),
}

impl InterfaceType {
    /// The deepest nesting of types that is accepted. Bounds the recursion of everything that walks types or values.
    pub const MAX_DEPTH: usize = 64;

    /// An array of this type.
    #[must_use]
    pub fn array(self) -> Self {
        Self::Array(Box::new(self))
    }

    /// The scalar type, if it is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<ScalarType> {
        match self {
            Self::Scalar(scalar) => Some(*scalar),
            _ => None,
        }
    }

    /// Whether it is `array(u8)`, in either encoding.
    #[must_use]
    pub fn is_bytes(&self) -> bool {
        match self {
            Self::ByteArray => true,
            Self::Array(element) => **element == Self::Scalar(ScalarType::U8),
            _ => false,
        }
    }
}

impl From<ScalarType> for InterfaceType {
    fn from(scalar: ScalarType) -> Self {
        Self::Scalar(scalar)
    }
}

impl ScalarType {
    /// The bytes that a value takes in memory.
    #[must_use]
    pub fn size(self) -> u32 {
        match self {
            Self::Bool | Self::S8 | Self::U8 => 1,
            Self::S16 | Self::U16 => 2,
            Self::S32 | Self::U32 | Self::F32 | Self::I32 => 4,
            Self::S64 | Self::U64 | Self::F64 | Self::I64 => 8,
        }
    }

    /// The name in the text form of adapters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::S8 => "s8",
            Self::S16 => "s16",
            Self::S32 => "s32",
            Self::S64 => "s64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I32 => "i32",
            Self::I64 => "i64",
        }
    }
}

impl fmt::Display for ScalarType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The type as adapters write it: `u8`, `array(string)`, `record 10`.
impl fmt::Display for InterfaceType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(scalar) => scalar.fmt(out),
            Self::String => out.write_str("string"),
            Self::ByteArray => out.write_str("byte_array"),
            Self::Array(element) => write!(out, "array({element})"),
            Self::Record(index) => write!(out, "record {index}"),
        }
    }
}
