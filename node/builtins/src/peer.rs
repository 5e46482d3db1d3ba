//! `peer`: who the called peer is, what time it has and which peers it is connected with.

use crate::arguments::read;
use crate::{Arguments as _, no_result};
use aqua_keys::PeerId;
use aqua_peer::{Answer, Call, Function, Functions, Nanos, View, failure};
use aqua_values::Value;
use aqua_vm::CallError;

pub(crate) fn register(functions: &mut Functions) {
    for function in ["identify", "is_connected", "connect", "get_contact"] {
        functions.register("peer", function, Function::World);
    }
    functions.register(
        "peer",
        "timestamp_ms",
        Function::Local(|view, _| Ok(view.now.unix_ms.into()).into()),
    );
    functions.register(
        "peer",
        "timestamp_sec",
        Function::Local(|view, _| Ok((view.now.unix_ms / 1000).into()).into()),
    );
    functions.register(
        "peer",
        "timeout",
        Function::Local(|view, call| timeout(view, call).unwrap_or_else(|error| Err(error).into())),
    );
}

/// Answers with the message when so many milliseconds have passed, unless the particle expires before.
fn timeout(view: &View<'_>, call: &Call) -> Result<Answer, CallError> {
    let duration = match call.argument(0, "duration_ms")? {
        Value::String(text) => text.parse().map_err(|_| {
            failure(format!(
                "Error deserializing field 'duration_ms': expected u64, got \"{text}\""
            ))
        })?,
        number => read("duration_ms", &number)?,
    };
    let message: Option<String> = call.option(1, "message")?;
    let end = view.now.monotonic + Nanos::from_millis(duration);
    Ok(Answer::At(end, Ok(message.map_or_else(no_result, Value::from))))
}

/// The peer that the first argument names.
pub(crate) fn peer_id(call: &Call) -> Result<PeerId, CallError> {
    let text: String = call.argument(0, "peer_id")?;
    text.parse().map_err(|error| {
        failure(format!(
            "Error deserializing field 'peer_id': expected a peer id, got \"{text}\": {error}"
        ))
    })
}
