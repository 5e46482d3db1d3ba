//! The flat form as lines: a JSON object in, a JSON object out.
//!
//! A request has the fields of [`invoke`]:
//!
//! ```json
//! {"air": "(null)", "prev_data": "", "data": "",
//!  "params": {"init_peer_id": "12D3…", "current_peer_id": "12D3…", "timestamp": 0, "ttl": 7000, "key_format": 0,
//!             "secret_key": "<32 bytes>", "particle_id": "p"},
//!  "call_results": {"1": {"ret_code": 0, "result": "\"JSON text\""}}}
//! ```
//!
//! Bytes are base64 with the standard alphabet; padding is optional. `prev_data`, `data` and `call_results` default to
//! empty. An unknown field is an error. Further fields of `params` are optional:
//!
//! | field | meaning | default |
//! |---|---|---|
//! | `air_size_limit`, `particle_size_limit`, `call_result_size_limit` | sizes in bytes, as in [`Limits`] | those of [`Limits`] |
//! | `hard_limit_enabled` | whether a size above its limit is an error | `false` |
//! | `run_size_limit`, `run_length_limit` | the largest memory of a run in bytes, and number of instructions | those of [`Limits`] |
//! | `canon_map_fold` | `"every_entry"` or `"last_of_each_key"`, as in [`CanonMapFold`] | `"every_entry"` |
//! | `trust` | `"verify"` or `"ignore"`, as in [`Trust`] | `"verify"` |
//!
//! Instead of `call_results`, `raw_call_results` may hold their bytes.
//!
//! The reply has the fields of [`FlatOutcome`]:
//!
//! ```json
//! {"ret_code": 0, "error_message": "", "data": "g6d2…", "next_peers": ["12D3…"],
//!  "call_requests": {"1": {"service_id": "s", "function_name": "f", "arguments": [1],
//!                          "tetraplets": [[{"peer_pk": "12D3…", "service_id": "", "function_name": "", "lens": ""}]]}},
//!  "soft_limits": {"air_size_limit_exceeded": false, "particle_size_limit_exceeded": false,
//!                  "call_result_size_limit_exceeded": false}}
//! ```
//!
//! An invalid request gets a reply with −1 for `ret_code`, a sentence in `error_message`, and `"failure": "request"`;
//! nothing ran. `"failure": "panic"` is a bug of the machine; the panic does not reach the caller.

use super::{FlatCallResult, FlatOutcome, RunParameters, calls, decode_call_requests, invoke};
use crate::{CallRequest, CanonMapFold, LimitFlags, Limits, Tetraplets, Trust};
use aqua_values::Value;
use data_encoding::{BASE64, BASE64_NOPAD};
use ecow::EcoString;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::catch_unwind;

/// The code of a reply to an invalid request.
const FAILURE: i64 = -1;

/// Handles a line. The reply has no line break, neither in it nor at its end. Never panics.
#[must_use]
pub fn answer(line: &[u8]) -> String {
    answer_by(line, Request::invoke)
}

/// The reply to a request that could not be read, such as a line that is too long.
#[must_use]
pub fn refusal(reason: &str) -> String {
    text(&Reply::failed("request", reason.to_owned()))
}

fn answer_by(line: &[u8], run: fn(&Request) -> FlatOutcome) -> String {
    if !line.trim_ascii_start().starts_with(b"{") {
        return refusal("this is no request: it is no JSON object");
    }
    let request: Request = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => return refusal(&format!("this is no request: {error}")),
    };
    if request.raw_call_results.is_some() && !request.call_results.is_empty() {
        return refusal("this is no request: it has both call_results and raw_call_results");
    }
    match catch_unwind(|| text(&Reply::of(&run(&request)))) {
        Ok(reply) => reply,
        Err(_) => text(&Reply::failed(
            "panic",
            "the machine panicked: this is a bug in it".to_owned(),
        )),
    }
}

fn text(reply: &Reply) -> String {
    serde_json::to_string(reply).expect("names are texts and numbers are finite")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    air: String,
    #[serde(default)]
    prev_data: Bytes,
    #[serde(default)]
    data: Bytes,
    params: Parameters,
    #[serde(default)]
    call_results: BTreeMap<String, ResultField>,
    raw_call_results: Option<Bytes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    init_peer_id: String,
    current_peer_id: String,
    timestamp: u64,
    ttl: u32,
    key_format: u8,
    secret_key: Bytes,
    particle_id: String,
    air_size_limit: Option<u64>,
    particle_size_limit: Option<u64>,
    call_result_size_limit: Option<u64>,
    run_size_limit: Option<u64>,
    run_length_limit: Option<u64>,
    #[serde(default)]
    hard_limit_enabled: bool,
    canon_map_fold: Option<CanonMapFoldField>,
    trust: Option<TrustField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResultField {
    ret_code: i32,
    result: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CanonMapFoldField {
    EveryEntry,
    LastOfEachKey,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TrustField {
    Verify,
    Ignore,
}

impl Request {
    fn invoke(&self) -> FlatOutcome {
        let results = self.raw_call_results.as_ref().map_or_else(
            || {
                let results = self.call_results.iter().map(|(id, field)| {
                    let (ret_code, result) = (field.ret_code, field.result.clone());
                    (id.clone(), FlatCallResult { ret_code, result })
                });
                let results: BTreeMap<String, FlatCallResult> = results.collect();
                calls::encode_named_results(results.iter().map(|(id, result)| (id.clone(), result)))
            },
            |bytes| bytes.0.clone(),
        );
        invoke(
            &self.air,
            &self.prev_data.0,
            &self.data.0,
            &self.params.to_run_parameters(),
            &results,
        )
    }
}

impl Parameters {
    fn to_run_parameters(&self) -> RunParameters {
        let defaults = Limits::default();
        RunParameters {
            init_peer_id: self.init_peer_id.clone(),
            current_peer_id: self.current_peer_id.clone(),
            timestamp: self.timestamp,
            ttl: self.ttl,
            key_format: self.key_format,
            secret_key_bytes: self.secret_key.0.clone(),
            particle_id: self.particle_id.clone(),
            limits: Limits {
                air_size: self.air_size_limit.unwrap_or(defaults.air_size),
                particle_size: self.particle_size_limit.unwrap_or(defaults.particle_size),
                call_result_size: self.call_result_size_limit.unwrap_or(defaults.call_result_size),
                run_size: self.run_size_limit.unwrap_or(defaults.run_size),
                run_length: self.run_length_limit.unwrap_or(defaults.run_length),
                hard: self.hard_limit_enabled,
            },
            canon_map_fold: match self.canon_map_fold {
                None | Some(CanonMapFoldField::EveryEntry) => CanonMapFold::EveryEntry,
                Some(CanonMapFoldField::LastOfEachKey) => CanonMapFold::LastOfEachKey,
            },
            trust: match self.trust {
                None | Some(TrustField::Verify) => Trust::Verify,
                Some(TrustField::Ignore) => Trust::Ignore,
            },
        }
    }
}

/// Bytes encoded as base64.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Base64;

        impl Visitor<'_> for Base64 {
            type Value = Bytes;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("bytes in base64")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes, E> {
                let encoding = if text.ends_with('=') { BASE64 } else { BASE64_NOPAD };
                let bytes = encoding.decode(text.as_bytes());
                bytes
                    .map(Bytes)
                    .map_err(|error| E::custom(format_args!("not base64: {error}")))
            }
        }

        deserializer.deserialize_str(Base64)
    }
}

#[derive(Serialize)]
struct Reply {
    ret_code: i64,
    error_message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'static str>,
    data: String,
    next_peers: Vec<String>,
    call_requests: BTreeMap<u32, RequestField>,
    soft_limits: SoftLimits,
}

#[derive(Serialize)]
struct RequestField {
    service_id: EcoString,
    function_name: EcoString,
    arguments: Vec<Value>,
    tetraplets: Vec<Tetraplets>,
}

#[derive(Serialize, Default)]
struct SoftLimits {
    air_size_limit_exceeded: bool,
    particle_size_limit_exceeded: bool,
    call_result_size_limit_exceeded: bool,
}

impl Reply {
    fn of(outcome: &FlatOutcome) -> Self {
        let requests = decode_call_requests(&outcome.call_requests).expect("own bytes");
        Self {
            ret_code: outcome.ret_code,
            error_message: outcome.error_message.clone(),
            failure: None,
            data: BASE64.encode(&outcome.data),
            next_peers: outcome.next_peer_pks.clone(),
            call_requests: requests.into_iter().map(|(id, request)| (id, request.into())).collect(),
            soft_limits: outcome.flags.into(),
        }
    }

    fn failed(failure: &'static str, error_message: String) -> Self {
        Self {
            ret_code: FAILURE,
            error_message,
            failure: Some(failure),
            data: String::new(),
            next_peers: Vec::new(),
            call_requests: BTreeMap::new(),
            soft_limits: SoftLimits::default(),
        }
    }
}

impl From<CallRequest> for RequestField {
    fn from(request: CallRequest) -> Self {
        Self {
            service_id: request.service_id,
            function_name: request.function_name,
            arguments: request.arguments,
            tetraplets: request.tetraplets,
        }
    }
}

impl From<LimitFlags> for SoftLimits {
    fn from(flags: LimitFlags) -> Self {
        Self {
            air_size_limit_exceeded: flags.air_size_exceeded,
            particle_size_limit_exceeded: flags.particle_size_exceeded,
            call_result_size_limit_exceeded: flags.call_result_size_exceeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_machine_is_a_reply() {
        let request =
            br#"{"air": "(null)", "params": {"init_peer_id": "", "current_peer_id": "", "timestamp": 0, "ttl": 0,
            "key_format": 0, "secret_key": "", "particle_id": ""}}"#;
        let reply = answer_by(request, |_| panic!("as a bug would"));
        let expected = r#"{"ret_code":-1,"error_message":"the machine panicked: this is a bug in it","failure":"panic","data":"","next_peers":[],"call_requests":{},"soft_limits":{"air_size_limit_exceeded":false,"particle_size_limit_exceeded":false,"call_result_size_limit_exceeded":false}}"#;
        assert_eq!(reply, expected);
    }
}
