//! Values between guests, and between guests and the host.

use crate::{CoreType, InterfaceType, ScalarType};
use ecow::EcoString;

/// A value of a core function.
///
/// Floats are their bits, so that every not-a-number value passes unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoreValue {
    /// An `i32`.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// The bits of an `f32`.
    F32(u32),
    /// The bits of an `f64`.
    F64(u64),
}

/// A value of the interface of a module. Its [`InterfaceType`] says how to read it.
///
/// It is the form in which values pass from one module to another, and in which arguments wait until they are written to the
/// memory of a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuestValue {
    /// A boolean or a number, in 64 bits: signed integers and `i32` with their sign extended, floats as their bits, booleans as 0
    /// and 1.
    Scalar(u64),
    /// A string. Clones share it.
    String(EcoString),
    /// An array of scalars, which includes byte arrays, as it is in memory: little-endian, one element after another.
    Packed(Vec<u8>),
    /// An array of other elements.
    Array(Vec<Self>),
    /// The fields of a record, in order.
    Record(Vec<Self>),
}

impl CoreValue {
    /// Its type.
    #[must_use]
    pub fn ty(self) -> CoreType {
        match self {
            Self::I32(_) => CoreType::I32,
            Self::I64(_) => CoreType::I64,
            Self::F32(_) => CoreType::F32,
            Self::F64(_) => CoreType::F64,
        }
    }

    /// The bits as [`GuestValue::Scalar`] has them.
    #[must_use]
    pub fn bits(self) -> u64 {
        match self {
            Self::I32(value) => i64::from(value) as u64,
            Self::I64(value) => value as u64,
            Self::F32(bits) => bits.into(),
            Self::F64(bits) => bits,
        }
    }

    /// The value with these bits.
    #[must_use]
    pub fn from_bits(ty: CoreType, bits: u64) -> Self {
        match ty {
            CoreType::I32 => Self::I32(bits as i32),
            CoreType::I64 => Self::I64(bits as i64),
            CoreType::F32 => Self::F32(bits as u32),
            CoreType::F64 => Self::F64(bits),
        }
    }

    /// An `i32` that is a pointer, a size or a number of elements.
    #[must_use]
    pub fn from_u32(value: u32) -> Self {
        Self::I32(value as i32)
    }
}

impl From<CoreValue> for GuestValue {
    fn from(value: CoreValue) -> Self {
        Self::Scalar(value.bits())
    }
}

impl CoreType {
    /// The core type that an interface type is itself.
    #[must_use]
    pub fn of(ty: &InterfaceType) -> Option<Self> {
        match ty.as_scalar()? {
            ScalarType::I32 => Some(Self::I32),
            ScalarType::I64 => Some(Self::I64),
            ScalarType::F32 => Some(Self::F32),
            ScalarType::F64 => Some(Self::F64),
            _ => None,
        }
    }
}

impl ScalarType {
    /// The bits of a value from its bytes in memory, which are as many as [`size`](Self::size) says.
    #[must_use]
    pub(crate) fn read(self, cell: &[u8]) -> u64 {
        let mut bytes = [0; 8];
        for (byte, read) in bytes.iter_mut().zip(cell) {
            *byte = *read;
        }
        let bits = u64::from_le_bytes(bytes);
        match self {
            Self::Bool => u64::from(bits != 0),
            Self::S8 => i64::from(bits as i8) as u64,
            Self::S16 => i64::from(bits as i16) as u64,
            Self::S32 | Self::I32 => i64::from(bits as i32) as u64,
            Self::S64 | Self::I64 | Self::U8 | Self::U16 | Self::U32 | Self::U64 | Self::F32 | Self::F64 => bits,
        }
    }

    /// The type of the core value that passes a scalar.
    pub(crate) fn core_scalar(self) -> Self {
        match self {
            Self::S64 | Self::U64 | Self::I64 => Self::I64,
            Self::F32 | Self::F64 => self,
            _ => Self::I32,
        }
    }

    /// The number of an array's elements in the guest's `allocate`.
    pub(crate) fn allocation_tag(self) -> u32 {
        match self {
            Self::Bool => 0,
            Self::U8 => 1,
            Self::U16 => 2,
            Self::U32 => 3,
            Self::U64 => 4,
            Self::S8 => 5,
            Self::S16 => 6,
            Self::S32 | Self::I32 => 7,
            Self::S64 | Self::I64 => 8,
            Self::F32 => 9,
            Self::F64 => 10,
        }
    }
}
