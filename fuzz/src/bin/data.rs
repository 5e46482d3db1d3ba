#![no_main]
//! Entry point of [`aqua_fuzz::data`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::data::run(bytes));
