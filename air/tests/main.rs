//! Text, checks and bytecode of AIR, from outside.

#![allow(clippy::disallowed_methods, reason = "tests read files and settings")]

mod bytecode;
mod format;
mod messages;
mod nesting;
mod readers;
mod round_trip;
mod scripts;
mod text;
mod vectors;
