#![no_main]
//! [`aqua_fuzz::compiler`] on the engine.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::compiler::run(bytes));
