#![no_main]
//! [`aqua_fuzz::step`] on the engine.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::step::run(bytes));
