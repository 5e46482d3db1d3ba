//! Runs scripts.

use crate::bytes::{AquaVmBuffer, AquaVmBytes};
use crate::outcome::AquaVmOutcome;
use crate::params::AquaVmParams;
use crate::status::{AquaVmStatus, NULL, guarded};
use aqua_vm::flat;
use std::collections::BTreeMap;

/// Runs a script once.
///
/// # Safety
/// The views and those in `params` can be read; `params` is NULL or points to parameters; `outcome` is NULL or may be
/// written through.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_invoke(
    air: AquaVmBytes,
    prev_data: AquaVmBytes,
    data: AquaVmBytes,
    params: *const AquaVmParams,
    call_results: AquaVmBytes,
    outcome: *mut *mut AquaVmOutcome,
) -> AquaVmStatus {
    // SAFETY: the caller promises that all of it can be read. Nothing read outlives this call.
    let run = || unsafe {
        let params = params.as_ref().ok_or(NULL)?.read()?;
        let results = if call_results.data.is_null() && call_results.length == 0 {
            &flat::encode_call_results(&BTreeMap::new())
        } else {
            call_results.read()?
        };
        let outcome = flat::invoke(air.read_text()?, prev_data.read()?, data.read()?, &params, results);
        Ok(AquaVmOutcome(outcome))
    };
    // SAFETY: the caller promises that `outcome` is NULL or may be written through.
    unsafe { guarded(outcome, run) }
}

/// Handles a line of JSON.
///
/// # Safety
/// `line` can be read; `reply` is NULL or may be written through.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_answer_line(line: AquaVmBytes, reply: *mut *mut AquaVmBuffer) -> AquaVmStatus {
    // SAFETY: the caller promises that the line can be read.
    let answer = || Ok(AquaVmBuffer(flat::json::answer(unsafe { line.read() }?).into_bytes()));
    // SAFETY: the caller promises that `reply` is NULL or may be written through.
    unsafe { guarded(reply, answer) }
}
