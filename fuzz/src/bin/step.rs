#![no_main]
//! Entry point of [`aqua_fuzz::step`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::step::run(bytes));
