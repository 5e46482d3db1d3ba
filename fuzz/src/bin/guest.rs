#![no_main]
//! Entry point of [`aqua_fuzz::guest`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::guest::run(bytes));
