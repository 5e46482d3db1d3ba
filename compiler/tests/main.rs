//! Whole programs: verdicts and scripts of the published compiler, messages as users see them, laws of types.

#![allow(clippy::disallowed_methods, reason = "tests read files and settings")]
#![allow(clippy::print_stdout, reason = "the agreement is shown as a table")]

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
