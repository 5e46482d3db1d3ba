#![no_main]
//! Entry point of [`aqua_fuzz::air`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::air::run(bytes));
