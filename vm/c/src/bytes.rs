//! Bytes that cross the boundary: borrowed views, and owned buffers that the caller frees.

use crate::status::{AquaVmStatus, NOT_UTF8, NULL, OUT_OF_RANGE, free};

/// Borrowed bytes.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct AquaVmBytes {
    /// The first byte; may be NULL if there are none.
    pub data: *const u8,
    /// Number of bytes.
    pub length: usize,
}

impl AquaVmBytes {
    /// A view of no bytes.
    pub const NONE: Self = Self {
        data: std::ptr::null(),
        length: 0,
    };

    /// A view of bytes that must outlive it.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            data: bytes.as_ptr(),
            length: bytes.len(),
        }
    }

    /// The bytes themselves.
    ///
    /// # Safety
    /// If `data` is not NULL, `length` bytes from it on can be read and stay as they are during `'a`.
    pub(crate) unsafe fn read<'a>(self) -> Result<&'a [u8], AquaVmStatus> {
        match self {
            Self { length: 0, .. } => Ok(&[]),
            Self { data, .. } if data.is_null() => Err(NULL),
            Self { length, .. } if isize::try_from(length).is_err() => Err(OUT_OF_RANGE),
            // SAFETY: not NULL, not longer than an object can be, and the caller promises the rest. Bytes need no alignment.
            Self { data, length } => Ok(unsafe { std::slice::from_raw_parts(data, length) }),
        }
    }

    /// The bytes as a text.
    ///
    /// # Safety
    /// As for [`read`](Self::read).
    pub(crate) unsafe fn read_text<'a>(self) -> Result<&'a str, AquaVmStatus> {
        // SAFETY: the caller's promise is the same.
        let bytes = unsafe { self.read() }?;
        std::str::from_utf8(bytes).map_err(|_| NOT_UTF8)
    }
}

/// Bytes that the caller owns.
#[derive(Debug)]
pub struct AquaVmBuffer(pub(crate) Vec<u8>);

/// A view of a buffer.
///
/// # Safety
/// `buffer` is NULL or one that this library made and that has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_buffer_bytes(buffer: *const AquaVmBuffer) -> AquaVmBytes {
    // SAFETY: it is NULL or points to a buffer; buffers don't change once they are made.
    let buffer = unsafe { buffer.as_ref() };
    buffer.map_or(AquaVmBytes::NONE, |buffer| AquaVmBytes::of(&buffer.0))
}

/// Frees a buffer.
///
/// # Safety
/// `buffer` is NULL, or one that this library made and that is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_buffer_free(buffer: *mut AquaVmBuffer) {
    // SAFETY: the caller's promise is the same.
    unsafe { free(buffer) };
}
