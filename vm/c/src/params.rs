//! Parameters of a run.

use crate::bytes::{AquaVmBuffer, AquaVmBytes};
use crate::status::{AquaVmStatus, MALFORMED, NULL, OK, OUT_OF_RANGE, guarded};
use aqua_keys::KeyPair;
use aqua_vm::flat::RunParameters;
use aqua_vm::{CanonMapFold, Limits, Trust};

/// The parameters in C. The header describes the fields.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "documented in the header")]
pub struct AquaVmParams {
    pub init_peer_id: AquaVmBytes,
    pub current_peer_id: AquaVmBytes,
    pub particle_id: AquaVmBytes,
    pub secret_key: AquaVmBytes,
    pub timestamp: u64,
    pub air_size_limit: u64,
    pub particle_size_limit: u64,
    pub call_result_size_limit: u64,
    pub run_size_limit: u64,
    pub run_length_limit: u64,
    pub ttl: u32,
    pub key_format: u8,
    pub hard_limit_enabled: u8,
    pub canon_map_fold: u8,
    pub trust: u8,
}

/// Sets everything to what deployed peers have.
///
/// # Safety
/// `params` is NULL or may be written through.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_params_init(params: *mut AquaVmParams) -> AquaVmStatus {
    if params.is_null() {
        return NULL;
    }
    let defaults = Limits::default();
    let values = AquaVmParams {
        init_peer_id: AquaVmBytes::NONE,
        current_peer_id: AquaVmBytes::NONE,
        particle_id: AquaVmBytes::NONE,
        secret_key: AquaVmBytes::NONE,
        timestamp: 0,
        air_size_limit: defaults.air_size,
        particle_size_limit: defaults.particle_size,
        call_result_size_limit: defaults.call_result_size,
        run_size_limit: defaults.run_size,
        run_length_limit: defaults.run_length,
        ttl: 0,
        key_format: 0,
        hard_limit_enabled: u8::from(defaults.hard),
        canon_map_fold: 0,
        trust: 0,
    };
    // SAFETY: it is not NULL, and the header requires that parameters can be written to it.
    unsafe { params.write(values) };
    OK
}

impl AquaVmParams {
    /// Parameters of our own.
    ///
    /// # Safety
    /// Views in them can be read.
    pub(crate) unsafe fn read(&self) -> Result<RunParameters, AquaVmStatus> {
        // SAFETY: the caller's promise is the same; the texts are copied at once.
        let text = |bytes: AquaVmBytes| unsafe { bytes.read_text() }.map(str::to_owned);
        Ok(RunParameters {
            init_peer_id: text(self.init_peer_id)?,
            current_peer_id: text(self.current_peer_id)?,
            particle_id: text(self.particle_id)?,
            // SAFETY: as above.
            secret_key_bytes: unsafe { self.secret_key.read() }?.to_vec(),
            timestamp: self.timestamp,
            ttl: self.ttl,
            key_format: self.key_format,
            limits: Limits {
                air_size: self.air_size_limit,
                particle_size: self.particle_size_limit,
                call_result_size: self.call_result_size_limit,
                run_size: self.run_size_limit,
                run_length: self.run_length_limit,
                hard: self.hard_limit_enabled != 0,
            },
            canon_map_fold: match self.canon_map_fold {
                0 => CanonMapFold::EveryEntry,
                1 => CanonMapFold::LastOfEachKey,
                _ => return Err(OUT_OF_RANGE),
            },
            trust: match self.trust {
                0 => Trust::Verify,
                1 => Trust::Ignore,
                _ => return Err(OUT_OF_RANGE),
            },
        })
    }
}

/// The peer id of the key that grows from a seed.
///
/// # Safety
/// `seed` can be read; `peer_id` is NULL or may be written through.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_peer_id(seed: AquaVmBytes, peer_id: *mut *mut AquaVmBuffer) -> AquaVmStatus {
    let make = || {
        // SAFETY: the caller's promise is the same.
        let seed = unsafe { seed.read() }?;
        let seed = <[u8; 32]>::try_from(seed).map_err(|_| MALFORMED)?;
        Ok(AquaVmBuffer(
            KeyPair::from_seed(seed).peer_id().to_string().into_bytes(),
        ))
    };
    // SAFETY: likewise.
    unsafe { guarded(peer_id, make) }
}
