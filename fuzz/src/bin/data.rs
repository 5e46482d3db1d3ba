#![no_main]
//! [`aqua_fuzz::data`] on the engine.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aqua_fuzz::data::run(bytes));
