#![no_main]
//! [`aqua_fuzz::flat`] on the engine.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::flat::run(bytes));
