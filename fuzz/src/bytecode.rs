//! Fuzzes the bytecode decoder and executes the result.

use crate::step::steps;
use aqua_air::Bytecode;
use aqua_keys::KeyPair;
use aqua_vm::{Params, Program, State};

/// Decodes bytecode and executes it.
pub fn run(bytes: &[u8]) {
    let Ok(bytecode) = Bytecode::decode(bytes) else { return };
    assert_eq!(bytecode.encode(), bytes, "each script has one encoding");
    let script = bytecode.disassemble();
    let text = aqua_air::print(&script);
    assert_eq!(aqua_air::parse(&text), Ok(script), "{text}");

    let key = KeyPair::from_seed([1; 32]);
    let mut params = Params::new("particle", key.peer_id(), key);
    params.limits.run_size = 1 << 24;
    params.limits.run_length = 1 << 16;
    let program = Program::new(bytecode, text.len() as u64);
    steps(&program, &State::default(), &[], &[].into(), &params);
}
