//! Statuses of calls.

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// 0, or the reason of a failure.
pub type AquaVmStatus = i32;

pub(crate) const OK: AquaVmStatus = 0;
pub(crate) const NULL: AquaVmStatus = 1;
pub(crate) const NOT_UTF8: AquaVmStatus = 2;
pub(crate) const OUT_OF_RANGE: AquaVmStatus = 3;
pub(crate) const MALFORMED: AquaVmStatus = 4;
pub(crate) const PANIC: AquaVmStatus = 5;

/// A message for a status.
#[unsafe(no_mangle)]
pub extern "C" fn aqua_vm_status_text(status: AquaVmStatus) -> *const c_char {
    let text: &'static CStr = match status {
        OK => c"done",
        NULL => c"a pointer that must point to something is NULL",
        NOT_UTF8 => c"what should be a text is not UTF-8",
        OUT_OF_RANGE => c"a number is not among those that its field allows",
        MALFORMED => c"bytes are not in the form they should have",
        PANIC => c"the machine panicked: this is a bug in it",
        _ => c"unknown status",
    };
    text.as_ptr()
}

/// Creates an object and writes it to `out`. After an error or a panic, writes NULL and returns a status.
///
/// # Safety
/// `out` is NULL or may be written through.
pub(crate) unsafe fn guarded<T>(out: *mut *mut T, make: impl FnOnce() -> Result<T, AquaVmStatus>) -> AquaVmStatus {
    if out.is_null() {
        return NULL;
    }
    // The closure only reads borrowed data, and a panic drops what it has created, so no broken state is visible afterwards.
    let made = catch_unwind(AssertUnwindSafe(make)).unwrap_or(Err(PANIC));
    let (pointer, status) = match made {
        Ok(value) => (Box::into_raw(Box::new(value)), OK),
        Err(status) => (std::ptr::null_mut(), status),
    };
    // SAFETY: it is not NULL, and the header requires that a pointer can be written to it.
    unsafe { out.write(pointer) };
    status
}

/// Frees an object that [`guarded`] created.
///
/// # Safety
/// `object` is NULL, or was made by [`guarded`] and is not used again.
pub(crate) unsafe fn free<T>(object: *mut T) {
    if !object.is_null() {
        // SAFETY: it came from `Box::into_raw` in `guarded`, and the header requires that it is freed only once.
        drop(unsafe { Box::from_raw(object) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_status() {
        let mut out = std::ptr::dangling_mut::<u8>();
        // SAFETY: `out` is a local variable.
        let status = unsafe { guarded(&raw mut out, || panic!("as a bug would")) };
        assert_eq!((status, out), (PANIC, std::ptr::null_mut()));
    }
}
