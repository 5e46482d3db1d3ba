//! The machine over bytes, in the formats of the official interpreter.
//!
//! An embedder of the official interpreter can call [`invoke`] instead: same parameters, same bytes in, same bytes out (AIR
//! VM specification §5.1). Call requests and results are `MessagePack` maps after the number of their codec; use
//! [`decode_call_requests`] and [`encode_call_results`]. [`json`] is the same function over lines of JSON.
//!
//! Errors have the numbers and messages of §5.4. The first check that fails is reported (§4.5): sizes of script and
//! incoming data (10), envelopes (3, 4), version (6), archives (2), content ids and signatures (8, 9), script (1), call
//! results (5) and their sizes (10), key (7), then errors of the run.

mod calls;
pub mod json;
mod message_pack;

pub(crate) use calls::TextResult;
pub use calls::{FlatCallResult, decode_call_requests, encode_call_results};

use crate::data::INTERPRETER_VERSION;
use crate::state::Arriving;
use crate::step::{Prepared, Results, check_results, check_sizes, refuse, run};
use crate::{CanonMapFold, KeyError, LimitFlags, Limits, Outcome, Params, PreparationError, Program, State, Trust};
use aqua_keys::KeyPair;

/// Version of the official interpreter that the flat form replaces, as written to every envelope.
#[must_use]
pub fn interpreter_version() -> String {
    INTERPRETER_VERSION.to_string()
}

/// The parameters in the order of the official record, and two options of this machine.
#[derive(Debug, Clone)]
pub struct RunParameters {
    /// The peer that made the particle.
    pub init_peer_id: String,
    /// The peer that runs.
    pub current_peer_id: String,
    /// In milliseconds.
    pub timestamp: u64,
    /// In milliseconds.
    pub ttl: u32,
    /// Algorithm of the key: 0 for Ed25519, the only supported one.
    pub key_format: u8,
    /// Seed of the key, 32 bytes.
    pub secret_key_bytes: Vec<u8>,
    /// Id of the particle; signatures cover it.
    pub particle_id: String,
    /// Sizes and whether they are enforced.
    pub limits: Limits,
    /// What `fold` over a whole canonical map visits.
    pub canon_map_fold: CanonMapFold,
    /// Whether data is verified and signed.
    pub trust: Trust,
}

/// The outcome in the order of the official record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatOutcome {
    /// 0, or the number of the error.
    pub ret_code: i64,
    /// Text of the error.
    pub error_message: String,
    /// New particle data, or the previous bytes if the step failed.
    pub data: Vec<u8>,
    /// The peers that the particle goes to next, sorted and unique.
    pub next_peer_pks: Vec<String>,
    /// Calls of local services. See [`decode_call_requests`].
    pub call_requests: Vec<u8>,
    /// Sizes above their limits.
    pub flags: LimitFlags,
}

/// Runs a script once over data in wire form.
///
/// `prev_data` is the data of this peer's last run, `data` is incoming; either may be empty. `call_results` is the output
/// of [`encode_call_results`].
#[must_use]
pub fn invoke(
    air: &str,
    prev_data: &[u8],
    data: &[u8],
    parameters: &RunParameters,
    call_results: &[u8],
) -> FlatOutcome {
    let outcome = try_invoke(air, prev_data, data, parameters, call_results)
        .unwrap_or_else(|(error, flags)| refuse(&State::default(), &error, flags));
    // A failed run returns the previous data unchanged.
    let is_new = matches!(outcome.code(), 0 | 10_000..20_000 | 30_000..);
    FlatOutcome {
        ret_code: outcome.code(),
        data: if is_new {
            outcome.state.encode()
        } else {
            prev_data.to_vec()
        },
        call_requests: calls::encode_call_requests(&outcome.call_requests),
        error_message: outcome.error.map(|error| error.message).unwrap_or_default(),
        next_peer_pks: outcome.next_peers,
        flags: outcome.flags,
    }
}

/// Checks in the order of the official interpreter. The first that fails decides the error.
fn try_invoke(
    air: &str,
    prev_data: &[u8],
    data: &[u8],
    parameters: &RunParameters,
    call_results: &[u8],
) -> Result<Outcome, (PreparationError, LimitFlags)> {
    let limits = &parameters.limits;
    let mut flags = check_sizes(air.len() as u64, data, limits).map_err(|error| (error, LimitFlags::default()))?;
    prepare_and_run(air, prev_data, data, parameters, call_results, &mut flags).map_err(|error| (error, flags))
}

fn prepare_and_run(
    air: &str,
    prev_data: &[u8],
    data: &[u8],
    parameters: &RunParameters,
    call_results: &[u8],
    flags: &mut LimitFlags,
) -> Result<Outcome, PreparationError> {
    let previous = Arriving::open(prev_data)?;
    let current = Arriving::open(data)?;
    current.check_version()?;
    let state = State::new(previous.read()?);
    let current = current.read()?;
    // Official machines check the key last.
    let key = key_pair(parameters);
    let own = key.as_ref().ok();
    let prepared = Prepared::new(&state, current, &parameters.particle_id, own, parameters.trust)?;
    let program = Program::from_air(air).map_err(|error| PreparationError::Script(error.official_report(air)))?;
    let results = calls::decode_call_results(call_results).map_err(PreparationError::CallResults)?;
    let limit = parameters.limits.call_result_size;
    let is_too_long = results.values().any(|result| result.result.len() as u64 > limit);
    check_results(is_too_long, flags, &parameters.limits)?;
    let results = Results {
        by_id: calls::read_texts(&results),
        texts: results,
    };
    let params = Params {
        init_peer_id: parameters.init_peer_id.as_str().into(),
        current_peer_id: parameters.current_peer_id.as_str().into(),
        timestamp: parameters.timestamp,
        ttl: parameters.ttl,
        particle_id: parameters.particle_id.as_str().into(),
        key: key.map_err(PreparationError::KeyPair)?,
        limits: parameters.limits,
        canon_map_fold: parameters.canon_map_fold,
        trust: parameters.trust,
    };
    Ok(run(&program, &state, prepared, results, *flags, &params, false))
}

fn key_pair(parameters: &RunParameters) -> Result<KeyPair, KeyError> {
    match parameters.key_format {
        0 => <[u8; 32]>::try_from(&parameters.secret_key_bytes[..])
            .map(KeyPair::from_seed)
            .map_err(|_| KeyError::Length),
        1 => Err(KeyError::RsaPair),
        2 => Err(KeyError::Algorithm("Secp256k1")),
        _ => Err(KeyError::Format),
    }
}
