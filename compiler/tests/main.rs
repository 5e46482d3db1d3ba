//! Tests of whole programs: verdicts and scripts of the published compiler, rendered messages, properties of types.

#![allow(clippy::disallowed_methods, reason = "tests read files and settings")]
#![allow(clippy::print_stdout, reason = "the results are printed as a table")]

mod edits;
mod emitted;
mod extremes;
mod laws;
mod messages;
mod mistakes;
mod modules;
mod mutations;
mod pages;
mod source_map;
mod vectors;
mod verdicts;
mod workspace;
