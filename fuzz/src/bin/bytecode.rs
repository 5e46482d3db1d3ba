#![no_main]
//! Entry point of [`aqua_fuzz::bytecode`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::bytecode::run(bytes));
