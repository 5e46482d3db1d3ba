//! Tests of the store in a file: its records, what it refuses, and what crashes leave.

#![allow(clippy::print_stdout, reason = "suites print what they have seen")]

mod batches;
mod process;
mod processes;
mod records;
mod recovery;
mod refusals;
