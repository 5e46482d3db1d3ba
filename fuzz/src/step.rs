//! Fuzzes steps with untrusted scripts, states, incoming data and results.

use crate::scene::Scene;
use aqua_vm::{CallError, CallResult, CallRequest, Outcome, Params, Program, State, step};
use std::collections::BTreeMap;

/// Executes a scene.
pub fn run(bytes: &[u8]) {
    let scene = Scene::read(bytes);
    let Ok(program) = Program::from_air(&scene.air) else {
        return;
    };
    let incoming = State::new(scene.current.clone());
    let bytes = incoming.encode();
    assert_eq!(State::decode(&bytes).ok(), Some(incoming), "decoding reverses encoding");
    let bytes = if scene.current.trace.is_empty() {
        Vec::new()
    } else {
        bytes
    };
    let state = State::new(scene.previous.clone());
    let results = scene.results.iter().map(|(id, result)| (*id, result.into())).collect();
    steps(&program, &state, &bytes, &results, &scene.params());
}

/// Executes a step, and further steps with the results of its call requests: first one result, then the others.
pub(crate) fn steps(
    program: &Program,
    state: &State,
    incoming: &[u8],
    results: &BTreeMap<u32, CallResult>,
    params: &Params,
) {
    let first_outcome = checked_step(program, state, incoming, results, params);
    let mut answers: BTreeMap<u32, CallResult> = first_outcome.call_requests.iter().map(|(id, it)| (*id, answer(it))).collect();
    let mut state = first_outcome.state.clone();
    if let Some(first) = answers.pop_first() {
        state = checked_step(program, &state, &[], &[first].into(), params).state;
    }
    if !answers.is_empty() {
        state = checked_step(program, &state, &[], &answers, params).state;
    }
    // The data of this peer comes back to it.
    checked_step(program, &state, &first_outcome.state.encode(), &[].into(), params);
}

/// Error codes of exceeded limits. A resumed run may stay within a limit that a full run exceeds.
const LIMIT_EXCEEDED: [i64; 2] = [20_104, 20_106];

/// Executes a step and checks the invariants.
fn checked_step(
    program: &Program,
    state: &State,
    incoming: &[u8],
    results: &BTreeMap<u32, CallResult>,
    params: &Params,
) -> Outcome {
    let outcome = step(program, state, incoming, results, params);
    // A state without a recording, so that the whole script is executed.
    let reference = step(program, &State::new(state.data().clone()), incoming, results, params);
    if !LIMIT_EXCEEDED.contains(&reference.code()) {
        assert_eq!(outcome.code(), reference.code(), "a step only depends on the data");
        assert_eq!(outcome.message(), reference.message());
        assert_eq!(outcome.next_peers, reference.next_peers);
        assert_eq!(outcome.call_requests, reference.call_requests);
        assert_eq!(outcome.state, reference.state, "a step only depends on the data");
    }
    if !matches!(outcome.code(), 0 | 10_000..20_000 | 30_000..) {
        assert_eq!(&outcome.state, state, "a failed step does not change the state");
        assert!(outcome.next_peers.is_empty() && outcome.call_requests.is_empty());
    }
    let encoded = outcome.state.encode();
    let (length, size) = (encoded.len(), outcome.state.size());
    assert!(
        length <= size + 512,
        "the size of a state covers its encoding: {length} bytes, size {size}, {outcome:?}"
    );
    let decoded = State::decode(&encoded);
    assert_eq!(
        decoded.ok().as_ref(),
        Some(&outcome.state),
        "decoding reverses encoding"
    );
    outcome
}

/// Answers service calls: `fail` fails, `list` returns its arguments, all others their first argument.
pub(crate) fn answer(request: &CallRequest) -> CallResult {
    let value = match request.function_name.as_str() {
        "list" => request.arguments.as_slice().into(),
        _ => request.arguments.first().cloned().unwrap_or_default(),
    };
    if request.function_name == "fail" {
        return Err(CallError {
            code: 1,
            message: value.to_string().into(),
        });
    }
    Ok(value)
}
