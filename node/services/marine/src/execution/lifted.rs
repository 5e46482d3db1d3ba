//! The forms in which values that are read from a guest are built.

use crate::{GuestValue, RecordLayout, ScalarType};
use aqua_values::{Object, Value};
use ecow::{EcoString, EcoVec};

/// A form of values that are read from a guest: [`Value`] for the VM, [`GuestValue`] for other modules.
pub trait Lifted: Sized + sealed::Sealed {
    /// A boolean or a number with the bits of [`GuestValue::Scalar`].
    fn scalar(ty: ScalarType, bits: u64) -> Self;

    /// A string.
    fn string(text: EcoString) -> Self;

    /// An array of scalars, from its bytes in memory.
    fn packed(ty: ScalarType, bytes: &[u8]) -> Self;

    /// The host memory that an array of `count` scalars takes, in bytes.
    fn packed_size(ty: ScalarType, count: u64) -> u64;

    /// An array of other elements.
    ///
    /// # Errors
    /// That of the first element that fails.
    fn array<E>(items: impl ExactSizeIterator<Item = Result<Self, E>>) -> Result<Self, E>;

    /// A record, with a function that reads a field by its index.
    ///
    /// # Errors
    /// That of the first field that fails.
    fn record<E>(layout: &RecordLayout, field: impl FnMut(usize) -> Result<Self, E>) -> Result<Self, E>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for aqua_values::Value {}
    impl Sealed for crate::GuestValue {}
}

impl Lifted for GuestValue {
    fn scalar(_: ScalarType, bits: u64) -> Self {
        Self::Scalar(bits)
    }

    fn string(text: EcoString) -> Self {
        Self::String(text)
    }

    fn packed(ty: ScalarType, bytes: &[u8]) -> Self {
        Self::Packed(match ty {
            ScalarType::Bool => bytes.iter().map(|byte| u8::from(*byte != 0)).collect(),
            _ => bytes.to_vec(),
        })
    }

    fn packed_size(ty: ScalarType, count: u64) -> u64 {
        count * u64::from(ty.size())
    }

    fn array<E>(items: impl ExactSizeIterator<Item = Result<Self, E>>) -> Result<Self, E> {
        items.collect::<Result<_, E>>().map(Self::Array)
    }

    fn record<E>(layout: &RecordLayout, field: impl FnMut(usize) -> Result<Self, E>) -> Result<Self, E> {
        (0..layout.fields.len())
            .map(field)
            .collect::<Result<_, E>>()
            .map(Self::Record)
    }
}

/// Numbers that JSON has no form for, infinities and not-a-number values, are `null` (§4.3 of the Marine format).
impl Lifted for Value {
    fn scalar(ty: ScalarType, bits: u64) -> Self {
        match ty {
            ScalarType::Bool => (bits != 0).into(),
            ScalarType::S8
            | ScalarType::S16
            | ScalarType::S32
            | ScalarType::S64
            | ScalarType::I32
            | ScalarType::I64 => (bits as i64).into(),
            ScalarType::U8 | ScalarType::U16 | ScalarType::U32 | ScalarType::U64 => bits.into(),
            ScalarType::F32 => f32::from_bits(bits as u32).into(),
            ScalarType::F64 => f64::from_bits(bits).into(),
        }
    }

    fn string(text: EcoString) -> Self {
        Self::String(text)
    }

    fn packed(ty: ScalarType, bytes: &[u8]) -> Self {
        let items = bytes.chunks_exact(ty.size() as usize);
        Self::Array(items.map(|cell| Self::scalar(ty, ty.read(cell))).collect())
    }

    fn packed_size(_: ScalarType, count: u64) -> u64 {
        count * size_of::<Self>() as u64
    }

    fn array<E>(items: impl ExactSizeIterator<Item = Result<Self, E>>) -> Result<Self, E> {
        let mut array = EcoVec::with_capacity(items.len());
        for item in items {
            array.push(item?);
        }
        Ok(Self::Array(array))
    }

    fn record<E>(layout: &RecordLayout, mut field: impl FnMut(usize) -> Result<Self, E>) -> Result<Self, E> {
        // An object keeps its fields sorted.
        let fields = layout.sorted.iter().map(|index| {
            let name = layout.fields[*index].name.clone();
            field(*index).map(|value| (name, value))
        });
        fields.collect::<Result<Object, E>>().map(Self::Object)
    }
}
