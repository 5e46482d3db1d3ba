//! Ranges of the memory of a guest. Sums are computed in 64 bits, so that they can't overflow.

use super::ExecutionError;

/// The bytes at a pointer.
pub(super) fn bytes(memory: &[u8], pointer: u32, length: u64) -> Result<&[u8], ExecutionError> {
    range(memory.len(), pointer, length).map(|range| &memory[range])
}

/// The bytes at a pointer, to be written.
pub(super) fn bytes_mut(memory: &mut [u8], pointer: u32, length: u64) -> Result<&mut [u8], ExecutionError> {
    range(memory.len(), pointer, length).map(|range| &mut memory[range])
}

fn range(memory: usize, pointer: u32, length: u64) -> Result<std::ops::Range<usize>, ExecutionError> {
    let end = u64::from(pointer) + length;
    if end > memory as u64 {
        return Err(ExecutionError::OutOfBounds {
            pointer,
            length,
            memory,
        });
    }
    Ok(pointer as usize..end as usize)
}
