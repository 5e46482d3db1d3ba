#![no_main]
//! Entry point of [`aqua_fuzz::records`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::records::run(bytes));
