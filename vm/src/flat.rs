//! The machine over bytes, in the forms of the official interpreter.
//!
//! An embedder of the official interpreter can call [`invoke`] in its place: same parameters, same bytes in, same bytes
//! out. Call requests and results are `MessagePack` maps behind the number of their codec.

use crate::failure::CallResultsError;
use crate::state::Arriving;
use crate::step::{Prepared, check_results, check_sizes, refuse, run};
use crate::{
    CallRequest, CallResult, CanonMapFold, KeyError, KeyPair, LimitFlags, Limits, Outcome, Params, PreparationError,
    Program, State, Tetraplet, Trust,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Codec of call requests and results: `MessagePack`.
const MESSAGE_PACK: u64 = 0x0201;
/// The number as it stands before the payload.
const MESSAGE_PACK_PREFIX: [u8; 2] = [0x81, 0x04];

/// Parameters in the order of the official record, and two options of this machine.
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
    /// Kind of the key: 0 for ed25519, the only one allowed.
    pub key_format: u8,
    /// Seed of the key, 32 bytes.
    pub secret_key_bytes: Vec<u8>,
    /// Id of the particle; signatures cover it.
    pub particle_id: String,
    /// Sizes and whether they are enforced.
    pub limits: Limits,
    /// What `fold` over a whole canonical map visits.
    pub canon_map_fold: CanonMapFold,
    /// Whether data is checked and signed.
    pub trust: Trust,
}

/// The outcome in the order of the official record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatOutcome {
    /// 0, or the number of the error.
    pub ret_code: i64,
    /// Text of the error.
    pub error_message: String,
    /// New particle data; the previous bytes if the step was undone.
    pub data: Vec<u8>,
    /// Where the particle goes next; sorted, each peer once.
    pub next_peer_pks: Vec<String>,
    /// Calls of local services; see [`decode_call_requests`].
    pub call_requests: Vec<u8>,
    /// Sizes above their limits.
    pub flags: LimitFlags,
}

/// Runs a script once over data in wire form.
///
/// `prev_data` is what the last run of this peer gave, `data` what arrived, either may be empty; `call_results` is the
/// output of [`encode_call_results`].
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
    // What an undone run gives back is the previous data to the byte.
    let is_new = matches!(outcome.ret_code, 0 | 10_000..20_000 | 30_000..);
    FlatOutcome {
        ret_code: outcome.ret_code,
        data: if is_new {
            outcome.state.encode()
        } else {
            prev_data.to_vec()
        },
        call_requests: encode_call_requests(&outcome.call_requests),
        error_message: outcome.error_message,
        next_peer_pks: outcome.next_peers,
        flags: outcome.flags,
    }
}

/// The checks stand in the order of the official interpreter; the first that fails decides the error.
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
    let prepared = Prepared::new(&state, current, &parameters.particle_id, parameters.trust)?;
    let program = Program::from_air(air).map_err(|error| PreparationError::Script(error.official_report(air)))?;
    let results = decode_call_results(call_results).map_err(PreparationError::CallResults)?;
    check_results(results.values(), flags, &parameters.limits)?;
    let params = Params {
        init_peer_id: parameters.init_peer_id.clone(),
        current_peer_id: parameters.current_peer_id.clone(),
        timestamp: parameters.timestamp,
        ttl: parameters.ttl,
        particle_id: parameters.particle_id.clone(),
        key: key_pair(parameters).map_err(PreparationError::KeyPair)?,
        limits: parameters.limits,
        canon_map_fold: parameters.canon_map_fold,
        trust: parameters.trust,
    };
    Ok(run(&program, &state, prepared, results, *flags, &params))
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

#[derive(Serialize, Deserialize)]
struct FlatCallResult {
    ret_code: i32,
    result: String,
}

/// Results of services by call id, as bytes.
#[must_use]
pub fn encode_call_results(results: &BTreeMap<u32, CallResult>) -> Vec<u8> {
    let results: BTreeMap<String, FlatCallResult> = results
        .iter()
        .map(|(id, CallResult { ret_code, result })| {
            (
                id.to_string(),
                FlatCallResult {
                    ret_code: *ret_code,
                    result: result.clone(),
                },
            )
        })
        .collect();
    with_prefix(&results)
}

/// Results of services by the text of the call id.
fn decode_call_results(bytes: &[u8]) -> Result<BTreeMap<String, CallResult>, CallResultsError> {
    let results: BTreeMap<String, FlatCallResult> = without_prefix(bytes)?;
    Ok(results
        .into_iter()
        .map(|(id, FlatCallResult { ret_code, result })| (id, CallResult { ret_code, result }))
        .collect())
}

#[derive(Serialize, Deserialize)]
struct FlatCallRequest {
    service_id: String,
    function_name: String,
    #[serde(with = "serde_bytes")]
    arguments: Vec<u8>,
    #[serde(with = "serde_bytes")]
    tetraplets: Vec<u8>,
}

fn encode_call_requests(requests: &BTreeMap<u32, CallRequest>) -> Vec<u8> {
    let requests: BTreeMap<u32, FlatCallRequest> = requests
        .iter()
        .map(|(id, request)| {
            let flat = FlatCallRequest {
                service_id: request.service_id.clone(),
                function_name: request.function_name.clone(),
                arguments: message_pack(&request.arguments),
                tetraplets: message_pack(&request.tetraplets),
            };
            (*id, flat)
        })
        .collect();
    with_prefix(&requests)
}

/// Reads the call requests of a [`FlatOutcome`].
///
/// # Errors
/// The bytes are no call requests.
pub fn decode_call_requests(bytes: &[u8]) -> Result<BTreeMap<u32, CallRequest>, CallResultsError> {
    let requests: BTreeMap<u32, FlatCallRequest> = without_prefix(bytes)?;
    requests
        .into_iter()
        .map(|(id, flat)| {
            let tetraplets: Vec<Vec<Tetraplet>> =
                rmp_serde::from_slice(&flat.tetraplets).map_err(CallResultsError::Format)?;
            let request = CallRequest {
                service_id: flat.service_id,
                function_name: flat.function_name,
                arguments: rmp_serde::from_slice(&flat.arguments).map_err(CallResultsError::Format)?,
                tetraplets,
            };
            Ok((id, request))
        })
        .collect()
}

fn message_pack(value: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(value).expect("JSON values and texts always serialise")
}

fn with_prefix(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = MESSAGE_PACK_PREFIX.to_vec();
    bytes.extend(message_pack(value));
    bytes
}

fn without_prefix<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, CallResultsError> {
    let (codec, payload) = unsigned_varint::decode::u64(bytes).map_err(CallResultsError::Varint)?;
    if codec != MESSAGE_PACK {
        return Err(CallResultsError::Codec(codec));
    }
    rmp_serde::from_slice(payload).map_err(CallResultsError::Format)
}
