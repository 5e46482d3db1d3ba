#![no_main]
//! Entry point of [`aqua_fuzz::lexer`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::lexer::run(bytes));
