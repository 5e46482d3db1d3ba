//! The outcome of a run and its fields.

use crate::bytes::AquaVmBytes;
use crate::status::free;
use aqua_vm::flat::FlatOutcome;

/// The outcome of a run.
#[derive(Debug)]
pub struct AquaVmOutcome(pub(crate) FlatOutcome);

/// Reads a field of an outcome. NULL gives the default.
///
/// # Safety
/// `outcome` is NULL or one that this library made and that has not been freed.
unsafe fn read<'a, T>(outcome: *const AquaVmOutcome, nothing: T, field: impl FnOnce(&'a FlatOutcome) -> T) -> T {
    // SAFETY: it is NULL or points to an outcome; outcomes don't change once they are made.
    let outcome = unsafe { outcome.as_ref() };
    outcome.map_or(nothing, |outcome| field(&outcome.0))
}

/// The error code.
///
/// # Safety
/// `outcome` is NULL or one that this library made and that has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_outcome_ret_code(outcome: *const AquaVmOutcome) -> i64 {
    // SAFETY: the caller's promise is the same.
    unsafe { read(outcome, 0, |outcome| outcome.ret_code) }
}

/// The text of the error.
///
/// # Safety
/// `outcome` is NULL or one that this library made and that has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_outcome_error_message(outcome: *const AquaVmOutcome) -> AquaVmBytes {
    // SAFETY: the caller's promise is the same.
    unsafe {
        read(outcome, AquaVmBytes::NONE, |outcome| {
            AquaVmBytes::of(outcome.error_message.as_bytes())
        })
    }
}

/// Particle data.
///
/// # Safety
/// `outcome` is NULL or one that this library made and that has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_outcome_data(outcome: *const AquaVmOutcome) -> AquaVmBytes {
    // SAFETY: the caller's promise is the same.
    unsafe { read(outcome, AquaVmBytes::NONE, |outcome| AquaVmBytes::of(&outcome.data)) }
}

/// The number of next peers.
///
/// # Safety
/// `outcome` is NULL or one that this library made and that has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_outcome_next_peer_count(outcome: *const AquaVmOutcome) -> usize {
    // SAFETY: the caller's promise is the same.
    unsafe { read(outcome, 0, |outcome| outcome.next_peer_pks.len()) }
}

/// One of the next peers.
///
/// # Safety
/// `outcome` is NULL or one that this library made and that has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_outcome_next_peer(outcome: *const AquaVmOutcome, index: usize) -> AquaVmBytes {
    let peer = |outcome: &FlatOutcome| {
        let peer = outcome.next_peer_pks.get(index);
        peer.map_or(AquaVmBytes::NONE, |peer| AquaVmBytes::of(peer.as_bytes()))
    };
    // SAFETY: the caller's promise is the same.
    unsafe { read(outcome, AquaVmBytes::NONE, peer) }
}

/// Call requests in wire form.
///
/// # Safety
/// `outcome` is NULL or one that this library made and that has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_outcome_call_requests(outcome: *const AquaVmOutcome) -> AquaVmBytes {
    // SAFETY: the caller's promise is the same.
    unsafe {
        read(outcome, AquaVmBytes::NONE, |outcome| {
            AquaVmBytes::of(&outcome.call_requests)
        })
    }
}

/// The sizes above their limits, one bit each.
///
/// # Safety
/// `outcome` is NULL or one that this library made and that has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_outcome_flags(outcome: *const AquaVmOutcome) -> u32 {
    let flags = |outcome: &FlatOutcome| {
        let flags = outcome.flags;
        u32::from(flags.air_size_exceeded)
            | u32::from(flags.particle_size_exceeded) << 1
            | u32::from(flags.call_result_size_exceeded) << 2
    };
    // SAFETY: the caller's promise is the same.
    unsafe { read(outcome, 0, flags) }
}

/// Frees an outcome.
///
/// # Safety
/// `outcome` is NULL, or one that this library made and that is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_outcome_free(outcome: *mut AquaVmOutcome) {
    // SAFETY: the caller's promise is the same.
    unsafe { free(outcome) };
}
