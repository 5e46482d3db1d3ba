#![no_main]
//! [`aqua_fuzz::lexer`] on the engine.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::lexer::run(bytes));
