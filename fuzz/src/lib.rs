//! Fuzz targets for everything that parses untrusted input.
//!
//! Each target is a function of bytes that panics if an invariant is violated. `src/bin` has the entry points for libFuzzer;
//! `src/bin/seeds.rs` writes the initial corpus. `cargo xtask fuzz` builds and runs all targets.
//!
//! | target | input | invariants |
//! |---|---|---|
//! | [`lexer`] | Aqua text | tokens cover the text |
//! | [`parser`] | Aqua text | the number of diagnostics is limited, spans are in bounds, fixes can be applied |
//! | [`compiler`] | Aqua modules, separated by zero bytes | accepted programs compile to valid AIR; diagnostics can be rendered |
//! | [`air`] | AIR text | round trips through printing, assembling and encoding |
//! | [`bytecode`] | bytecode | each script has one encoding; verified bytecode executes |
//! | [`data`] | particle data | decoded data is bounded in size; round trip through encoding |
//! | [`step`] | a [`scene`]: script, states, signatures, results | steps are deterministic and transactional; a resumed step equals a full run |
//! | [`component`] | files of components | the interface can be declared and shown |
//! | [`marine`] | files of Marine modules, and `interface-types` sections | round trip through encoding; well-typed adapters end |
//! | [`guest`] | a type, a result and the memory of a guest | what was read is written and read again |
//! | [`records`] | keys and values of a store | a peer starts; each service once |
//! | [`flat`] | script, previous and current data, results as bytes | a failed run returns the previous data |

pub mod air;
pub mod bytecode;
pub mod compiler;
pub mod component;
pub mod data;
pub mod flat;
pub mod guest;
pub mod lexer;
pub mod marine;
pub mod parser;
pub mod records;
pub mod scene;
pub mod seeds;
pub mod step;

mod crafted;
mod marine_file;
mod stream;
