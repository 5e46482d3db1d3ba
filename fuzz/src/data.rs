//! Fuzzes the decoder and the verification of particle data.

use aqua_keys::KeyPair;
use aqua_vm::{Params, Program, State, step};

/// Decodes, encodes and verifies particle data.
pub fn run(bytes: &[u8]) {
    let Ok(state) = State::decode(bytes) else { return };
    assert!(
        state.size() <= 64 * bytes.len() + 4096,
        "{} bytes take {}",
        bytes.len(),
        state.size()
    );
    let encoded = state.encode();
    assert_eq!(State::decode(&encoded).as_ref().ok(), Some(&state));

    let key = KeyPair::from_seed([1; 32]);
    let params = Params::new("particle", key.peer_id(), key);
    let program = Program::from_air("(null)").expect("valid");
    let outcome = step(&program, &State::default(), bytes, &[].into(), &params);
    let known = step(&program, &state, &encoded, &[].into(), &params);
    for outcome in [outcome, known] {
        assert!(outcome.error.is_none_or(|error| error.code != 0 && !error.message.is_empty()));
    }
}
