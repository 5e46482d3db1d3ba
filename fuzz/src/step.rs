//! Steps with a script, a state, arriving data and results that an enemy chose.

use crate::scene::Scene;
use aqua_vm::{CallError, CallResult, CallRequest, Outcome, Params, Program, State, step};
use std::collections::BTreeMap;

/// Plays a scene.
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

/// A step, and further ones with answers to what it asked for: the first alone, then the others.
pub(crate) fn steps(
    program: &Program,
    state: &State,
    incoming: &[u8],
    results: &BTreeMap<u32, CallResult>,
    params: &Params,
) {
    let begun = checked_step(program, state, incoming, results, params);
    let mut answers: BTreeMap<u32, CallResult> = begun.call_requests.iter().map(|(id, it)| (*id, answer(it))).collect();
    let mut state = begun.state.clone();
    if let Some(first) = answers.pop_first() {
        state = checked_step(program, &state, &[], &[first].into(), params).state;
    }
    if !answers.is_empty() {
        state = checked_step(program, &state, &[], &answers, params).state;
    }
    // What this peer made comes back to it.
    checked_step(program, &state, &begun.state.encode(), &[].into(), params);
}

/// Numbers of runs that are too large or too long. One that goes on where it waited takes less than one from the beginning.
const TOO_MUCH: [i64; 2] = [20_104, 20_106];

/// A step, with the laws that hold for all of them.
fn checked_step(
    program: &Program,
    state: &State,
    incoming: &[u8],
    results: &BTreeMap<u32, CallResult>,
    params: &Params,
) -> Outcome {
    let outcome = step(program, state, incoming, results, params);
    // From the bare data, so that the whole script runs.
    let judge = step(program, &State::new(state.data().clone()), incoming, results, params);
    if !TOO_MUCH.contains(&judge.code()) {
        assert_eq!(outcome.code(), judge.code(), "a step is a function of the data");
        assert_eq!(outcome.message(), judge.message());
        assert_eq!(outcome.next_peers, judge.next_peers);
        assert_eq!(outcome.call_requests, judge.call_requests);
        assert_eq!(outcome.state, judge.state, "a step is a function of the data");
    }
    if !matches!(outcome.code(), 0 | 10_000..20_000 | 30_000..) {
        assert_eq!(&outcome.state, state, "a step that failed leaves the state as it was");
        assert!(outcome.next_peers.is_empty() && outcome.call_requests.is_empty());
    }
    let encoded = outcome.state.encode();
    let (length, size) = (encoded.len(), outcome.state.size());
    assert!(
        length <= size + 512,
        "a state tells its size: {length} bytes are not {size}, {outcome:?}"
    );
    let decoded = State::decode(&encoded);
    assert_eq!(
        decoded.ok().as_ref(),
        Some(&outcome.state),
        "decoding reverses encoding"
    );
    outcome
}

/// What services say: `fail` fails, `list` gives its arguments, others their first one.
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
