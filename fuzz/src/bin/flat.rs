#![no_main]
//! Entry point of [`aqua_fuzz::flat`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::flat::run(bytes));
