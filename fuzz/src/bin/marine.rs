#![no_main]
//! Entry point of [`aqua_fuzz::marine`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::marine::run(bytes));
