#![no_main]
//! Entry point of [`aqua_fuzz::component`] for libFuzzer.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::component::run(bytes));
