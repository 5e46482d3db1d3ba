#![no_main]
//! [`aqua_fuzz::bytecode`] on the engine.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::bytecode::run(bytes));
