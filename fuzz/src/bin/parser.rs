#![no_main]
//! Entry point of [`aqua_fuzz::parser`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::parser::run(bytes));
