//! Call requests and results in wire form, for callers without a `MessagePack` library.

use crate::bytes::{AquaVmBuffer, AquaVmBytes};
use crate::status::{AquaVmStatus, MALFORMED, NULL, OK, OUT_OF_RANGE, free, guarded};
use aqua_vm::CallRequest;
use aqua_vm::flat::{self, FlatCallResult};

/// Call requests that were read.
#[derive(Debug)]
pub struct AquaVmCallRequests(Vec<Texts>);

/// The parts of one call request.
#[derive(Debug)]
struct Texts {
    id: u32,
    service_id: String,
    function_name: String,
    arguments: String,
    tetraplets: String,
}

/// A call request. The header documents the fields.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "documented in the header")]
pub struct AquaVmCallRequest {
    pub id: u32,
    pub service_id: AquaVmBytes,
    pub function_name: AquaVmBytes,
    pub arguments: AquaVmBytes,
    pub tetraplets: AquaVmBytes,
}

/// A service result. The header documents the fields.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "documented in the header")]
pub struct AquaVmCallResult {
    pub id: u32,
    pub ret_code: i32,
    pub result: AquaVmBytes,
}

impl Texts {
    fn of((id, request): (u32, CallRequest)) -> Result<Self, serde_json::Error> {
        Ok(Self {
            id,
            arguments: serde_json::to_string(&request.arguments)?,
            tetraplets: serde_json::to_string(&request.tetraplets)?,
            service_id: request.service_id.into(),
            function_name: request.function_name.into(),
        })
    }
}

/// Reads call requests.
///
/// # Safety
/// `bytes` can be read; `requests` is NULL or may be written through.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_call_requests_read(
    bytes: AquaVmBytes,
    requests: *mut *mut AquaVmCallRequests,
) -> AquaVmStatus {
    let make = || {
        // SAFETY: the caller promises that the bytes can be read.
        let bytes = unsafe { bytes.read() }?;
        let requests = flat::decode_call_requests(bytes).map_err(|_| MALFORMED)?;
        let texts = requests.into_iter().map(Texts::of).collect::<Result<_, _>>();
        texts.map(AquaVmCallRequests).map_err(|_| MALFORMED)
    };
    // SAFETY: the caller promises that `requests` is NULL or may be written through.
    unsafe { guarded(requests, make) }
}

/// The number of call requests.
///
/// # Safety
/// `requests` is NULL or was made by this library and not given back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_call_requests_count(requests: *const AquaVmCallRequests) -> usize {
    // SAFETY: it is NULL or points to call requests, which don't change once they are made.
    let requests = unsafe { requests.as_ref() };
    requests.map_or(0, |requests| requests.0.len())
}

/// One of the call requests.
///
/// # Safety
/// `requests` is NULL or was made by this library and has not been freed; `request` is NULL or may be written through.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_call_requests_get(
    requests: *const AquaVmCallRequests,
    index: usize,
    request: *mut AquaVmCallRequest,
) -> AquaVmStatus {
    // SAFETY: it is NULL or points to call requests, which don't change once they are made.
    let requests = unsafe { requests.as_ref() };
    let Some(requests) = requests.filter(|_| !request.is_null()) else {
        return NULL;
    };
    let Some(texts) = requests.0.get(index) else {
        return OUT_OF_RANGE;
    };
    let view = AquaVmCallRequest {
        id: texts.id,
        service_id: AquaVmBytes::of(texts.service_id.as_bytes()),
        function_name: AquaVmBytes::of(texts.function_name.as_bytes()),
        arguments: AquaVmBytes::of(texts.arguments.as_bytes()),
        tetraplets: AquaVmBytes::of(texts.tetraplets.as_bytes()),
    };
    // SAFETY: it is not NULL, and the header requires that a request can be written to it.
    unsafe { request.write(view) };
    OK
}

/// Frees call requests.
///
/// # Safety
/// `requests` is NULL, or was made by this library and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_call_requests_free(requests: *mut AquaVmCallRequests) {
    // SAFETY: the caller's promise is the same.
    unsafe { free(requests) };
}

/// Writes results.
///
/// # Safety
/// If `results` is not NULL, `count` results can be read from it on, and the views in them; `bytes` is NULL or may be
/// written through.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aqua_vm_call_results_write(
    results: *const AquaVmCallResult,
    count: usize,
    bytes: *mut *mut AquaVmBuffer,
) -> AquaVmStatus {
    let make = || {
        let results = match count {
            0 => &[],
            _ if results.is_null() => return Err(NULL),
            _ if count > isize::MAX as usize / size_of::<AquaVmCallResult>() => return Err(OUT_OF_RANGE),
            // SAFETY: not NULL, not larger than an object can be, and the caller promises that so many can be read. C
            // aligns its own structures.
            _ => unsafe { std::slice::from_raw_parts(results, count) },
        };
        let results = results.iter().map(|field| {
            // SAFETY: the caller promises that the views can be read.
            let result = unsafe { field.result.read_text() }?.to_owned();
            let ret_code = field.ret_code;
            Ok((field.id, FlatCallResult { ret_code, result }))
        });
        let results = results.collect::<Result<_, AquaVmStatus>>()?;
        Ok(AquaVmBuffer(flat::encode_call_results(&results)))
    };
    // SAFETY: the caller promises that `bytes` is NULL or may be written through.
    unsafe { guarded(bytes, make) }
}
