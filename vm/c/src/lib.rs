//! The C interface of the machine over bytes: the functions that `include/aqua_vm.h` declares.
//!
//! The header documents the functions, ownership and thread safety. No panic crosses into C: code that can panic runs
//! inside `status::guarded`, the rest reads fields.

// SAFETY: this crate is the foreign interface. Its unsafe code reads and writes through the caller's pointers, and exports
// names. Each block names the requirement of the header that makes it sound.
#![allow(unsafe_code, reason = "this crate is the foreign interface")]

mod bytes;
mod calls;
mod outcome;
mod params;
mod running;
mod status;

pub use bytes::{AquaVmBuffer, AquaVmBytes, aqua_vm_buffer_bytes, aqua_vm_buffer_free};
pub use calls::{
    AquaVmCallRequest, AquaVmCallRequests, AquaVmCallResult, aqua_vm_call_requests_count, aqua_vm_call_requests_free,
    aqua_vm_call_requests_get, aqua_vm_call_requests_read, aqua_vm_call_results_write,
};
pub use outcome::{
    AquaVmOutcome, aqua_vm_outcome_call_requests, aqua_vm_outcome_data, aqua_vm_outcome_error_message,
    aqua_vm_outcome_flags, aqua_vm_outcome_free, aqua_vm_outcome_next_peer, aqua_vm_outcome_next_peer_count,
    aqua_vm_outcome_ret_code,
};
pub use params::{AquaVmParams, aqua_vm_params_init, aqua_vm_peer_id};
pub use running::{aqua_vm_answer_line, aqua_vm_invoke};
pub use status::{AquaVmStatus, aqua_vm_status_text};

use std::ffi::{CStr, CString, c_char};
use std::sync::OnceLock;

/// Raised whenever something in the header changes that compiled programs rest on.
const ABI_VERSION: u32 = 1;

/// The form of the header that this library fits.
#[unsafe(no_mangle)]
pub extern "C" fn aqua_vm_abi_version() -> u32 {
    ABI_VERSION
}

/// Version of this library.
#[unsafe(no_mangle)]
pub extern "C" fn aqua_vm_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => panic!("versions have no zero bytes"),
    };
    VERSION.as_ptr()
}

/// Version of the official interpreter that the machine stands in for.
#[unsafe(no_mangle)]
pub extern "C" fn aqua_vm_interpreter_version() -> *const c_char {
    static VERSION: OnceLock<CString> = OnceLock::new();
    let version = VERSION.get_or_init(|| CString::new(aqua_vm::flat::interpreter_version()).unwrap_or_default());
    version.as_ptr()
}
