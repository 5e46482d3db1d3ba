//! Integration tests of AIR text, the verifier and bytecode.

#![allow(clippy::disallowed_methods, reason = "tests read files and settings")]

mod bytecode;
mod format;
mod messages;
mod nesting;

mod round_trip;
mod scripts;
mod text;
mod vectors;
mod views;
