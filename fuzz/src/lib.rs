//! Hostile input for everything that reads.
//!
//! Each target is a function from bytes: it returns for any bytes, or a law of the project is broken. `src/bin` hangs each
//! on the fuzzing engine; `src/bin/seeds.rs` writes what the engine begins with. `cargo xtask fuzz` builds and runs all.
//!
//! | target | input | what must hold |
//! |---|---|---|
//! | [`lexer`] | Aqua text | tokens cover the text |
//! | [`parser`] | Aqua text | messages are few and point into the text, fixes apply |
//! | [`compiler`] | Aqua modules, a zero byte between | what is accepted becomes valid AIR and callers; messages can be drawn |
//! | [`air`] | AIR text | printing and reading, assembling and disassembling, encoding and decoding lose nothing |
//! | [`bytecode`] | bytecode | one encoding for each script; what was verified runs |
//! | [`data`] | particle data | what decodes is bounded and encodes to the same |
//! | [`step`] | a [`scene`]: script, states, signatures, results | a step is a function and a transaction; going on is the same as running again |
//! | [`flat`] | script, two data, results as bytes | an undone run gives the previous bytes |

pub mod air;
pub mod bytecode;
pub mod compiler;
pub mod data;
pub mod flat;
pub mod lexer;
pub mod parser;
pub mod scene;
pub mod seeds;
pub mod step;

mod crafted;
mod stream;
