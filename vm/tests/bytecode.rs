//! Bytecode from anywhere: what was verified runs.

use crate::codec::official_data;
use crate::network::{answer, params};
use aqua_air::Bytecode;
use aqua_vm::{Program, State, step};
use proptest::prelude::*;

proptest! {
    /// Whatever is accepted of changed bytecode runs to an outcome, twice the same, and so do the answers to what it asks.
    #[test]
    fn verified_bytecode_runs(
        script in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let scripts = official_data();
        let program = Program::from_air(&scripts[script.index(scripts.len())].0).expect("valid");
        let mut bytes = program.code().encode();
        for (offset, byte) in changes {
            let offset = offset.index(bytes.len());
            bytes[offset] = byte;
        }
        if let Ok(code) = Bytecode::decode(&bytes) {
            let program = Program::new(code, bytes.len() as u64);
            let params = params(1);
            let first = step(&program, &State::default(), &[], &[].into(), &params);
            let results = first.call_requests.iter().map(|(id, request)| (*id, answer(request))).collect();
            let second = step(&program, &first.state, &[], &results, &params);
            let again = step(&program, &first.state, &[], &results, &params);
            prop_assert_eq!(second.state.encode(), again.state.encode());
            prop_assert_eq!(second.message(), again.message());
        }
    }
}
