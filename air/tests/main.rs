//! Text, checks and bytecode of AIR, from outside.

mod bytecode;
mod format;
mod messages;
mod nesting;
mod readers;
mod round_trip;
mod scripts;
mod text;
mod vectors;
