//! Reads values from the memory of a guest.
//!
//! Whatever the memory contains, reading ends with a value or an error: types nest to a limited depth, ranges are checked before
//! they are read, and the memory that a value takes is subtracted from a budget before it is allocated. The budget matters, since
//! all elements of an array can point to one long string.

use super::{ExecutionError, Lifted, memory};
use crate::{InterfaceType, Records, ScalarType};
use ecow::EcoString;

/// What is left of the host memory that values may take.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    limit: usize,
    left: u64,
}

impl Budget {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            left: limit as u64,
        }
    }

    pub(super) fn take(&mut self, size: u64) -> Result<(), ExecutionError> {
        self.left = self
            .left
            .checked_sub(size)
            .ok_or(ExecutionError::TooLarge { limit: self.limit })?;
        Ok(())
    }
}

/// Reads values from one view of the memory.
pub(super) struct Lifter<'a> {
    pub(super) memory: &'a [u8],
    pub(super) records: &'a Records,
    pub(super) budget: &'a mut Budget,
}

impl<'a> Lifter<'a> {
    /// A string. An empty one is not looked for in memory.
    pub(super) fn string(&mut self, pointer: u32, length: u32) -> Result<EcoString, ExecutionError> {
        if length == 0 {
            return Ok(EcoString::new());
        }
        let bytes = memory::bytes(self.memory, pointer, length.into())?;
        self.budget.take(length.into())?;
        let text = std::str::from_utf8(bytes).map_err(|_| ExecutionError::NotUtf8 { pointer })?;
        Ok(text.into())
    }

    /// An array of type `ty` with `count` elements. An empty one is not looked for in memory.
    pub(super) fn array<R: Lifted>(
        &mut self,
        ty: &InterfaceType,
        pointer: u32,
        count: u32,
    ) -> Result<R, ExecutionError> {
        let element = match ty {
            InterfaceType::ByteArray => &InterfaceType::Scalar(ScalarType::U8),
            InterfaceType::Array(element) => element,
            other => return Err(mismatch(other)),
        };
        let size = element.cell_size();
        let cells: &'a [u8] = if count == 0 {
            &[]
        } else {
            memory::bytes(self.memory, pointer, u64::from(count) * u64::from(size))?
        };
        if let InterfaceType::Scalar(scalar) = element {
            self.budget.take(R::packed_size(*scalar, count.into()))?;
            return Ok(R::packed(*scalar, cells));
        }
        self.budget.take(u64::from(count) * size_of::<R>() as u64)?;
        R::array(cells.chunks_exact(size as usize).map(|cell| self.value(element, cell)))
    }

    /// The record of type `record` at a pointer.
    pub(super) fn record<R: Lifted>(&mut self, record: u32, pointer: u32) -> Result<R, ExecutionError> {
        let layout = self
            .records
            .get(record)
            .ok_or_else(|| mismatch(&InterfaceType::Record(record)))?;
        let bytes = memory::bytes(self.memory, pointer, layout.size.into())?;
        self.budget.take(layout.fields.len() as u64 * Self::field_size::<R>())?;
        R::record(layout, |index| {
            let field = &layout.fields[index];
            let start = field.offset as usize;
            let end = start + field.ty.cell_size() as usize;
            self.value(&field.ty, &bytes[start..end])
        })
    }

    /// The value in a cell of a record or an array.
    fn value<R: Lifted>(&mut self, ty: &InterfaceType, cell: &'a [u8]) -> Result<R, ExecutionError> {
        match ty {
            InterfaceType::Scalar(scalar) => Ok(R::scalar(*scalar, scalar.read(cell))),
            InterfaceType::String => self.string(word(cell, 0), word(cell, 1)).map(R::string),
            InterfaceType::ByteArray | InterfaceType::Array(_) => self.array(ty, word(cell, 0), word(cell, 1)),
            InterfaceType::Record(record) => self.record(*record, word(cell, 0)),
        }
    }

    /// The host memory that a field takes: its value, and its name where the form has names.
    fn field_size<R>() -> u64 {
        (size_of::<R>() + size_of::<EcoString>()) as u64
    }
}

/// A word of 32 bits of a cell.
fn word(cell: &[u8], index: usize) -> u32 {
    let bytes = cell.get(4 * index..).and_then(|rest| rest.first_chunk());
    u32::from_le_bytes(bytes.copied().unwrap_or_default())
}

pub(super) fn mismatch(expected: &InterfaceType) -> ExecutionError {
    ExecutionError::Mismatch {
        expected: expected.clone(),
    }
}
