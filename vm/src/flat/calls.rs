//! Call requests and results as bytes: `MessagePack` maps after the number of their codec (AIR VM specification §5.3).

use super::message_pack;
use crate::digests::digests;
use crate::execution::{Answer, ItemValue};
use crate::{CallError, CallRequest, CallResult, CallResultsError, Cid, Tetraplets};
use aqua_values::{Value, canonicalise, is_canonical};
use ecow::EcoString;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

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
        read_text(*ret_code, result)
    }
}

fn read_text(ret_code: i32, result: &str) -> CallResult {
    match ret_code {
        0 => Value::parse(result).map_err(|error| CallError::unreadable(result, &error)),
        code => Err(CallError {
            code,
            message: result.into(),
        }),
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

/// A [`FlatCallResult`] within the bytes that it was decoded from. Error messages quote its name.
#[derive(Debug, Deserialize)]
#[serde(rename = "FlatCallResult")]
pub(crate) struct TextResult<'b> {
    ret_code: i32,
    #[serde(borrow)]
    pub(super) result: Cow<'b, str>,
}

impl TextResult<'_> {
    /// The canonical text of the value, if it can be made without the value.
    fn canonical_text(&self) -> Option<EcoString> {
        match self.ret_code {
            0 if is_canonical(&self.result) => Some((&*self.result).into()),
            0 => canonicalise(&self.result).map(EcoString::from),
            _ => None,
        }
    }

    pub(crate) fn to_owned(&self) -> FlatCallResult {
        FlatCallResult {
            ret_code: self.ret_code,
            result: self.result.clone().into_owned(),
        }
    }
}

/// Results of services by the text of the call id.
pub(super) fn decode_call_results(bytes: &[u8]) -> Result<BTreeMap<String, TextResult<'_>>, CallResultsError> {
    without_prefix(bytes)
}

/// The answers of services. Their canonical texts are hashed together; they are not parsed.
pub(super) fn read_texts(results: &BTreeMap<String, TextResult<'_>>) -> BTreeMap<String, Answer> {
    let texts: Vec<Option<EcoString>> = results.values().map(TextResult::canonical_text).collect();
    let canonical: Vec<&[u8]> = texts.iter().flatten().map(|text| text.as_bytes()).collect();
    let mut cids = digests(&canonical).into_iter().map(|digest| Cid::of_digest(&digest));
    let answers = results.iter().zip(&texts).map(|((id, result), text)| {
        let identified = text.as_ref().and_then(|text| Some((text.clone(), cids.next()?)));
        let answer = match identified {
            Some((text, cid)) => Ok(ItemValue::of_identified(text, cid)),
            None => read_text(result.ret_code, &result.result).map(ItemValue::from),
        };
        (id.clone(), answer)
    });
    answers.collect()
}

/// Bytes that are reserved at most for requests that may be alike.
const ALIKE: usize = 4 << 20;

/// Call requests by call id, as bytes. The arguments and the tetraplets are `MessagePack` of their own.
pub(super) fn encode_call_requests(requests: &BTreeMap<u32, CallRequest>) -> Vec<u8> {
    let mut out = MESSAGE_PACK_PREFIX.to_vec();
    let mut part = Vec::new();
    message_pack::write_map_head(&mut out, requests.len());
    for (index, (id, request)) in requests.iter().enumerate() {
        if index == 1 {
            // Requests of one run are often alike.
            out.reserve((out.len() + out.len() / 8).saturating_mul(requests.len()).min(ALIKE));
        }
        message_pack::write_unsigned(&mut out, u64::from(*id));
        message_pack::write_map_head(&mut out, 4);
        for (name, text) in [
            ("service_id", &request.service_id),
            ("function_name", &request.function_name),
        ] {
            message_pack::write_text(&mut out, name);
            message_pack::write_text(&mut out, text);
        }
        part.clear();
        message_pack::write_array_head(&mut part, request.arguments.len());
        for argument in &request.arguments {
            message_pack::write_value(&mut part, argument);
        }
        message_pack::write_text(&mut out, "arguments");
        message_pack::write_bytes(&mut out, &part);
        part.clear();
        write_tetraplets(&mut part, &request.tetraplets);
        message_pack::write_text(&mut out, "tetraplets");
        message_pack::write_bytes(&mut out, &part);
    }
    out
}

/// The tetraplets of all arguments. Adjacent arguments often share them.
fn write_tetraplets(out: &mut Vec<u8>, arguments: &[Tetraplets]) {
    message_pack::write_array_head(out, arguments.len());
    let mut before: Option<(&Tetraplets, Range<usize>)> = None;
    for tetraplets in arguments {
        let start = out.len();
        match &before {
            Some((same, written)) if same.as_ptr() == tetraplets.as_ptr() && same.len() == tetraplets.len() => {
                out.extend_from_within(written.clone());
            }
            _ => {
                message_pack::write_array_head(out, tetraplets.len());
                for tetraplet in tetraplets {
                    message_pack::write_tetraplet(out, tetraplet);
                }
            }
        }
        before = Some((tetraplets, start..out.len()));
    }
}

#[derive(Deserialize)]
struct FlatCallRequest {
    service_id: EcoString,
    function_name: EcoString,
    #[serde(with = "serde_bytes")]
    arguments: Vec<u8>,
    #[serde(with = "serde_bytes")]
    tetraplets: Vec<u8>,
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

fn with_prefix(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = MESSAGE_PACK_PREFIX.to_vec();
    rmp_serde::encode::write_named(&mut bytes, value).expect("texts always serialise");
    bytes
}

fn without_prefix<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, CallResultsError> {
    let (codec, payload) = unsigned_varint::decode::u64(bytes).map_err(CallResultsError::Varint)?;
    if codec != MESSAGE_PACK {
        return Err(CallResultsError::Codec(codec));
    }
    rmp_serde::from_slice(payload).map_err(CallResultsError::Format)
}
