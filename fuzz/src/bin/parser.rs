#![no_main]
//! [`aqua_fuzz::parser`] on the engine.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::parser::run(bytes));
