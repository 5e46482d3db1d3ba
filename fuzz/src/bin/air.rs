#![no_main]
//! [`aqua_fuzz::air`] on the engine.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::air::run(bytes));
