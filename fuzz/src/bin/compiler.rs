#![no_main]
//! Entry point of [`aqua_fuzz::compiler`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::compiler::run(bytes));
