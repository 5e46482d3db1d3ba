//! Call requests and results as bytes: `MessagePack` maps after the number of their codec (AIR VM specification §5.3).

use crate::{CallError, CallRequest, CallResult, CallResultsError, Tetraplets};
use aqua_values::Value;
use ecow::EcoString;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Codec of call requests and results: `MessagePack`.
const MESSAGE_PACK: u64 = 0x0201;
/// The number as encoded before the payload.
const MESSAGE_PACK_PREFIX: [u8; 2] = [0x81, 0x04];

/// What a service answered, as official interpreters take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlatCallResult {
    /// 0 for success, otherwise the service's error code.
    pub ret_code: i32,
    /// The JSON text of the value, or the text of the error. A text that is not JSON counts as an error of the service.
    pub result: String,
}

impl From<&FlatCallResult> for CallResult {
    fn from(FlatCallResult { ret_code, result }: &FlatCallResult) -> Self {
        match ret_code {
            0 => Value::parse(result).map_err(|error| CallError::unreadable(result, &error)),
            code => Err(CallError {
                code: *code,
                message: result.as_str().into(),
            }),
        }
    }
}

impl FlatCallResult {
    /// The text of a value has at most `limit` bytes; what would be longer, or nests too deep, gets a sentence in its place.
    pub(crate) fn limited(result: &CallResult, limit: usize) -> Self {
        match result {
            Ok(value) => Self {
                ret_code: 0,
                result: value.to_text(limit).unwrap_or_else(|error| error.to_string()),
            },
            Err(CallError { code, message }) => Self {
                ret_code: *code,
                result: message.as_str().to_owned(),
            },
        }
    }
}

impl From<&CallResult> for FlatCallResult {
    fn from(result: &CallResult) -> Self {
        Self::limited(result, usize::MAX)
    }
}

/// Results of services by call id, as bytes.
#[must_use]
pub fn encode_call_results(results: &BTreeMap<u32, FlatCallResult>) -> Vec<u8> {
    encode_named_results(results.iter().map(|(id, result)| (id.to_string(), result)))
}

/// Results of services by the text of the call id.
pub(super) fn encode_named_results<'r>(results: impl Iterator<Item = (String, &'r FlatCallResult)>) -> Vec<u8> {
    with_prefix(&results.collect::<BTreeMap<_, _>>())
}

/// Results of services by the text of the call id.
pub(super) fn decode_call_results(bytes: &[u8]) -> Result<BTreeMap<String, FlatCallResult>, CallResultsError> {
    without_prefix(bytes)
}

#[derive(Serialize, Deserialize)]
struct FlatCallRequest {
    service_id: EcoString,
    function_name: EcoString,
    #[serde(with = "serde_bytes")]
    arguments: Vec<u8>,
    #[serde(with = "serde_bytes")]
    tetraplets: Vec<u8>,
}

pub(super) fn encode_call_requests(requests: &BTreeMap<u32, CallRequest>) -> Vec<u8> {
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

/// Decodes the call requests of a [`FlatOutcome`](super::FlatOutcome).
///
/// # Errors
/// The bytes are not call requests.
pub fn decode_call_requests(bytes: &[u8]) -> Result<BTreeMap<u32, CallRequest>, CallResultsError> {
    let requests: BTreeMap<u32, FlatCallRequest> = without_prefix(bytes)?;
    requests
        .into_iter()
        .map(|(id, flat)| {
            let tetraplets: Vec<Tetraplets> =
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
